import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { loadTools } from "../../src/node/codecs.ts";
import { FileSink } from "../../src/node/files.ts";
import { openRecording } from "../../src/node/open.ts";
import { packFile, partOf } from "../../src/node/packing.ts";
import { ByAddress } from "../../src/replay/answers/by-address.ts";
import { contentTimelineOf } from "../../src/replay/answers/content-timeline.ts";
import { machineOf } from "../../src/replay/engine/run.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { digestText } from "./digests.ts";

/**
 * `npm run bless -- FILE --because "..."`: runs a golden recording's world inputs through today's model,
 * keeps what it answers as the new golden, pins its digests and adds the reason to its `.md`. Refuses where
 * an answer would have to be invented.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { because: { type: "string" } },
});
const [file] = positionals;
const because = values.because?.trim();

if (file === undefined || !file.endsWith(".mcap") || because === undefined || because.length < 10) {
  console.error(
    'usage: npm run bless -- recordings/NAME.mcap --because "one sentence that says why the outcome changed"',
  );
  process.exit(2);
}
await bless(file, because);

async function bless(path: string, reason: string): Promise<void> {
  const before = await openRecording(path);
  const { recording, store } = before;
  const unknown = await record(path, before);
  if (unknown > 0) {
    fs.unlinkSync(partOf(path));
    console.error(
      `${path}: ${unknown} pages that the model now asks for were never recorded: record it anew`,
    );
    process.exit(1);
  }
  const events = recording.eventCount;
  before.close();
  packFile(path, await loadTools());
  const after = await openRecording(path);
  const result = verify(after.recording, after.store);
  if (!result.exact || result.events !== events)
    throw new Error(`${path}: the blessed recording does not replay exactly`);
  pin(path, digestText(after.recording));
  fs.appendFileSync(path.replace(/\.mcap$/, ".md"), `\nBlessed: ${reason}\n`);
  console.log(`${path}: blessed, ${result.events} events, ${result.rows} rows, ${store.count} page contents`);
}

/**
 * Write what today's model answers to the world inputs as FILE.part; returns how many questions had no
 * answer.
 */
async function record(path: string, from: Awaited<ReturnType<typeof openRecording>>): Promise<number> {
  const { recording, store } = from;
  const tools = await loadTools();
  const sink = new FileSink(partOf(path));
  const recorder = new InlineRecorder(sink, recording.meta, tools, store);
  const machine = machineOf(recording, store);
  const replay = new ByAddress(machine, contentTimelineOf(recording), store, null, (rows) => {
    for (let i = 0; i < rows.count; i++) recorder.rows.copyFrom(rows, i);
    recorder.seal(machine.digests());
  });
  replay.run(recording);
  recorder.seal(machine.digests());
  sink.close();
  return replay.counts.unknown;
}

/** The digests are also kept as text: a change there without a new epoch fails a test. */
function pin(path: string, text: string): void {
  const name = path.replace(/^.*\//, "").replace(/\.mcap$/, "");
  fs.writeFileSync(`test/golden/${name}.digests.txt`, text);
}
