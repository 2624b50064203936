import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import type { GmbusTree } from "../../trees.ts";
import type { OnRead, OnWrite } from "../behaviour.ts";
import { PCH, raise } from "../interrupt.ts";
import { DDC_ADDRESS, edidByte, hasMonitor, PORT_B, PORT_C, PORT_D } from "./monitor.ts";

/**
 * Source of all offsets and bits: intel_gmbus_regs.h; how a driver uses them: do_gmbus_xfer, intel_gmbus.c.
 */
const GMBUS0 = offsetOf("GMBUS0");
const GMBUS1 = offsetOf("GMBUS1");
const GMBUS2 = offsetOf("GMBUS2");
const GMBUS3 = offsetOf("GMBUS3");
const GMBUS4 = offsetOf("GMBUS4");
const GMBUS5 = offsetOf("GMBUS5");

const PIN_MASK = 7;
const BYTE_CNT_OVERRIDE = 1 << 6;

const SW_CLR_INT = 0x8000_0000;
const CYCLE_STOP = 1 << 27;
const CYCLE_INDEX = 1 << 26;
const CYCLE_WAIT = 1 << 25;
const SLAVE_READ = 1;

const INUSE = 1 << 15;
const HW_WAIT_PHASE = 1 << 14;
const INT = 1 << 12;
const HW_RDY = 1 << 11;
const SATOER = 1 << 10;
const ACTIVE = 1 << 9;

const HW_RDY_EN = 1 << 0;
const HW_WAIT_EN = 1 << 1;
const IDLE_EN = 1 << 2;
const NAK_EN = 1 << 3;

const TWO_BYTE_INDEX_EN = 0x8000_0000;
const SDE_GMBUS = 1 << 17;

const IDLE = 0;
const DATA = 1;
const WAIT = 2;

/** Pin pair to port. Source: gmbus_pins_skl and gmbus_pins_bdw, intel_gmbus.c. */
function portOfPin(pin: number): number {
  return pin === 4 ? PORT_C : pin === 5 ? PORT_B : pin === 6 ? PORT_D : 0;
}

const word = (core: Core, v: number, at: number): number => core.words.read(MMIO + v, at >>> 2);

/** Enter a phase: the status word shows it, and the guest is told where it asked for that. */
function enter(core: Core, v: number, bus: GmbusTree, phase: number, status: number, event: number): void {
  bus.phase = phase;
  const told = (word(core, v, GMBUS4) & event) !== 0;
  const kept = word(core, v, GMBUS2) & INUSE;
  core.words.write(MMIO + v, GMBUS2 >>> 2, kept | status | (told ? INT : 0));
  if (told) raise(core, v, PCH, SDE_GMBUS);
}

function goIdle(core: Core, v: number, bus: GmbusTree): void {
  bus.port = 0;
  bus.remaining = 0;
  enter(core, v, bus, IDLE, HW_RDY, IDLE_EN);
}

/** Forget the transfer without telling anyone; the semaphore and the bits of `kept` stay. */
function reset(core: Core, v: number, bus: GmbusTree, kept: number): void {
  bus.phase = IDLE;
  bus.port = 0;
  bus.remaining = 0;
  core.words.write(MMIO + v, GMBUS2 >>> 2, (word(core, v, GMBUS2) & (INUSE | kept)) | HW_RDY);
}

/** All bytes have moved: hold the bus, or give it back where the command said so. */
function endData(core: Core, v: number, bus: GmbusTree): void {
  bus.remaining = 0;
  if ((word(core, v, GMBUS1) & CYCLE_STOP) !== 0) goIdle(core, v, bus);
  else enter(core, v, bus, WAIT, ACTIVE | HW_WAIT_PHASE, HW_WAIT_EN);
}

/** GMBUS0: which pin pair. None ends whatever went on. */
export const gmbusSelect: OnWrite = (core, v, _at, _id, before, after) => {
  const bus = core.vgpu(v).gmbus;
  if ((after & PIN_MASK) === 0) {
    reset(core, v, bus, SATOER);
    return;
  }
  // A burst past 511 bytes: the driver lifts the override when four bytes of the stated count are done.
  const lifted = (before & ~after & BYTE_CNT_OVERRIDE) !== 0;
  if (lifted && bus.phase === DATA) bus.remaining = Math.max(byteCount(word(core, v, GMBUS1)) - 4, 0);
};

function byteCount(command: number): number {
  return (command >>> 16) & 0x1ff;
}

/** GMBUS1: start a cycle, stop, or reset the controller. */
export const gmbusCommand: OnWrite = (core, v, _at, _id, _before, _after, value) => {
  core.words.write(MMIO + v, GMBUS1 >>> 2, value);
  const bus = core.vgpu(v).gmbus;
  if ((value & SW_CLR_INT) !== 0) {
    reset(core, v, bus, 0);
  } else if ((value & CYCLE_WAIT) !== 0) {
    start(core, v, bus, value);
  } else if ((value & CYCLE_STOP) !== 0 && bus.phase !== IDLE) {
    goIdle(core, v, bus);
  }
};

function start(core: Core, v: number, bus: GmbusTree, command: number): void {
  const port = portOfPin(word(core, v, GMBUS0) & PIN_MASK);
  const address = (command >>> 1) & 0x7f;
  if (port === 0 || address !== DDC_ADDRESS || !hasMonitor(core, v, port)) {
    bus.port = 0;
    bus.remaining = 0;
    enter(core, v, bus, IDLE, HW_RDY | SATOER, NAK_EN);
    return;
  }
  bus.port = port;
  bus.remaining = byteCount(command);
  bus.writing = (command & SLAVE_READ) === 0;
  const long = word(core, v, GMBUS5);
  const indexed = (command & CYCLE_INDEX) !== 0 || (long & TWO_BYTE_INDEX_EN) !== 0;
  if ((long & TWO_BYTE_INDEX_EN) !== 0) bus.pointers[port] = (long >>> 8) & 0xff;
  else if (indexed) bus.pointers[port] = (command >>> 8) & 0xff;
  if (!bus.writing) {
    if (bus.remaining === 0) endData(core, v, bus);
    else enter(core, v, bus, DATA, ACTIVE | HW_RDY, HW_RDY_EN);
    return;
  }
  // The first bytes of a write stand in GMBUS3 already; without an index, the very first is an address.
  if (!indexed && bus.remaining > 0) bus.pointers[port] = word(core, v, GMBUS3) & 0xff;
  takeWritten(core, v, bus);
}

/** The monitor takes up to four bytes; an EDID is not writable. */
function takeWritten(core: Core, v: number, bus: GmbusTree): void {
  bus.remaining -= Math.min(4, bus.remaining);
  if (bus.remaining === 0) endData(core, v, bus);
  else enter(core, v, bus, DATA, ACTIVE | HW_RDY, HW_RDY_EN);
}

/** GMBUS2: only the semaphore can be written, by a 1 that gives it back. */
export const gmbusStatus: OnWrite = (core, v, _at, _id, before, _after, value) => {
  core.words.write(MMIO + v, GMBUS2 >>> 2, before & ~(value & INUSE));
};

/** A read of the status takes the semaphore, after it was seen. Source: docs/facts/display.md#ddc. */
export const gmbusStatusRead: OnRead = (core, v) => {
  const status = word(core, v, GMBUS2);
  core.words.write(MMIO + v, GMBUS2 >>> 2, status | INUSE);
  return status;
};

/** GMBUS3 written: the next bytes of a write under way, else kept for the next one. */
export const gmbusData: OnWrite = (core, v, _at, _id, _before, _after, value) => {
  core.words.write(MMIO + v, GMBUS3 >>> 2, value);
  const seen = core.seeVgpu(v).gmbus;
  if (seen.phase === DATA && seen.writing) takeWritten(core, v, core.vgpu(v).gmbus);
};

/** GMBUS3 read: the next four bytes, lowest first. */
export const gmbusDataRead: OnRead = (core, v) => {
  const seen = core.seeVgpu(v).gmbus;
  if (seen.phase !== DATA || seen.writing) return word(core, v, GMBUS3);
  const bus = core.vgpu(v).gmbus;
  const burst = (word(core, v, GMBUS0) & BYTE_CNT_OVERRIDE) !== 0;
  const count = burst ? 4 : Math.min(4, bus.remaining);
  const from = bus.pointers[bus.port];
  let data = 0;
  for (let i = 0; i < count; i++) data |= edidByte(core, v, bus.port, from + i) << (8 * i);
  bus.pointers[bus.port] = (from + count) & 0xff;
  core.words.write(MMIO + v, GMBUS3 >>> 2, data);
  if (!burst) bus.remaining -= count;
  if (bus.remaining === 0) endData(core, v, bus);
  else enter(core, v, bus, DATA, ACTIVE | HW_RDY, HW_RDY_EN);
  return data;
};
