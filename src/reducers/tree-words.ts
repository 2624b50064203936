/**
 * Trees as words, so that many of them cost the garbage collector nothing: numbers from 0 to 2^31 - 1 as
 * themselves, doubled; all else under an odd tag. Field names go by a list of the shapes met.
 */

const FALSE = 1;
const TRUE = 3;
/** The low and the high word of a bigger number, or of one below 0, follow. */
const NUMBER = 5;
/** The tag in the low byte, the length or the shape's number above. */
const LIST = 7;
const RECORD = 9;
const ABOVE_TAG = 8;
const TAG = 0xff;
const SMALL = 0x8000_0000;

type Plain = { [key: string]: unknown };

/** Writes trees as words and reads them back; both ends must be the same one. */
export class TreeWords {
  private words = new Uint32Array(1024);
  private used = 0;
  private readonly shapes: { readonly keys: readonly string[]; readonly model: Plain }[] = [];
  private readonly numbers = new Map<string, number>();

  /** The tree's words, until the next call; after them zeros up to a multiple of `step`. */
  write(tree: unknown, step: number): Uint32Array {
    this.used = 0;
    this.put(tree);
    const end = Math.ceil(this.used / step) * step;
    while (this.used < end) this.word(0);
    return this.words.subarray(0, end);
  }

  /** The tree of which these are the words. */
  read(words: Uint32Array): unknown {
    this.used = 0;
    return this.take(words);
  }

  private word(word: number): void {
    if (this.used === this.words.length) {
      const bigger = new Uint32Array(this.used * 2);
      bigger.set(this.words);
      this.words = bigger;
    }
    this.words[this.used++] = word;
  }

  private put(value: unknown): void {
    if (typeof value === "number") {
      if (value >= 0 && value < SMALL) return this.word(value * 2);
      this.word(NUMBER);
      this.word(value >>> 0);
      this.word(Math.floor(value / 0x1_0000_0000));
    } else if (typeof value === "boolean") this.word(value ? TRUE : FALSE);
    else if (Array.isArray(value)) {
      this.word(LIST | (value.length << ABOVE_TAG));
      for (let i = 0; i < value.length; i++) this.put(value[i]);
    } else if (typeof value === "object" && value !== null) this.putRecord(value as Plain);
    else throw new Error(`a tree with a ${typeof value} in it`);
  }

  private putRecord(record: Plain): void {
    const names = Object.keys(record);
    const key = names.join();
    let shape = this.numbers.get(key);
    if (shape === undefined) {
      shape = this.shapes.push({ keys: names, model: { ...record } }) - 1;
      this.numbers.set(key, shape);
    }
    this.word(RECORD | (shape << ABOVE_TAG));
    for (const name of names) this.put(record[name]);
  }

  private take(words: Uint32Array): unknown {
    const word = words[this.used++];
    if ((word & 1) === 0) return word / 2;
    const tag = word & TAG;
    if (tag === FALSE) return false;
    if (tag === TRUE) return true;
    if (tag === NUMBER) {
      const low = words[this.used++];
      return low + (words[this.used++] | 0) * 0x1_0000_0000;
    }
    const above = word >>> ABOVE_TAG;
    if (tag === LIST) {
      const list = new Array<unknown>(above);
      for (let i = 0; i < above; i++) list[i] = this.take(words);
      return list;
    }
    const { keys, model } = this.shapes[above];
    const record = { ...model };
    for (const key of keys) record[key] = this.take(words);
    return record;
  }
}
