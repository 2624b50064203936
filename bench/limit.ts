import { CLASS_OUTCOME, K, KIND_CLASS } from "../src/events/kinds.ts";
import type { Rows } from "../src/events/rows.ts";
import type { RegisterIndex } from "../src/hw/compile.ts";
import { MMIO_BYTES } from "../src/hw/units.ts";
import type { Setting } from "../src/reducers/core.ts";

/**
 * L, the limit: what one pass over the same columns costs when every input only does its loads and stores,
 * through the same register rows, on plain typed arrays that are never shared. No digest, no outcomes, no
 * snapshots, no trees.
 */

const MMIO_SHIFT = 19;
const GTT_SHIFT = 21;
const CONFIG_SHIFT = 6;
const GFN_BITS = 24;
const GFN_MASK = (1 << GFN_BITS) - 1;
const PAGE = 4096;

const READ_ONLY = 1;
const MASKED_BITS = 2;
const ONE_TO_CLEAR = 3;
const DISCARD = 4;

/** The state as flat arrays, one stretch a vGPU. */
export class Limit {
  private readonly mmio = new Uint32Array(8 << MMIO_SHIFT);
  private readonly ggtt = new Uint32Array(8 << GTT_SHIFT);
  private readonly device = new Uint32Array(1 << GTT_SHIFT);
  private readonly config = new Uint32Array(8 << CONFIG_SHIFT);
  private readonly slotOf = new Int32Array(1 << GFN_BITS);
  private readonly content = new Uint32Array(1 << GFN_BITS);
  private memory = new Uint32Array(1 << 20);
  private slots = 1;
  private readonly index: RegisterIndex;
  /** So that no load is dead. */
  sum = 0;

  constructor(setting: Setting) {
    this.index = setting.registers;
  }

  /** Rows [from, to) of a block. */
  pass(rows: Rows, from: number, to: number): void {
    const { kind, agent, at, size, lo, hi, page } = rows;
    const { mmio, ggtt, device, config, content } = this;
    const { idOf } = this.index;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const k = kind[i];
      const a = at[i];
      const v = agent[i] & 7;
      if (k === MMIO_READ) {
        if (a < MMIO_BYTES && idOf[a >>> 2] !== 0) sum ^= mmio[(v << MMIO_SHIFT) | (a >>> 2)] - lo[i];
      } else if (k === MMIO_WRITTEN) {
        const word = (v << MMIO_SHIFT) | (a >>> 2);
        if (a < MMIO_BYTES) mmio[word] = this.ruled(idOf[a >>> 2], mmio[word], lo[i]);
      } else if (KIND_CLASS[k] === CLASS_OUTCOME) {
      } else if (k === GTT_WRITTEN) {
        const word = (v << GTT_SHIFT) | (a >>> 2);
        ggtt[word] = lo[i];
        device[a >>> 2] = lo[i];
        if (size[i] === 8) {
          ggtt[word + 1] = hi[i];
          device[(a >>> 2) + 1] = hi[i];
        }
      } else if (k === APERTURE_WRITTEN) {
        this.run(rows, i);
      } else if (k === APERTURE_READ) {
        sum ^= content[this.gfn(v, a)];
      } else if (k === FETCHED) {
        content[a & GFN_MASK] = page[i];
      } else if (k === CONFIG_READ) {
        sum ^= config[(v << CONFIG_SHIFT) | ((a >>> 2) & 63)] - lo[i];
      } else if (k === CONFIG_WRITTEN) {
        config[(v << CONFIG_SHIFT) | ((a >>> 2) & 63)] = lo[i];
      }
    }
    this.sum ^= sum;
  }

  /** The arithmetic of a register's rule. */
  private ruled(id: number, before: number, value: number): number {
    const { rule, writable, oneToClear } = this.index;
    switch (rule[id]) {
      case READ_ONLY:
      case DISCARD:
        return before;
      case MASKED_BITS: {
        const mask = (value >>> 16) & writable[id];
        return (before & ~mask) | (value & mask);
      }
      case ONE_TO_CLEAR:
        return before & ~(value & writable[id]);
      default: {
        const plain = (before & ~writable[id]) | (value & writable[id]);
        return oneToClear[id] === 0 ? plain : (plain & ~oneToClear[id]) | (before & oneToClear[id] & ~value);
      }
    }
  }

  /** A run of aperture writes: bytes into the frames that the GGTT names, a page at a time. */
  private run(rows: Rows, i: number): void {
    const { payload } = rows;
    let from = rows.from[i];
    const end = from + rows.length[i];
    const source = new Uint32Array(payload.buffer, 0, payload.length >>> 2);
    for (let a = rows.at[i]; from < end; ) {
      const room = Math.min(PAGE - (a & (PAGE - 1)), end - from);
      const to = (this.slot(rows.agent[i] & 7, a) << 10) | ((a & (PAGE - 1)) >>> 2);
      const words = room >>> 2;
      const { memory } = this;
      for (let w = 0; w < words; w++) memory[to + w] = source[(from >>> 2) + w];
      from += room;
      a += room;
    }
  }

  /** Where the frame that an aperture address leads to lies. */
  private slot(v: number, a: number): number {
    const gfn = this.gfn(v, a);
    const slot = this.slotOf[gfn];
    return slot !== 0 ? slot : this.newSlot(gfn);
  }

  private gfn(v: number, a: number): number {
    const entry = (v << GTT_SHIFT) | ((a >>> 12) * 2);
    return ((this.ggtt[entry + 1] << 20) | (this.ggtt[entry] >>> 12)) & GFN_MASK;
  }

  private newSlot(gfn: number): number {
    const slot = this.slots++;
    if (this.slots << 10 > this.memory.length) {
      const bigger = new Uint32Array(this.memory.length * 2);
      bigger.set(this.memory);
      this.memory = bigger;
    }
    this.slotOf[gfn] = slot;
    return slot;
  }
}

/** Only sums the columns that a pass of the limit reads: what keeps the limit honest. */
export function sumColumns(rows: Rows, from: number, to: number): number {
  const { kind, agent, at, size, lo, hi, page, length } = rows;
  let sum = 0;
  for (let i = from; i < to; i++) {
    sum = (sum + kind[i] + agent[i] + at[i] + size[i] + lo[i] + hi[i] + page[i]) | 0;
    if (kind[i] === APERTURE_WRITTEN) {
      const words = new Uint32Array(rows.payload.buffer, 0, rows.payload.length >>> 2);
      const first = rows.from[i] >>> 2;
      const end = first + (length[i] >>> 2);
      for (let w = first; w < end; w++) sum = (sum + words[w]) | 0;
    }
  }
  return sum;
}

const MMIO_READ = K["mmio.read"];
const MMIO_WRITTEN = K["mmio.written"];
const GTT_WRITTEN = K["gtt.written"];
const APERTURE_WRITTEN = K["aperture.written"];
const APERTURE_READ = K["aperture.read"];
const FETCHED = K["guest.fetched"];
const CONFIG_READ = K["config.read"];
const CONFIG_WRITTEN = K["config.written"];
