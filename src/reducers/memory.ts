import { PORT_COHERENT } from "../events/codes.ts";
import { K } from "../events/kinds.ts";
import { PAGE_BYTES, PAGE_SHIFT } from "../hw/units.ts";
import type { Core } from "./core.ts";
import { HASH, hashBytes, hashWords } from "./mix.ts";
import { FRAMES } from "./planes.ts";
import { GFN_BITS } from "./ram.ts";

/**
 * Guest memory as the model may touch it: asked for by fetches, written by `guest.write`. Host frames are
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

/** Ask for a guest frame; returns the ticket. `engine` 255: nobody's engine. */
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

/**
 * Write `count` of `words`, from number `from` on, at a byte offset of a guest frame as one `guest.write`;
 * the run must stay within the frame.
 */
export function writeGuestRun(
  core: Core,
  v: number,
  gfn: number,
  offset: number,
  words: Uint32Array,
  from: number,
  count: number,
): number {
  core.ram[v].writeWords(gfn, offset >>> 2, words, from, count);
  hashWords(words, from, count);
  const ticket = sayWritten(core, v, gfn, offset, count * 4);
  if (core.carriesOut) carry(core, new Uint8Array(words.buffer, words.byteOffset + from * 4, count * 4));
  return ticket;
}

/**
 * Write `length` bytes at a byte offset of a guest frame as one `guest.write`. Returns its ticket, 0 where
 * memory is coherent, or where so many are open that nothing can wait for this one.
 */
export function writeGuest(
  core: Core,
  v: number,
  gfn: number,
  offset: number,
  bytes: Uint8Array,
  from: number,
  length: number,
): number {
  core.ram[v].writeBytes(gfn, offset, bytes, from, length);
  hashBytes(bytes, from, length);
  const ticket = sayWritten(core, v, gfn, offset, length);
  if (core.carriesOut) carry(core, bytes.subarray(from, from + length));
  return ticket;
}

/** The outcome just emitted has these bytes with it, for whoever carries it out. */
function carry(core: Core, bytes: Uint8Array): void {
  core.out.putPayload(core.out.count - 1, bytes);
}

/** The outcome of a write whose hash is in HASH. Returns its ticket, or 0. */
function sayWritten(core: Core, v: number, gfn: number, offset: number, length: number): number {
  const { out } = core;
  const o = out.append(GUEST_WRITE);
  out.agent[o] = v;
  out.source[o] = 0;
  out.cause[o] = core.causeOf(o);
  out.ticket[o] = 0;
  out.at[o] = ((gfn << PAGE_SHIFT) | offset) >>> 0;
  out.atHigh[o] = gfn >>> (32 - PAGE_SHIFT);
  out.length[o] = length;
  out.lo[o] = HASH.low;
  out.hi[o] = HASH.high;
  out.code[o] = 0;
  if (isCoherent(core, v) || core.isCrowded()) return 0;
  const ticket = core.openTicket(GUEST_WRITE, v, core.nextRow - 1, out.at[o], out.atHigh[o], length, 0);
  out.ticket[o] = ticket;
  core.vgpu(v).writesOpen++;
  return ticket;
}

/**
 * A page has come that was asked for under `ticket`. What the model wrote into it after it asked may not be
 * in the answer: those writes that are still on their way are put over it, or the guest would read back less
 * than it wrote.
 */
export function receivePage(core: Core, v: number, ticket: number, page: number): void {
  const gfn = core.ticketOperand(ticket, 0);
  const stamp = core.ticketOperand(ticket, 4) * TWO_32 + core.ticketOperand(ticket, 3);
  const ram = core.ram[v];
  const before = core.seeVgpu(v).writesOpen === 0 ? null : ram.known(gfn);
  const words = before === null ? null : before.slice();
  ram.fetched(gfn, page, stamp);
  if (words === null) return;
  const bytes = new Uint8Array(words.buffer);
  for (const later of core.openTickets()) {
    if (((later - ticket) | 0) < 0 || core.ticketKind(later) !== GUEST_WRITE || core.ticketAgent(later) !== v)
      continue;
    const low = core.ticketOperand(later, 0);
    if (((core.ticketOperand(later, 1) << (32 - PAGE_SHIFT)) | (low >>> PAGE_SHIFT)) !== gfn) continue;
    const offset = low & (PAGE_BYTES - 1);
    ram.writeBytes(gfn, offset, bytes, offset, core.ticketOperand(later, 2));
  }
}

/** Say of the `guest.write` just emitted what its bytes are: WRITE_TIME or WRITE_POSITION. */
export function markWrite(core: Core, code: number): void {
  core.out.code[core.out.count - 1] = code;
}
