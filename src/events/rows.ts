import { PAGE_BYTES } from "../hw/units.ts";
import { WRITE_PAYLOAD } from "./codes.ts";
import { COLUMN_NAMES, type ColumnName } from "./columns.ts";
import { KIND_NAMES, KIND_PAYLOAD, KINDS, TOLD_NUMBER } from "./kinds.ts";
import { appendEntries, growTable, newTable, type Table } from "./tables.ts";

/** Column names of each kind, by local number. */
const COLUMNS_OF: readonly (readonly ColumnName[])[] = KIND_NAMES.map((name) => KINDS[name].columns);
/**
 * The same as bits, bit n for the n-th of COLUMN_NAMES. A column by its name costs ten times one by its
 * bit.
 */
export const COLUMN_BITS = Uint32Array.from(COLUMNS_OF, (columns) =>
  columns.reduce((bits, name) => bits | (1 << COLUMN_NAMES.indexOf(name)), 0),
);
/** The bit of a column in COLUMN_BITS. */
export const bitOf = (name: ColumnName): number => 1 << COLUMN_NAMES.indexOf(name);
const DT = bitOf("dt");
const AT = bitOf("at");
const AT_HIGH = bitOf("atHigh");
const SIZE = bitOf("size");
const LO = bitOf("lo");
const HI = bitOf("hi");
const TICKET = bitOf("ticket");
const CAUSE = bitOf("cause");
const LENGTH = bitOf("length");
const PAGE = bitOf("page");
const PURPOSE = bitOf("purpose");
const ENGINE = bitOf("engine");
const CODE = bitOf("code");

/** Every typed array of `Rows` that has one element a row. */
export const DENSE = ["kind", "from", "firstAnswer", "firstPiece", ...COLUMN_NAMES] as const;

/** Where `Rows` has its child tables. */
export const TABLE_OF = { answers: "answerTable", writes: "writeTable", stores: "storeTable" } as const;

/**
 * A growing run of rows as dense columns: a block being recorded, a block read back, or the outcomes of one
 * input. Row i's `seq` is `firstSeq + i`. Only the columns that a row's kind has mean anything: the others
 * hold what was there before.
 */
export class Rows {
  firstSeq = 0;
  count = 0;
  kind: Uint8Array;
  dt: Uint32Array;
  agent: Uint8Array;
  source: Uint8Array;
  at: Uint32Array;
  atHigh: Uint32Array;
  size: Uint8Array;
  lo: Uint32Array;
  hi: Uint32Array;
  ticket: Uint32Array;
  cause: Uint32Array;
  length: Uint32Array;
  page: Uint32Array;
  purpose: Uint8Array;
  engine: Uint8Array;
  code: Uint32Array;
  /** How many entries the row has in each table; 0 where its kind has none. */
  answers: Uint32Array;
  writes: Uint32Array;
  stores: Uint32Array;
  /** Where they start: in `answerTable`, */
  firstAnswer: Uint32Array;
  /** and in the table that the row's kind has, `writeTable` or `storeTable`. */
  firstPiece: Uint32Array;
  answerTable: Table<"answers"> = newTable("answers", 16);
  writeTable: Table<"writes"> = newTable("writes", 16);
  storeTable: Table<"stores"> = newTable("stores", 16);
  /**
   * Where the row's payload starts in `payload`; meaningful for kinds with a payload and for live guest
   * writes.
   */
  from: Uint32Array;
  payload: Uint8Array;
  payloadUsed = 0;

  constructor(capacity = 256, payloadBytes = 4096) {
    this.kind = new Uint8Array(capacity);
    this.dt = new Uint32Array(capacity);
    this.agent = new Uint8Array(capacity);
    this.source = new Uint8Array(capacity);
    this.at = new Uint32Array(capacity);
    this.atHigh = new Uint32Array(capacity);
    this.size = new Uint8Array(capacity);
    this.lo = new Uint32Array(capacity);
    this.hi = new Uint32Array(capacity);
    this.ticket = new Uint32Array(capacity);
    this.cause = new Uint32Array(capacity);
    this.length = new Uint32Array(capacity);
    this.page = new Uint32Array(capacity);
    this.purpose = new Uint8Array(capacity);
    this.engine = new Uint8Array(capacity);
    this.code = new Uint32Array(capacity);
    this.answers = new Uint32Array(capacity);
    this.writes = new Uint32Array(capacity);
    this.stores = new Uint32Array(capacity);
    this.firstAnswer = new Uint32Array(capacity);
    this.firstPiece = new Uint32Array(capacity);
    this.from = new Uint32Array(capacity);
    this.payload = new Uint8Array(payloadBytes);
  }

  clear(firstSeq = 0): void {
    this.firstSeq = firstSeq;
    this.count = 0;
    this.payloadUsed = 0;
    this.answerTable.count = 0;
    this.writeTable.count = 0;
    this.storeTable.count = 0;
  }

  /** Add a row of this kind with every column of the kind zero; returns its index. */
  add(kind: number): number {
    const i = this.append(kind);
    const bits = COLUMN_BITS[kind];
    this.agent[i] = 0;
    this.source[i] = 0;
    if ((bits & DT) !== 0) this.dt[i] = 0;
    if ((bits & AT) !== 0) this.at[i] = 0;
    if ((bits & AT_HIGH) !== 0) this.atHigh[i] = 0;
    if ((bits & SIZE) !== 0) this.size[i] = 0;
    if ((bits & LO) !== 0) this.lo[i] = 0;
    if ((bits & HI) !== 0) this.hi[i] = 0;
    if ((bits & TICKET) !== 0) this.ticket[i] = 0;
    if ((bits & CAUSE) !== 0) this.cause[i] = 0;
    if ((bits & LENGTH) !== 0) this.length[i] = 0;
    if ((bits & PAGE) !== 0) this.page[i] = 0;
    if ((bits & PURPOSE) !== 0) this.purpose[i] = 0;
    if ((bits & ENGINE) !== 0) this.engine[i] = 0;
    if ((bits & CODE) !== 0) this.code[i] = 0;
    return i;
  }

  /**
   * Add a row whose columns the caller writes, all of its kind's but the counts of its entries, itself; returns
   * its index.
   */
  append(kind: number): number {
    const i = this.count++;
    if (i === this.kind.length) this.grow();
    this.kind[i] = kind;
    this.answers[i] = 0;
    this.writes[i] = 0;
    this.stores[i] = 0;
    this.firstAnswer[i] = this.answerTable.count;
    return i;
  }

  /** The last row was told this in place. `page` is 0 unless `status` is TOLD. */
  tell(vgpu: number, gfn: number, purpose: number, engine: number, page: number, status: number): void {
    const table = this.answerTable;
    const k = table.count;
    if (k === table.gfn.length) growTable("answers", table, k + 1);
    table.count = k + 1;
    table.vgpu[k] = vgpu;
    table.gfn[k] = gfn;
    table.purpose[k] = purpose;
    table.engine[k] = engine;
    table.page[k] = page;
    table.status[k] = status;
    this.answers[this.count - 1]++;
  }

  /** The last row is to be told anew. */
  forgetAnswers(): void {
    const i = this.count - 1;
    this.answerTable.count = this.firstAnswer[i];
    this.answers[i] = 0;
  }

  /** Give the last row, a `guest.write`, one more piece, all zero; returns its index in `writeTable`. */
  addWrite(): number {
    const i = this.count - 1;
    const table = this.writeTable;
    const k = table.count;
    if (k === table.at.length) growTable("writes", table, k + 1);
    if (this.writes[i] === 0) this.firstPiece[i] = k;
    this.writes[i]++;
    table.count = k + 1;
    table.at[k] = 0;
    table.atHigh[k] = 0;
    table.length[k] = 0;
    table.code[k] = 0;
    table.lo[k] = 0;
    table.hi[k] = 0;
    table.ticket[k] = 0;
    return k;
  }

  /** Give the last row, an `aperture.written` without any yet, these runs of writes. */
  putStores(stores: Table<"stores">, bytes: Uint8Array): void {
    const i = this.count - 1;
    this.putPayload(i, bytes);
    this.stores[i] = stores.count;
    this.firstPiece[i] = this.storeTable.count;
    appendEntries("stores", this.storeTable, stores, 0, stores.count);
  }

  /** Give row i, the last `aperture.written`, these runs of writes too: after them only outcomes have come. */
  extendStores(i: number, stores: Table<"stores">, bytes: Uint8Array): void {
    const { at, size, length, count } = this.storeTable;
    const last = count - 1;
    // A run that goes on where the last one ended is the same one.
    const joins = at[last] + length[last] === stores.at[0] && size[last] === stores.size[0] ? 1 : 0;
    if (joins === 1) length[last] += stores.length[0];
    this.extendPayload(i, bytes);
    this.stores[i] += stores.count - joins;
    appendEntries("stores", this.storeTable, stores, joins, stores.count);
  }

  /** Give row i, the last row and a `guest.write`, the pieces of row o of `other` too. */
  extendWrites(i: number, other: Rows, o: number): void {
    const first = other.firstPiece[o];
    const { writeTable } = this;
    const joins = joinsPiece(writeTable, writeTable.count - 1, other.writeTable, first) ? 1 : 0;
    if (joins === 1) writeTable.length[writeTable.count - 1] += other.writeTable.length[first];
    this.writes[i] += other.writes[o] - joins;
    appendEntries("writes", writeTable, other.writeTable, first + joins, first + other.writes[o]);
  }

  /** Give the last row, an `aperture.written`, one more run of writes of `size` bytes each. */
  addStore(at: number, size: number, bytes: Uint8Array): void {
    const i = this.count - 1;
    const table = this.storeTable;
    const k = table.count;
    if (k === table.at.length) growTable("stores", table, k + 1);
    if (this.stores[i] === 0) {
      this.firstPiece[i] = k;
      this.from[i] = this.payloadUsed;
      this.length[i] = 0;
    }
    this.stores[i]++;
    table.count = k + 1;
    table.at[k] = at;
    table.size[k] = size;
    table.length[k] = bytes.length;
    this.extendPayload(i, bytes);
  }

  /** Append bytes to the payload of row i, behind those it has; no other row has got any since. */
  extendPayload(i: number, bytes: Uint8Array): void {
    const { from, length } = this;
    const [first, before] = [from[i], length[i]];
    const to = this.reservePayload(i, bytes.length);
    this.payload.set(bytes, to);
    from[i] = first;
    length[i] = before + bytes.length;
  }

  /** Append bytes to the payload for row i. */
  putPayload(i: number, bytes: Uint8Array): void {
    const from = this.reservePayload(i, bytes.length);
    this.payload.set(bytes, from);
  }

  /** Make room for `length` bytes of payload of row i; returns where to write them. */
  reservePayload(i: number, length: number): number {
    const from = this.payloadUsed;
    if (from + length > this.payload.length) {
      const bigger = new Uint8Array(Math.max(this.payload.length * 2, from + length));
      bigger.set(this.payload.subarray(0, from));
      this.payload = bigger;
    }
    this.payloadUsed = from + length;
    this.from[i] = from;
    this.length[i] = length;
    return from;
  }

  /** The payload of row i, as a view that is valid until the rows change. */
  payloadOf(i: number): Uint8Array {
    return this.payload.subarray(this.from[i], this.from[i] + this.length[i]);
  }

  /** Append a copy of row i of `other`, with its payload where its kind has one. */
  copyFrom(other: Rows, i: number): number {
    const kind = other.kind[i];
    const to = this.append(kind);
    const bits = COLUMN_BITS[kind];
    this.agent[to] = other.agent[i];
    this.source[to] = other.source[i];
    if ((bits & DT) !== 0) this.dt[to] = other.dt[i];
    if ((bits & AT) !== 0) this.at[to] = other.at[i];
    if ((bits & AT_HIGH) !== 0) this.atHigh[to] = other.atHigh[i];
    if ((bits & SIZE) !== 0) this.size[to] = other.size[i];
    if ((bits & LO) !== 0) this.lo[to] = other.lo[i];
    if ((bits & HI) !== 0) this.hi[to] = other.hi[i];
    if ((bits & TICKET) !== 0) this.ticket[to] = other.ticket[i];
    if ((bits & CAUSE) !== 0) this.cause[to] = other.cause[i];
    if ((bits & LENGTH) !== 0) this.length[to] = other.length[i];
    if ((bits & PAGE) !== 0) this.page[to] = other.page[i];
    if ((bits & PURPOSE) !== 0) this.purpose[to] = other.purpose[i];
    if ((bits & ENGINE) !== 0) this.engine[to] = other.engine[i];
    if ((bits & CODE) !== 0) this.code[to] = other.code[i];
    if (KIND_PAYLOAD[kind] === 1) this.putPayload(to, other.payloadOf(i));
    if ((other.answers[i] | other.writes[i] | other.stores[i]) !== 0) this.copyEntries(to, other, i);
    return to;
  }

  private copyEntries(to: number, other: Rows, i: number): void {
    const answers = other.answers[i];
    const asked = other.firstAnswer[i];
    this.answers[to] = answers;
    appendEntries("answers", this.answerTable, other.answerTable, asked, asked + answers);
    const first = other.firstPiece[i];
    const [writes, stores] = [other.writes[i], other.stores[i]];
    this.writes[to] = writes;
    this.stores[to] = stores;
    this.firstPiece[to] = writes > 0 ? this.writeTable.count : this.storeTable.count;
    if (writes > 0) appendEntries("writes", this.writeTable, other.writeTable, first, first + writes);
    if (stores > 0) appendEntries("stores", this.storeTable, other.storeTable, first, first + stores);
  }

  /** Forget all rows from the `count`-th on, which were appended last. */
  truncate(count: number): void {
    for (let i = this.count - 1; i >= count; i--) {
      if (KIND_PAYLOAD[this.kind[i]] === 1) this.payloadUsed -= this.length[i];
      this.answerTable.count -= this.answers[i];
      this.writeTable.count -= this.writes[i];
      this.storeTable.count -= this.stores[i];
    }
    this.count = Math.min(count, this.count);
  }

  private grow(): void {
    const capacity = this.kind.length * 2;
    for (const name of DENSE) {
      const old = this[name];
      const bigger = old instanceof Uint8Array ? new Uint8Array(capacity) : new Uint32Array(capacity);
      bigger.set(old);
      (this as unknown as Record<string, Uint8Array | Uint32Array>)[name] = bigger;
    }
  }
}

/**
 * Is piece q the rest of piece p? Bytes of one input's payload that follow one another in one page are one piece,
 * however the accesses that brought them were cut.
 */
export function joinsPiece(a: Table<"writes">, p: number, b: Table<"writes">, q: number): boolean {
  const isPayload = a.code[p] === WRITE_PAYLOAD && b.code[q] === WRITE_PAYLOAD && b.lo[q] === 0;
  if (!isPayload || (a.ticket[p] | b.ticket[q]) !== 0 || a.atHigh[p] !== b.atHigh[q]) return false;
  return a.at[p] + a.length[p] === b.at[q] && (b.at[q] & (PAGE_BYTES - 1)) !== 0;
}

/** Is the row, or an entry of it, what a filter of this number asks for? */
export function isOfKind(rows: Rows, i: number, number: number): boolean {
  return number === TOLD_NUMBER ? rows.answers[i] > 0 : rows.kind[i] === number;
}
