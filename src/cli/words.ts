import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { UsageError } from "./exit.ts";

/** Words of a command line, as a shell gives and takes them. */

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What Node puts in the place of bytes that are no UTF-8: the name that was meant is lost. */
const LOST = "\ufffd";

/** Refuse words that are no UTF-8: Node gives them with other bytes, which name no file. Throws UsageError. */
export function checkWords(words: readonly string[]): void {
  const lost = words.find((word) => word.includes(LOST));
  if (lost === undefined || isMeant()) return;
  const cure = "name the file by a link: ln -s FILE plain-name";
  throw new UsageError(`${quoted(lost)}: this name is no UTF-8, and Node cannot pass it on; ${cure}`);
}

/** Was the sign itself given? Only Linux shows what was. */
function isMeant(): boolean {
  try {
    return isUtf8(readFileSync("/proc/self/cmdline"));
  } catch {
    return false;
  }
}
