import { COLUMN_NAMES, COLUMNS, type ColumnName } from "./columns.ts";
import { KIND_NAMES, KIND_PAYLOAD, KINDS } from "./kinds.ts";

/** Column names of each kind, by local number. */
const COLUMNS_OF: readonly (readonly ColumnName[])[] = KIND_NAMES.map((name) => KINDS[name].columns);
/**
 * The same as bits, bit n for the n-th of COLUMN_NAMES. A column by its name costs ten times one by its
 * bit.
 */
const COLUMN_BITS = Uint32Array.from(COLUMNS_OF, (columns) =>
  columns.reduce((bits, name) => bits | (1 << COLUMN_NAMES.indexOf(name)), 0),
);
const bitOf = (name: ColumnName): number => 1 << COLUMN_NAMES.indexOf(name);
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
    this.from = new Uint32Array(capacity);
    this.payload = new Uint8Array(payloadBytes);
  }

  clear(firstSeq = 0): void {
    this.firstSeq = firstSeq;
    this.count = 0;
    this.payloadUsed = 0;
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

  /** Add a row whose columns the caller writes, all of its kind's, itself; returns its index. */
  append(kind: number): number {
    const i = this.count++;
    if (i === this.kind.length) this.grow();
    this.kind[i] = kind;
    return i;
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
    return to;
  }

  private grow(): void {
    const capacity = this.kind.length * 2;
    for (const name of COLUMN_NAMES) {
      const old = this[name];
      const bigger = COLUMNS[name] === 1 ? new Uint8Array(capacity) : new Uint32Array(capacity);
      bigger.set(old);
      (this as unknown as Record<string, Uint8Array | Uint32Array>)[name] = bigger;
    }
    const kind = new Uint8Array(capacity);
    kind.set(this.kind);
    this.kind = kind;
    const from = new Uint32Array(capacity);
    from.set(this.from);
    this.from = from;
  }
}

/**
 * First column in which row i of `a` and row j of `b` differ, or null. Kinds are compared first; `cause` is
 * compared as stored.
 */
export function rowDifference(
  a: Rows,
  i: number,
  b: Rows,
  j: number,
): "kind" | "payload" | ColumnName | null {
  const kind = a.kind[i];
  if (kind !== b.kind[j]) return "kind";
  const bits = COLUMN_BITS[kind];
  if (a.agent[i] !== b.agent[j]) return "agent";
  if ((bits & CAUSE) !== 0 && a.cause[i] !== b.cause[j]) return "cause";
  if ((bits & DT) !== 0 && a.dt[i] !== b.dt[j]) return "dt";
  if ((bits & TICKET) !== 0 && a.ticket[i] !== b.ticket[j]) return "ticket";
  if ((bits & AT) !== 0 && a.at[i] !== b.at[j]) return "at";
  if ((bits & AT_HIGH) !== 0 && a.atHigh[i] !== b.atHigh[j]) return "atHigh";
  if ((bits & SIZE) !== 0 && a.size[i] !== b.size[j]) return "size";
  if ((bits & LENGTH) !== 0 && a.length[i] !== b.length[j]) return "length";
  if ((bits & LO) !== 0 && a.lo[i] !== b.lo[j]) return "lo";
  if ((bits & HI) !== 0 && a.hi[i] !== b.hi[j]) return "hi";
  if ((bits & PAGE) !== 0 && a.page[i] !== b.page[j]) return "page";
  if ((bits & PURPOSE) !== 0 && a.purpose[i] !== b.purpose[j]) return "purpose";
  if ((bits & ENGINE) !== 0 && a.engine[i] !== b.engine[j]) return "engine";
  if ((bits & CODE) !== 0 && a.code[i] !== b.code[j]) return "code";
  if (KIND_PAYLOAD[kind] === 1) {
    const p = a.payloadOf(i);
    const q = b.payloadOf(j);
    for (let k = 0; k < p.length; k++) if (p[k] !== q[k]) return "payload";
  }
  return null;
}
