import { appendAttachments, type Patch } from "../recording/attach.ts";
import { Malformed, printable, refuse } from "../recording/errors.ts";
import type { Recording } from "../recording/recording.ts";
import { highWord, type Item, ItemReader, lowWord, packBody } from "../recording/wire.ts";

/** The attachment `marks`: bookmarks and notes, by row. */

const MARKS = "marks";
/** Version of the items' order. */
const VERSION = 1;
/** Most marks of a recording, and most bytes of one's text. */
const MOST_MARKS = 4096;
const MOST_MARK_BYTES = 4096;

/** A note at a row. */
export interface Mark {
  readonly seq: number;
  readonly text: string;
}

/** The marks of a recording, by row, of a branch those of the rows that it has from its parent too. */
export function marksOf(recording: Recording): readonly Mark[] {
  const { lineage } = recording;
  const own = ownMarksOf(recording);
  if (lineage === null) return own;
  const inherited = marksOf(lineage.parent).filter(({ seq }) => seq <= lineage.lastSeq);
  return [...inherited, ...own].sort((a, b) => a.seq - b.seq);
}

/** The marks in the recording's own file; none, and a warning, where they are damaged. */
export function ownMarksOf(recording: Recording): readonly Mark[] {
  const data = recording.attachment(MARKS);
  if (data === null) return [];
  try {
    return readMarks(data).filter(({ seq }) => seq >= recording.firstRow && seq < recording.endSeq);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    recording.warnings.push(`attachment ${MARKS}: ${error.message}: ignored`);
    return [];
  }
}

function readMarks(data: Uint8Array): Mark[] {
  const items = new ItemReader(data);
  if (items.u32() !== VERSION) refuse("of another version");
  const marks: Mark[] = [];
  const decoder = new TextDecoder();
  for (let left = items.u32(); left > 0; left--) {
    const seq = items.u53();
    const bytes = items.bytes();
    if (bytes.length > MOST_MARK_BYTES) refuse(`a mark of ${bytes.length} bytes`);
    marks.push({ seq, text: printable(decoder.decode(bytes), MOST_MARK_BYTES) });
  }
  items.end();
  return marks.sort((a, b) => a.seq - b.seq);
}

/**
 * What to write into the file so that it has these marks and no others. Rows and blocks stay as they are.
 * Throws RangeError for a mark at no row, an empty or too long text, or too many; RecordingError where the
 * recording is not closed.
 */
export function withMarks(recording: Recording, marks: readonly Mark[]): Patch {
  if (marks.length > MOST_MARKS) throw new RangeError(`a recording has at most ${MOST_MARKS} marks`);
  const items: Item[] = [VERSION, marks.length];
  for (const { seq, text } of marks) {
    const bytes = new TextEncoder().encode(text);
    if (!Number.isInteger(seq) || seq < recording.firstRow || seq >= recording.endSeq) {
      throw new RangeError(
        `there is no row ${seq}; the rows are ${recording.firstRow} to ${recording.endSeq - 1}`,
      );
    }
    if (text.trim() === "" || bytes.length > MOST_MARK_BYTES) {
      throw new RangeError(`the text of a mark has 1 to ${MOST_MARK_BYTES} bytes`);
    }
    items.push(lowWord(seq), highWord(seq), bytes);
  }
  return appendAttachments(recording, [{ name: MARKS, data: packBody(items) }]);
}
