import { PORT_COHERENT, WRITE_PAYLOAD } from "../events/codes.ts";
import { K } from "../events/kinds.ts";
import { joinsPiece, type Rows } from "../events/rows.ts";
import { TOLD_MAX } from "../events/tables.ts";
import { NO_ENGINE, PAGE_BYTES, PAGE_SHIFT } from "../hw/units.ts";
import { ABSENT } from "./answers.ts";
import type { Core } from "./core.ts";
import { HASH, hashWords } from "./mix.ts";
import { FRAMES } from "./planes.ts";
import { GFN_BITS } from "./ram.ts";

/**
 * Guest memory as the model may touch it: asked for in place or by fetches, written by `guest.write`. Host frames are
 * mapped to guest frames by the machine's IOMMU in windows of 65,536 frames; the mediator fills it, the
 * device only looks through it.
 */

const TWO_32 = 0x1_0000_0000;
const GUEST_FETCH = K["guest.fetch"];
const GUEST_WRITE = K["guest.write"];
const WINDOW_SHIFT = 16;
const WINDOW_VALID = 0x8000_0000;

/** First host frame of vGPU `v`'s address space. */
export function frameBaseOf(v: number): number {
  return v << GFN_BITS;
}

/** The vGPU whose address space starts at this host frame. */
export function agentOf(frameBase: number): number {
  return frameBase >>> GFN_BITS;
}

/** Give vGPU `v` its host frames: window by window, host frame base + gfn. */
export function mapAddressSpace(core: Core, v: number, on: boolean): void {
  const first = frameBaseOf(v) >>> WINDOW_SHIFT;
  for (let w = 0; w < 1 << (GFN_BITS - WINDOW_SHIFT); w++) {
    core.words.write(FRAMES, first + w, on ? (WINDOW_VALID | (v << 16) | w) >>> 0 : 0);
  }
}

/** The vGPU behind a host frame, 0 where there is none. */
export function hostFrameAgent(core: Core, hfn: number): number {
  const window = core.words.read(FRAMES, hfn >>> WINDOW_SHIFT);
  return (window & WINDOW_VALID) === 0 ? 0 : (window >>> 16) & 0xff;
}

/** The guest frame behind a host frame. */
export function hostFrameGfn(core: Core, hfn: number): number {
  const window = core.words.read(FRAMES, hfn >>> WINDOW_SHIFT);
  return ((window & 0xffff) << WINDOW_SHIFT) | (hfn & 0xffff);
}

/** May the model ask and write in place? */
export function isCoherent(core: Core, v: number): boolean {
  return (core.seeVgpu(v).port & PORT_COHERENT) !== 0;
}

/** Ask for a guest frame; returns the ticket. `engine` NO_ENGINE: no engine's. */
export function fetchGuest(
  core: Core,
  v: number,
  gfn: number,
  purpose: number,
  engine: number,
  stamp: number,
): number {
  const high = Math.floor(stamp / TWO_32);
  const ticket = core.openTicket(GUEST_FETCH, v, core.nextRow, gfn, purpose, engine, stamp >>> 0, high);
  const { out } = core;
  const o = out.append(GUEST_FETCH);
  out.agent[o] = v;
  out.source[o] = 0;
  out.cause[o] = core.causeOf(o);
  out.ticket[o] = ticket;
  out.at[o] = gfn;
  out.purpose[o] = purpose;
  out.engine[o] = engine;
  return ticket;
}

/** What came of a question: the frame is fresh under the stamp, it cannot be had, or not now. */
export const FRESH = 0;
export const FAILED = 1;
export const LATER = 2;

/**
 * Ask for a guest frame in place: FRESH, FAILED, or LATER, where it is to be asked for by `fetchGuest`:
 * memory is not coherent, the guest is away, or this input has been told all that it may be.
 */
export function askGuest(
  core: Core,
  v: number,
  gfn: number,
  purpose: number,
  engine: number,
  stamp: number,
): number {
  if (!isCoherent(core, v) || core.told >= TOLD_MAX) return LATER;
  core.told++;
  const page = core.source.ask(v, gfn, purpose, engine);
  if (page === ABSENT) return LATER;
  if (page < 0) return FAILED;
  receive(core, v, gfn, page, stamp, null);
  return FRESH;
}

/**
 * Write `count` of `words`, from number `from` on, at a byte offset of a guest frame as one piece of a
 * `guest.write` of that engine's; the run must stay within the frame. Returns its ticket, 0 where memory is
 * coherent, or where so many are open that nothing can wait for this one.
 */
export function writeGuestRun(
  core: Core,
  v: number,
  engine: number,
  gfn: number,
  offset: number,
  words: Uint32Array,
  from: number,
  count: number,
): number {
  core.ram[v].writeWords(gfn, offset >>> 2, words, from, count);
  hashWords(words, from, count);
  const p = addPiece(core, v, engine, gfn, offset, count * 4);
  core.out.writeTable.lo[p] = HASH.low;
  core.out.writeTable.hi[p] = HASH.high;
  if (core.carriesOut) carry(core, new Uint8Array(words.buffer, words.byteOffset + from * 4, count * 4));
  return ticketOf(core, v, p);
}

/**
 * Write `length` bytes of the input's own payload, from `from` on, at a byte offset of a guest frame. `passed`
 * bytes of the payload were passed over since the last ones that were written.
 */
export function writePayload(
  core: Core,
  v: number,
  gfn: number,
  offset: number,
  bytes: Uint8Array,
  from: number,
  length: number,
  passed: number,
): void {
  core.ram[v].writeBytes(gfn, offset, bytes, from, length);
  const p = addPiece(core, v, NO_ENGINE, gfn, offset, length);
  const { out } = core;
  out.writeTable.code[p] = WRITE_PAYLOAD;
  out.writeTable.lo[p] = passed;
  if (core.carriesOut) carry(core, bytes.subarray(from, from + length));
  if (ticketOf(core, v, p) === 0) joinPayload(out);
}

/** The last two pieces are one where the second is the rest of the first. */
function joinPayload(out: Rows): void {
  const { writeTable } = out;
  const p = writeTable.count - 1;
  const o = out.count - 1;
  if (out.writes[o] < 2 || !joinsPiece(writeTable, p - 1, writeTable, p)) return;
  writeTable.length[p - 1] += writeTable.length[p];
  writeTable.count--;
  out.writes[o]--;
}

/** The outcome just emitted has these bytes with it, for whoever carries it out. */
function carry(core: Core, bytes: Uint8Array): void {
  const { out } = core;
  const o = out.count - 1;
  if (out.writes[o] === 1) out.putPayload(o, bytes);
  else out.extendPayload(o, bytes);
}

/** One more piece, of the last outcome where that is a write for the same vGPU by the same engine. */
function addPiece(
  core: Core,
  v: number,
  engine: number,
  gfn: number,
  offset: number,
  length: number,
): number {
  const { out } = core;
  const last = out.count - 1;
  const joins = last >= 0 && out.kind[last] === GUEST_WRITE && out.agent[last] === v;
  if (!joins || out.engine[last] !== engine || out.cause[last] !== core.causeOf(last)) {
    const o = out.append(GUEST_WRITE);
    out.agent[o] = v;
    out.source[o] = 0;
    out.cause[o] = core.causeOf(o);
    out.engine[o] = engine;
  }
  const p = out.addWrite();
  const { writeTable } = out;
  writeTable.at[p] = ((gfn << PAGE_SHIFT) | offset) >>> 0;
  writeTable.atHigh[p] = gfn >>> (32 - PAGE_SHIFT);
  writeTable.length[p] = length;
  return p;
}

/** The ticket of the last outcome's last piece, p; 0 where nobody waits for it. */
function ticketOf(core: Core, v: number, p: number): number {
  if (isCoherent(core, v) || core.isCrowded()) return 0;
  const { at, atHigh, length, ticket } = core.out.writeTable;
  ticket[p] = core.openTicket(GUEST_WRITE, v, core.nextRow - 1, at[p], atHigh[p], length[p], 0);
  core.vgpu(v).writesOpen++;
  return ticket[p];
}

/** A page has come that was asked for under `ticket`. */
export function receivePage(core: Core, v: number, ticket: number, page: number): void {
  const gfn = core.ticketOperand(ticket, 0);
  const stamp = core.ticketOperand(ticket, 4) * TWO_32 + core.ticketOperand(ticket, 3);
  receive(core, v, gfn, page, stamp, ticket);
}

/**
 * A page has come. It does not hold what this input has written to the frame, nor, perhaps, what the model
 * wrote there after it asked and what is still on its way: these bytes are put over it, or the guest would
 * read back less than it wrote. `asked`: the ticket it was asked under; null: in place.
 */
function receive(
  core: Core,
  v: number,
  gfn: number,
  page: number,
  stamp: number,
  asked: number | null,
): void {
  const ram = core.ram[v];
  const before = writesSomething(core, v) ? ram.known(gfn) : null;
  const bytes = before === null ? null : new Uint8Array(before.slice().buffer);
  ram.fetched(gfn, page, stamp);
  if (bytes === null) return;
  overlayWritten(core, v, gfn, bytes);
  if (core.seeVgpu(v).writesOpen > 0) overlayOpen(core, v, gfn, bytes, asked);
}

/** May there be bytes of the model's own that an answer does not hold? */
function writesSomething(core: Core, v: number): boolean {
  return core.out.writeTable.count > 0 || core.seeVgpu(v).writesOpen > 0;
}

/** Put what this input has written to the frame over it. */
function overlayWritten(core: Core, v: number, gfn: number, bytes: Uint8Array): void {
  const { out } = core;
  const { at, atHigh, length } = out.writeTable;
  for (let o = 0; o < out.count; o++) {
    if (out.kind[o] !== GUEST_WRITE || out.agent[o] !== v) continue;
    for (let p = out.firstPiece[o]; p < out.firstPiece[o] + out.writes[o]; p++) {
      if (((atHigh[p] << (32 - PAGE_SHIFT)) | (at[p] >>> PAGE_SHIFT)) !== gfn) continue;
      const offset = at[p] & (PAGE_BYTES - 1);
      core.ram[v].writeBytes(gfn, offset, bytes, offset, length[p]);
    }
  }
}

/** Put over the frame what is on its way to the guest and was written after the page was asked for. */
function overlayOpen(core: Core, v: number, gfn: number, bytes: Uint8Array, asked: number | null): void {
  for (const later of core.openTickets()) {
    if (core.ticketKind(later) !== GUEST_WRITE || core.ticketAgent(later) !== v) continue;
    if (asked !== null && ((later - asked) | 0) < 0) continue;
    const low = core.ticketOperand(later, 0);
    if (((core.ticketOperand(later, 1) << (32 - PAGE_SHIFT)) | (low >>> PAGE_SHIFT)) !== gfn) continue;
    const offset = low & (PAGE_BYTES - 1);
    core.ram[v].writeBytes(gfn, offset, bytes, offset, core.ticketOperand(later, 2));
  }
}

/** Say of the piece just written what its bytes are: WRITE_TIME or WRITE_POSITION. */
export function markWrite(core: Core, code: number): void {
  const { writeTable } = core.out;
  writeTable.code[writeTable.count - 1] = code;
}
