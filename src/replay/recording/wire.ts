import { Packr, Unpackr } from "msgpackr";
import { refuse } from "./errors.ts";

/**
 * Bodies of messages: one msgpackr array of unsigned 32-bit integers, `Uint8Array`s and (in trailers) short
 * strings. The bytes are walked before msgpackr sees them, so a body that holds anything else (maps, records,
 * extensions, nested arrays, lengths past the end) is refused without an allocation.
 */
export type Item = number | Uint8Array | string;

const packr = new Packr({ useRecords: false, mapsAsObjects: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, copyBuffers: false });

/** Most items of a body: a trailer with 4,096 digests. */
const MAX_ITEMS = 16_640;
const MAX_TEXT = 128;

/** The bytes of a body. Integers must be whole and below 2^32. */
export function packBody(items: readonly Item[]): Uint8Array {
  return packr.pack(items);
}

/** The items of a body; byte arrays are views of `bytes`. Throws Malformed. */
export function unpackBody(bytes: Uint8Array): Item[] {
  checkBody(bytes);
  return unpackr.unpack(bytes) as Item[];
}

function checkBody(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [count, start] = arrayHeader(view);
  if (count > MAX_ITEMS) refuse(`a message body of ${count} items, more than ${MAX_ITEMS}`);
  let at = start;
  for (let i = 0; i < count; i++) at = skipItem(view, at);
  if (at !== bytes.length) refuse(`${bytes.length - at} bytes after the end of a message body`);
}

function arrayHeader(view: DataView): [count: number, start: number] {
  const tag = byteAt(view, 0);
  if ((tag & 0xf0) === 0x90) return [tag & 0x0f, 1];
  if (tag === 0xdc && view.byteLength >= 3) return [view.getUint16(1), 3];
  return refuse("a message body that is no array");
}

/** Offset after the item at `at`. */
function skipItem(view: DataView, at: number): number {
  const tag = byteAt(view, at);
  if (tag < 0x80) return at + 1;
  if (tag === 0xcc) return within(view, at + 2);
  if (tag === 0xcd) return within(view, at + 3);
  if (tag === 0xce) return within(view, at + 5);
  if (tag === 0xc4) return within(view, at + 2 + byteAt(view, at + 1));
  if (tag === 0xc5) return within(view, within(view, at + 3) + view.getUint16(at + 1));
  if (tag === 0xc6) return within(view, within(view, at + 5) + view.getUint32(at + 1));
  if ((tag & 0xe0) === 0xa0) return within(view, at + 1 + (tag & 0x1f));
  if (tag === 0xd9 && byteAt(view, at + 1) <= MAX_TEXT) return within(view, at + 2 + byteAt(view, at + 1));
  return refuse(`an item of type 0x${tag.toString(16)} in a message body`);
}

function byteAt(view: DataView, at: number): number {
  return at < view.byteLength ? view.getUint8(at) : refuse("a message body that ends early");
}

function within(view: DataView, end: number): number {
  return end <= view.byteLength ? end : refuse("a message body that ends early");
}

/** Reads a body's items in order, checking the type of each. */
export class ItemReader {
  private next = 0;
  private readonly items: readonly Item[];

  constructor(bytes: Uint8Array) {
    this.items = unpackBody(bytes);
  }

  get remaining(): number {
    return this.items.length - this.next;
  }

  u32(): number {
    const item = this.items[this.next++];
    return typeof item === "number" ? item : refuse(`item ${this.next - 1} of a message is no integer`);
  }

  /** Two words as one number; above 2^53 - 1 it is refused. */
  u53(): number {
    const lo = this.u32();
    const hi = this.u32();
    return hi < 0x20_0000 ? hi * 0x1_0000_0000 + lo : refuse(`item ${this.next - 1} of a message is too big`);
  }

  bytes(): Uint8Array {
    const item = this.items[this.next++];
    return item instanceof Uint8Array ? item : refuse(`item ${this.next - 1} of a message is no byte array`);
  }

  text(): string {
    const item = this.items[this.next++];
    return typeof item === "string" ? item : refuse(`item ${this.next - 1} of a message is no text`);
  }

  end(): void {
    if (this.remaining !== 0) refuse(`${this.remaining} items too many in a message`);
  }
}

/** Low 32 bits of a whole number below 2^53. */
export const lowWord = (value: number): number => value >>> 0;
/** What is left of it above 32 bits. */
export const highWord = (value: number): number => Math.floor(value / 0x1_0000_0000);
/** The next multiple of 4. */
export const pad4 = (length: number): number => (length + 3) & ~3;
