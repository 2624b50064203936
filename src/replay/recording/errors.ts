/**
 * Something is wrong with a recording's bytes. The message is one line that names the thing, the place and
 * the cure. Nothing else is ever thrown because of what a file holds.
 */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly file: string;
  /** Byte offset in the file at which the damaged or refused record starts. */
  readonly offset: number;
  readonly reason: string;

  constructor(file: string, offset: number, reason: string) {
    super(`${printable(file)}: at byte ${offset}: ${printable(reason)}`);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
}

/** Text that came out of a file, as one short line of printable characters. */
export function printable(text: string, limit = 300): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "?");
  return line.length > limit ? `${line.slice(0, limit)}...` : line;
}

/** A refusal found while decoding, before the file and the offset are known. Never leaves this folder. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** Nothing is wrong with the file: it is of a layout that another version reads. Never leaves this folder. */
export class OtherLayout extends Malformed {}

/** A recording that only another version can read: one line that names that version. */
export class LayoutError extends RecordingError {}

/** Refuse what is being decoded: throws Malformed. */
export function refuse(reason: string): never {
  throw new Malformed(reason);
}
