import { TIMER_DRAW, TIMER_ENGINE, TIMER_SCREEN, TIMER_VBLANK } from "../events/codes.ts";
import { K } from "../events/kinds.ts";
import type { Rows } from "../events/rows.ts";
import { NO_ENGINE, VGPU_MAX } from "../hw/units.ts";
import type { Core } from "./core.ts";
import { continueTurn, failTurn, startTurn, wakeForMemory } from "./device/engine.ts";
import { readMmio, writeMmio } from "./mediator/access.ts";
import { readAperture, writeAperture } from "./mediator/aperture.ts";
import { readConfig, readIo, writeConfig, writeIo } from "./mediator/config-space.ts";
import { plug, unplug } from "./mediator/display/hotplug.ts";
import { vblank } from "./mediator/display/pipe.ts";
import { goOnDrawing, screenTimer } from "./mediator/display/screen.ts";
import { writeDone } from "./mediator/execlist.ts";
import { readGtt, writeGtt } from "./mediator/ggtt.ts";
import {
  attachPort,
  closeVgpu,
  createVgpu,
  destroyVgpu,
  detachPort,
  mapMemory,
  resetVgpu,
  unmapMemory,
} from "./mediator/lifecycle.ts";
import { pauseVgpu, resumeVgpu, settlePause } from "./mediator/pause.ts";
import { receivePage } from "./memory.ts";

/**
 * One input row on the state in `core`. An input that fits nothing changes nothing: recordings are data too.
 */
export function reduce(core: Core, rows: Rows, i: number): void {
  const v = rows.agent[i];
  if (v !== 0 && v <= VGPU_MAX && core.seeVgpu(v).created) return reduceAlive(core, v, rows, i);
  core.replyLo = 0;
  core.replyHi = 0;
  core.cause = -1;
  if (v > VGPU_MAX) return;
  const kind = rows.kind[i];
  if (v === 0) {
    if (kind === K["timer.fired"]) fired(core, rows.ticket[i]);
  } else if (kind === K["vgpu.created"]) createVgpu(core, v);
}

/** The same where it is known that the row's agent is the vGPU `v`, and that it exists. */
export function reduceAlive(core: Core, v: number, rows: Rows, i: number): void {
  core.replyLo = 0;
  core.replyHi = 0;
  core.cause = -1;
  const kind = rows.kind[i];
  switch (kind) {
    // What most rows are is called by name: the call of an unknown function costs as much as some of them.
    case MMIO_READ:
      return readMmio(core, v, rows.at[i], rows.size[i]);
    case MMIO_WRITTEN:
      return writeMmio(core, v, rows.at[i], rows.size[i], rows.lo[i], rows.hi[i]);
    case GTT_WRITTEN:
      return writeGtt(core, v, rows.at[i], rows.size[i], rows.lo[i], rows.hi[i]);
    case APERTURE_READ:
      return readAperture(core, v, rows.at[i], rows.size[i]);
    case APERTURE_WRITTEN:
      return writeAperture(core, v, rows, i);
    case FETCHED:
      return fetched(core, v, rows, i);
    default:
      REDUCERS[kind]?.(core, v, rows, i);
  }
}

const MMIO_READ = K["mmio.read"];
const MMIO_WRITTEN = K["mmio.written"];
const GTT_WRITTEN = K["gtt.written"];
const APERTURE_READ = K["aperture.read"];
const APERTURE_WRITTEN = K["aperture.written"];
const FETCHED = K["guest.fetched"];
const FETCH = K["guest.fetch"];

type Reducer = (core: Core, v: number, rows: Rows, i: number) => void;

/** All other kinds. */
const REDUCERS: (Reducer | undefined)[] = [];

REDUCERS[K["gtt.read"]] = (core, v, rows, i) => readGtt(core, v, rows.at[i], rows.size[i]);
REDUCERS[K["config.read"]] = (core, v, rows, i) => readConfig(core, v, rows.at[i], rows.size[i]);
REDUCERS[K["config.written"]] = (core, v, rows, i) => {
  writeConfig(core, v, rows.at[i], rows.size[i], rows.lo[i], rows.hi[i]);
};
REDUCERS[K["io.read"]] = (core) => readIo(core);
REDUCERS[K["io.written"]] = (core, v, rows, i) =>
  writeIo(core, v, rows.at[i], rows.size[i], rows.lo[i], rows.hi[i]);

REDUCERS[K["port.attached"]] = (core, v, rows, i) => attachPort(core, v, rows.code[i]);
REDUCERS[K["port.detached"]] = (core, v) => detachPort(core, v);
REDUCERS[K["vgpu.opened"]] = (core, v) => {
  core.vgpu(v).opened = true;
};
REDUCERS[K["vgpu.closed"]] = (core, v) => closeVgpu(core, v);
REDUCERS[K["vgpu.paused"]] = (core, v) => pauseVgpu(core, v);
REDUCERS[K["vgpu.resumed"]] = (core, v) => resumeVgpu(core, v);
REDUCERS[K["vgpu.reset"]] = (core, v) => resetVgpu(core, v);
REDUCERS[K["vgpu.destroyed"]] = (core, v) => destroyVgpu(core, v);
REDUCERS[K["dma.mapped"]] = (core, v, rows, i) => mapMemory(core, v, rangeOf(rows, i), rows.code[i]);
REDUCERS[K["dma.unmapped"]] = (core, v, rows, i) => unmapMemory(core, v, rangeOf(rows, i));
REDUCERS[K["monitor.plugged"]] = (core, v, rows, i) => plug(core, v, rows.at[i], rows.payloadOf(i));
REDUCERS[K["monitor.unplugged"]] = (core, v, rows, i) => unplug(core, v, rows.at[i]);

REDUCERS[K["guest.fetch.failed"]] = (core, v, rows, i) => {
  if (core.isAsked(rows.ticket[i], FETCH, v)) answer(core, v, rows.ticket[i], true);
};
REDUCERS[K["timer.fired"]] = (core, _v, rows, i) => fired(core, rows.ticket[i]);
REDUCERS[K["guest.write.done"]] = (core, v, rows, i) => written(core, v, rows.ticket[i]);
REDUCERS[K["guest.write.failed"]] = (core, v, rows, i) => written(core, v, rows.ticket[i]);

function rangeOf(rows: Rows, i: number): readonly [number, number, number, number] {
  return [rows.at[i], rows.atHigh[i], rows.lo[i], rows.hi[i]];
}

function fetched(core: Core, v: number, rows: Rows, i: number): void {
  const ticket = rows.ticket[i];
  if (!core.isAsked(ticket, FETCH, v) || rows.page[i] >= core.setting.store.count) return;
  receivePage(core, v, ticket, rows.page[i]);
  answer(core, v, ticket, false);
}

/** Whoever asked for the page goes on. */
function answer(core: Core, v: number, ticket: number, failed: boolean): void {
  const engine = core.ticketOperand(ticket, 2);
  const purpose = core.ticketOperand(ticket, 1);
  core.cause = core.ticketRow(ticket);
  core.endTicket(ticket);
  if (engine !== NO_ENGINE) {
    if (failed) failTurn(core, engine);
    else continueTurn(core, engine, purpose);
  }
  core.cause = -1;
  settlePause(core, v);
}

function fired(core: Core, ticket: number): void {
  if (!core.isOpen(ticket) || core.ticketKind(ticket) !== K["timer.arm"]) return;
  const code = core.ticketOperand(ticket, 2);
  const v = core.ticketAgent(ticket);
  core.cause = core.ticketRow(ticket);
  core.endTicket(ticket);
  if (code >= TIMER_DRAW) goOnDrawing(core, v);
  else if (code >= TIMER_SCREEN) screenTimer(core, v);
  else if (code >= TIMER_VBLANK) vblank(core, v, code - TIMER_VBLANK);
  else if (code >= TIMER_ENGINE) startTurn(core, code - TIMER_ENGINE);
}

function written(core: Core, v: number, ticket: number): void {
  if (!core.isAsked(ticket, K["guest.write"], v)) return;
  core.cause = core.ticketRow(ticket);
  core.endTicket(ticket);
  writeDone(core, v, ticket);
  wakeForMemory(core);
  core.cause = -1;
  settlePause(core, v);
}
