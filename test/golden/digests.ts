import { Rows } from "../../src/events/rows.ts";
import type { Recording } from "../../src/replay/recording/recording.ts";

/** Every digest of a recording as text, a line per block and component: `block seq component epoch hash`. */
export function digestText(recording: Recording): string {
  const lines: string[] = [];
  const rows = new Rows();
  for (let n = 0; n < recording.blockCount; n++) {
    const { lastSeq, digests } = recording.readBlock(n, rows);
    for (const { component, epoch, lo, hi } of digests) {
      lines.push(`${n} ${lastSeq} ${component} ${epoch} ${hex(hi)}${hex(lo)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
