import { expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { gatherPages, SeenPages } from "../../src/replay/recording/gather.ts";
import { MemorySink } from "../../src/replay/recording/tools.ts";
import { RecordingWriter } from "../../src/replay/recording/writer.ts";
import { META, openBytes } from "./samples.ts";

const tools = await loadTools();

function withAttachments(attachments: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sink = new MemorySink();
  const writer = new RecordingWriter(sink, META, tools, "");
  const rows = new Rows();
  for (let i = 0; i < 10; i++) rows.add(0);
  writer.addBlock(rows, gatherPages(rows, new PageStore(tools.hashPage), new SeenPages()), [], true);
  for (const [name, data] of Object.entries(attachments)) writer.addAttachment(name, data);
  writer.finish();
  return sink.bytes();
}

test("attachments are found by name; one that nobody knows costs a warning, no row", () => {
  const bytes = withAttachments({ marks: Uint8Array.of(1, 2, 3), "from the future": Uint8Array.of(4) });
  const { recording } = openBytes(bytes, tools);
  expect([...(recording.attachment("marks") ?? [])]).toEqual([1, 2, 3]);
  expect([...(recording.attachment("from the future") ?? [])]).toEqual([4]);
  expect(recording.attachment("keyframes")).toBeNull();
  recording.checkWhole(new Rows());
  expect(recording.warnings).toEqual(["unknown attachment from the future: ignored"]);
  expect(recording).toMatchObject({ damage: null, closed: true, rowCount: 10 });
});

test("a damaged attachment is ignored with a warning, at every byte of it", () => {
  const plain = withAttachments({});
  const bytes = withAttachments({ marks: Uint8Array.of(9, 8, 7, 6) });
  let from = 0;
  while (bytes[from] === plain[from]) from++;
  // Where the files part, one goes on with DataEnd, the other with the attachment.
  const length = 9 + 8 + 8 + 4 + 5 + 4 + 24 + 8 + 4 + 4;
  let silent = 0;
  for (let i = from; i < from + length; i++) {
    const damaged = bytes.slice();
    damaged[i] ^= 0x40;
    const { recording } = openBytes(damaged, tools);
    recording.checkWhole(new Rows());
    expect(recording).toMatchObject({ damage: null, closed: true, rowCount: 10 });
    expect(recording.readBlock(0, new Rows()).lastSeq).toBe(9);
    const marks = recording.attachment("marks");
    if (marks !== null) expect([...marks]).toEqual([9, 8, 7, 6]);
    if (recording.warnings.length === 0) silent++;
  }
  expect(silent).toBe(0);
});
