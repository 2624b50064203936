import type { Digest } from "../../events/digest.ts";
import { Rows } from "../../events/rows.ts";
import type { Recording } from "../recording/recording.ts";
import type { BlockSink } from "../recording/rewrite.ts";

/**
 * Hand over every row of a recording, those of its parents too: what one file that leans on nothing is made
 * of.
 */
export function everyRow(recording: Recording, sink: BlockSink): readonly Digest[] {
  const rows = new Rows(1 << 15);
  let last: readonly Digest[] = [];
  for (let n = 0; n < recording.blockCount; n++) {
    last = recording.readBlock(n, rows).digests;
    sink(rows, last);
  }
  return last;
}
