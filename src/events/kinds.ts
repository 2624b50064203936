import type { ColumnName } from "./columns.ts";

/**
 * input: the world did it, drives. answer: the world's answer to an effect, drives. effect, outcome: what the
 * model answered, compared. observation: someone else's answer, never drives. Figures per event count inputs
 * other than answers and clock rows.
 */
export type KindClass = "input" | "answer" | "effect" | "outcome" | "observation";

export interface KindRow {
  readonly class: KindClass;
  readonly columns: readonly ColumnName[];
  /** The row carries `length` bytes of its own in the block's payload. */
  readonly payload?: true;
}

/** Whatever drives may be told things in place. */
const input = (...columns: ColumnName[]): KindRow => ({
  class: "input",
  columns: ["dt", "agent", ...columns, "answers"],
});
const answer = (...columns: ColumnName[]): KindRow => ({
  class: "answer",
  columns: ["dt", "agent", "ticket", ...columns, "answers"],
});
const effect = (...columns: ColumnName[]): KindRow => ({
  class: "effect",
  columns: ["agent", "cause", ...columns],
});
const outcome = (...columns: ColumnName[]): KindRow => ({
  class: "outcome",
  columns: ["agent", "cause", ...columns],
});
const observed = (...columns: ColumnName[]): KindRow => ({
  class: "observation",
  columns: ["dt", "agent", "at", "size", "lo", "hi", ...columns],
});

const access = (): KindRow => input("at", "size", "lo", "hi");
/** lo/hi: what it was answered. */
const read = access;
const done = (): KindRow => answer();
const failed = (): KindRow => answer("code");

/** Every kind of row, by name. The order is that of the local numbers; a file names its own. */
export const KINDS = {
  "mmio.read": read(),
  "mmio.written": access(),
  "gtt.read": read(),
  "gtt.written": access(),
  "config.read": read(),
  "config.written": access(),
  "io.read": read(),
  "io.written": access(),
  "aperture.read": read(),
  /** Runs of writes, as they came in one message: where, in `stores`; the payload holds the bytes. */
  "aperture.written": { ...input("length", "stores"), payload: true },
  /** code: capability bits, `ports/capabilities`. */
  "port.attached": input("code"),
  "port.detached": input(),
  "vgpu.created": input(),
  "vgpu.opened": input(),
  "vgpu.closed": input(),
  "vgpu.reset": input(),
  "vgpu.paused": input(),
  "vgpu.resumed": input(),
  "vgpu.destroyed": input(),
  /** at/atHigh: guest-physical address; lo/hi: bytes; code bit 0: coherent, bit 1: writable. */
  "dma.mapped": input("at", "atHigh", "lo", "hi", "code"),
  "dma.unmapped": input("at", "atHigh", "lo", "hi"),
  /** at: vfio index (INTx 0, MSI 1, ...); code: flags of the request. */
  "irq.routed": input("at", "code"),
  "page.written": { ...input("at", "atHigh", "length"), payload: true },
  /** at: port (1 is B); payload: EDID blocks. */
  "monitor.plugged": { ...input("at", "length"), payload: true },
  "monitor.unplugged": input("at"),
  "state.loaded": { ...input("length"), payload: true },
  "clock.advanced": input(),

  "guest.fetched": answer("at", "purpose", "page"),
  "guest.fetch.failed": answer("at", "purpose", "code"),
  "timer.fired": answer(),
  "guest.write.done": done(),
  "guest.write.failed": failed(),
  "page.protect.done": done(),
  "page.protect.failed": failed(),
  "page.unprotect.done": done(),
  "page.unprotect.failed": failed(),
  "aperture.map.done": done(),
  "aperture.map.failed": failed(),
  "aperture.unmap.done": done(),
  "aperture.unmap.failed": failed(),
  "trap.set.done": done(),
  "trap.set.failed": failed(),
  "opregion.map.done": done(),
  "opregion.map.failed": failed(),
  "plane.export.done": done(),
  "plane.export.failed": failed(),

  "access.reply": effect("ticket", "lo", "hi"),
  "guest.fetch": effect("ticket", "at", "purpose", "engine"),
  /**
   * Consecutive writes of one input for one vGPU by one engine (255: by none); the pieces are in `writes`.
   * The bytes travel with the effect, not in the log.
   */
  "guest.write": effect("engine", "writes"),
  /**
   * at, lo: address and data of the message. hi: the bits that raised the line, as they stand in the register
   * at byte offset `code`: an IIR, or the master register where it was an access that opened the way.
   */
  "irq.inject": effect("at", "lo", "hi", "code"),
  "irq.level": effect("lo"),
  "page.protect": effect("ticket", "at"),
  "page.unprotect": effect("ticket", "at"),
  /** lo/hi: deadline in microseconds of model time. code: what it is for, `TIMERS`. */
  "timer.arm": effect("ticket", "lo", "hi", "code"),
  "timer.cancel": effect("ticket", "code"),
  "aperture.map": effect("ticket", "at", "length"),
  "aperture.unmap": effect("ticket", "at", "length"),
  "trap.set": effect("ticket", "at", "length", "code"),
  "opregion.map": effect("ticket", "at"),
  "plane.export": effect("ticket", "at", "code"),
  "display.ready": effect("lo"),
  "vgpu.quiesced": effect(),

  /** at: lrca; lo: context id; hi: ring tail. */
  "workload.submitted": outcome("engine", "at", "lo", "hi"),
  "workload.completed": outcome("engine", "at", "lo", "hi"),
  /** code: CSB status word. */
  "context.switched": outcome("engine", "at", "lo", "code"),
  /** code: REFUSALS. */
  "audit.refused": outcome("engine", "at", "atHigh", "lo", "code"),
  /** code: FAILSAFE reason. */
  "failsafe.entered": outcome("code"),
  "mmio.unknown": outcome("at", "size", "lo", "hi"),
  "memory.unknown": outcome("at", "purpose"),
  /** code: NOTES. */
  note: outcome("engine", "at", "lo", "hi", "code"),

  gap: observed("code"),
  "snapshot.observed": observed("length"),
  poll: observed(),
  bind: observed("length"),
  "request.state": observed("engine", "code"),
  "command.observed": observed("engine", "length"),
  "irq.observed": observed("engine"),
  diagnostic: observed("code"),
} as const satisfies Readonly<Record<string, KindRow>>;

export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];

/** Local number of each kind: `K["mmio.read"]`. */
export const K = Object.fromEntries(KIND_NAMES.map((name, i) => [name, i])) as {
  readonly [N in KindName]: number;
};

/** What filters and output call the entries of a row's `answers`, as if they were rows. */
export const TOLD_KIND = "guest.told";
/** In the place of a local number of a kind. */
export const TOLD_NUMBER = 254;

/** Names that a filter may give. */
export const FILTER_NAMES: readonly string[] = [...KIND_NAMES, TOLD_KIND];

/** Local number of what a filter names; -1: there is no such kind. */
export function filterNumber(name: string): number {
  return name === TOLD_KIND ? TOLD_NUMBER : (KIND_NAMES as readonly string[]).indexOf(name);
}

const CLASS_INPUT = 0;
export const CLASS_ANSWER = 1;
export const CLASS_OUTCOME = 2;
export const CLASS_OBSERVATION = 3;
const CLASS_CODES: Readonly<Record<KindClass, number>> = {
  input: CLASS_INPUT,
  answer: CLASS_ANSWER,
  effect: CLASS_OUTCOME,
  outcome: CLASS_OUTCOME,
  observation: CLASS_OBSERVATION,
};

/** By local number: one of the CLASS_ codes. */
export const KIND_CLASS = Uint8Array.from(KIND_NAMES, (name) => CLASS_CODES[KINDS[name].class]);
/** By local number: 1 where the row has a payload of its own. */
export const KIND_PAYLOAD = Uint8Array.from(KIND_NAMES, (name) => ("payload" in KINDS[name] ? 1 : 0));
/** By local number: 1 where a row counts as an event (a world input). */
export const KIND_WORLD = Uint8Array.from(KIND_NAMES, (name) =>
  KINDS[name].class === "input" && name !== "clock.advanced" ? 1 : 0,
);

/** Does a row of this kind drive? */
export function isInput(kind: number): boolean {
  return KIND_CLASS[kind] <= CLASS_ANSWER;
}
