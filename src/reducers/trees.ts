import { PURPOSES } from "../events/columns.ts";
import { ENGINES } from "../hw/units.ts";
import { DEVICE_MMIO } from "./planes.ts";

/**
 * The small shaped state: hidden machinery that has no address. One tree per vGPU and one for the device;
 * plain data only, no object in two places, no list that can pass 64 entries. Times are microseconds of model
 * time, engine times nanoseconds.
 */

export const PIPES = 3;

/** One pipe's vblank source. A frame lasts exactly `period` + `rest` / `clock` microseconds. */
export interface PipeTree {
  on: boolean;
  /** Offset of the transcoder that it feeds, from transcoder A. */
  base: number;
  period: number;
  rest: number;
  clock: number;
  /** Model time of the last vblank (of the start, before the first) and of the next one. */
  last: number;
  due: number;
  /** What `due` is short of the exact time, in parts of a microsecond: below `clock`. */
  carry: number;
  /** Vblanks counted, also over stops: the guest's frame counter. 32 bits. */
  frames: number;
  /** Ticket of the armed vblank timer; 0: none. */
  timer: number;
  /** Flip-done bits of the pipe's IIR that wait for the next vblank. */
  flips: number;
}

/**
 * The GMBUS controller between two of its registers' accesses. Its status word is the register GMBUS2 itself.
 */
export interface GmbusTree {
  /** 0 idle, 1 data, 2 wait. */
  phase: number;
  /** Port of the addressed monitor; 0: nobody answers. */
  port: number;
  /** Bytes still to move. */
  remaining: number;
  writing: boolean;
  /** By port: the next byte of the monitor's EDID, whoever asks. */
  pointers: number[];
}

/** One monitor's end of a bit-banged I2C bus, as the edges of the two lines have moved it. */
export interface DdcTree {
  /** Levels of clock and data as the guest drives them. */
  clock: boolean;
  data: boolean;
  /**
   * 0 idle, 1 address, 2 byte from the guest, 3 own acknowledge, 4 byte to the guest, 5 the guest's
   * acknowledge.
   */
  phase: number;
  shift: number;
  bits: number;
  reading: boolean;
  /** The next written byte is the EDID's address. */
  first: boolean;
  acknowledged: boolean;
  /** The monitor pulls the data line down. */
  pulling: boolean;
}

export interface GpioTree {
  /** Ports B, C, D. */
  ends: DdcTree[];
}

/** The guest's view of one engine's execlists. */
export interface ExeclistTree {
  /** The four dwords of the submission being written, element 1 first, and how many have come. */
  port: number[];
  writes: number;
  /** seq of the writes that brought them. */
  portAt: number[];
  /** Descriptors (low, high) of the submission that waits for the device to take it; empty: none. */
  queued: number[];
  /** seq of the row that told of it: of its first element's `workload.submitted`. */
  queuedAt: number;
  /** The device works for this vGPU on this engine. */
  owns: boolean;
  /**
   * The engine hangs, to this vGPU, until it resets it: the status registers as the fault left them. 0: it
   * does not.
   */
  hungLow: number;
  hungHigh: number;
}

/** Something the guest may see only once its memory holds what was written before it. */
export interface Announcement {
  /** Last ticket given out before: guest writes up to it come first. */
  after: number;
  /** How many of them are still in flight. */
  left: number;
  /** 0: interrupt bits of a group; 1: a context status. */
  what: number;
  a: number;
  b: number;
  c: number;
  /** seq of the row that it comes from: the submission. */
  cause: number;
}

export interface VgpuTree {
  created: boolean;
  opened: boolean;
  attached: boolean;
  /** Port capability bits. */
  port: number;
  paused: boolean;
  failsafe: number;
  /** The guest has put the device to sleep (D3hot) and submitted nothing since: the next reset is its waking up. */
  asleep: boolean;
  /** The guest has read its PVINFO page. */
  pvAware: boolean;
  maps: number;
  /** Slots of the table of mappings below this one are taken. */
  freeMap: number;
  /** The interrupt line, whose rising edges are MSIs. */
  interruptLine: boolean;
  /** Tickets of pages that aperture reads have asked for without waiting. Memory not coherent only. */
  apertureAsks: number[];
  pipes: PipeTree[];
  gmbus: GmbusTree;
  gpio: GpioTree;
  execlists: ExeclistTree[];
  /** Guest writes in flight, and what waits for them. Memory not coherent only. */
  writesOpen: number;
  announcements: Announcement[];
  /** Screen sampling: ticket of the timer, gfn reads are outcomes of their own. */
  screenTimer: number;
  /** The timer of the rest of a screen, and how many of its frames were asked for; 0: none is under way. */
  drawTimer: number;
  drawn: number;
  flipsSeen: number;
}

/** One element of a submission as the engine holds it. */
export interface ElementTree {
  valid: boolean;
  low: number;
  id: number;
}

/** Where an engine stands, as data. Everything a parked engine needs to go on. */
export interface EngineTree {
  /** 0 idle, 1 load context, 2 run, 3 save context. */
  phase: number;
  /** First host frame of the address space that the submission came with. */
  frameBase: number;
  /** The plane that holds the registers which came with it. */
  registers: number;
  elements: ElementTree[];
  active: number;
  pending: ElementTree[];
  pendingBase: number;
  pendingRegisters: number;
  /** Engine time in ns at which the engine is free again. */
  freeAt: number;
  /** What this turn has used so far. */
  turnNs: number;
  turnDwords: number;
  /** Stamp of the turn under way; 0 between turns. */
  turn: number;
  /** Ticket of the timer that starts the next turn, of the fetch the turn waits for. */
  timer: number;
  fetch: number;
  /** By purpose: seq of the last answer that brought this engine a page; 0: none. */
  fetchedAt: number[];
  /**
   * Why the engine stands still: 0 it does not, 1 semaphore, 2 announcements, 3 stopped by STOP_RING.
   */
  waiting: number;
  /** The ring: start, size in bytes, head, tail. */
  ringStart: number;
  ringSize: number;
  head: number;
  tail: number;
  /**
   * 0 ring, 1 and 2 first and second batch level, 3 a work-around batch of the context's own; the address of
   * the next dword of each level, low and high.
   */
  level: number;
  ipLow: number[];
  ipHigh: number[];
  /** By level: does the batch lie in the PPGTT? */
  ppgtt: boolean[];
  /** Guest frames of PDP0 to PDP3; with four levels PDP0 is the PML4. */
  pdp: number[];
  /**
   * The work-around batch being run: where it ends (0: at its own end command), and the level to go on with.
   */
  workaroundEnd: number;
  resumeLevel: number;
  arbitration: boolean;
  /** The turn under way has written to memory: waiting semaphores are looked at again. */
  wrote: boolean;
  /** Predicate of MI_SET_PREDICATE: commands are skipped while it says so. */
  skipping: boolean;
  /** seq of the rows that told of the current submission and of the waiting one, of their first elements. */
  submittedAt: number;
  pendingAt: number;
  /** A new submission is to be taken at the next command boundary. */
  preempt: boolean;
  contextId: number;
}

export interface DeviceTree {
  engines: EngineTree[];
}

export type Tree = DeviceTree | VgpuTree;

/** A pipe that is off. */
function initialPipe(): PipeTree {
  return {
    on: false,
    base: 0,
    period: 16_667,
    rest: 0,
    clock: 1,
    last: 0,
    due: 0,
    carry: 0,
    frames: 0,
    timer: 0,
    flips: 0,
  };
}

/** A DDC bus at rest: both lines high. */
export function initialDdc(): DdcTree {
  return {
    clock: true,
    data: true,
    phase: 0,
    shift: 0,
    bits: 0,
    reading: false,
    first: false,
    acknowledged: false,
    pulling: false,
  };
}

/** A GMBUS controller at rest. */
function initialGmbus(): GmbusTree {
  return { phase: 0, port: 0, remaining: 0, writing: false, pointers: [0, 0, 0, 0] };
}

/** An engine to which the guest has submitted nothing. */
export function initialExeclist(): ExeclistTree {
  return {
    port: [0, 0, 0, 0],
    writes: 0,
    portAt: [0, 0, 0, 0],
    queued: [],
    queuedAt: 0,
    owns: false,
    hungLow: 0,
    hungHigh: 0,
  };
}

/** A vGPU before it is created. */
export function initialVgpuTree(): VgpuTree {
  return {
    created: false,
    opened: false,
    attached: false,
    port: 0,
    paused: false,
    failsafe: 0,
    asleep: false,
    pvAware: false,
    maps: 0,
    freeMap: 0,
    interruptLine: false,
    apertureAsks: [],
    pipes: Array.from({ length: PIPES }, initialPipe),
    gmbus: initialGmbus(),
    gpio: { ends: [initialDdc(), initialDdc(), initialDdc()] },
    execlists: ENGINES.map(initialExeclist),
    writesOpen: 0,
    announcements: [],
    screenTimer: 0,
    drawTimer: 0,
    drawn: 0,
    flipsSeen: 0,
  };
}

/** An empty element of an execlist. */
export function initialElement(): ElementTree {
  return { valid: false, low: 0, id: 0 };
}

/** An idle engine. */
export function initialEngine(): EngineTree {
  return {
    phase: 0,
    frameBase: 0,
    registers: DEVICE_MMIO,
    elements: [initialElement(), initialElement()],
    active: 0,
    pending: [initialElement(), initialElement()],
    pendingBase: 0,
    pendingRegisters: DEVICE_MMIO,
    freeAt: 0,
    turnNs: 0,
    turnDwords: 0,
    turn: 0,
    timer: 0,
    fetch: 0,
    fetchedAt: PURPOSES.map(() => 0),
    waiting: 0,
    ringStart: 0,
    ringSize: 0,
    head: 0,
    tail: 0,
    level: 0,
    ipLow: [0, 0, 0, 0],
    ipHigh: [0, 0, 0, 0],
    ppgtt: [false, false, false, false],
    pdp: [0, 0, 0, 0],
    workaroundEnd: 0,
    resumeLevel: 0,
    arbitration: true,
    wrote: false,
    skipping: false,
    submittedAt: 0,
    pendingAt: 0,
    preempt: false,
    contextId: 0,
  };
}

/** The device before anything happened. */
export function initialDeviceTree(): DeviceTree {
  return { engines: ENGINES.map(initialEngine) };
}

/** A deep copy of plain data. */
export function cloneTree<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy = new Array(value.length);
    for (let i = 0; i < value.length; i++) copy[i] = cloneTree(value[i]);
    return copy as T;
  }
  // A spread keeps the shape; properties added one by one under computed names would make a slow dictionary
  // of it.
  const copy = { ...value } as Record<string, unknown>;
  for (const key in copy) {
    const inner = copy[key];
    if (typeof inner === "object" && inner !== null) copy[key] = cloneTree(inner);
  }
  return copy as T;
}
