import { expect } from "vitest";
import { PORT_MSI } from "../../../src/events/codes.ts";
import { K, KIND_NAMES } from "../../../src/events/kinds.ts";
import { compileRegisters } from "../../../src/hw/compile.ts";
import { bank } from "../../../src/hw/register.ts";
import type { Platform } from "../../../src/hw/units.ts";
import type { Configuration } from "../../../src/reducers/configuration.ts";
import { Core } from "../../../src/reducers/core.ts";
import { readRegister, writeRegister } from "../../../src/reducers/mediator/access.ts";
import { vblank } from "../../../src/reducers/mediator/display/pipe.ts";
import { MSI_CAPABILITY } from "../../../src/reducers/mediator/interrupt.ts";
import { PageStore } from "../../../src/reducers/pages.ts";
import { CONFIG } from "../../../src/reducers/planes.ts";
import type { Down, Up } from "../../../src/reducers/seam.ts";
import { initialDeviceTree, initialVgpuTree } from "../../../src/reducers/trees.ts";

/** The vGPU of these tests. */
export const V = 1;

const DOWN: Down = {
  elsp() {},
  ggtt() {},
  clearGgtt() {},
  tlb() {},
  reset() {},
  pause() {},
  resume: () => false,
  aside: () => null,
};
const UP: Up = {
  irq() {},
  csb() {},
  idle() {},
  hung() {},
  congested: () => false,
  stopped: () => false,
  paused: () => false,
  writeRegister() {},
  readRegister: () => 0,
};

const cite = "gvt/handlers.c";
const group = (offset: number) => ({
  [`ISR${offset}`]: { offset, rule: "readOnly" as const, cite },
  [`IMR${offset}`]: { offset: offset + 4, then: "irq.imr" as const, cite },
  [`IIR${offset}`]: { offset: offset + 8, rule: "oneToClear" as const, then: "irq.iir" as const, cite },
  [`IER${offset}`]: { offset: offset + 12, then: "irq.ier" as const, cite },
});

/** Few rows, with nothing but behaviours: the rules of the real tables do not matter here. */
const ROWS = bank(
  { bench: 0 },
  {
    MASTER: { offset: 0x44200, then: "irq.master", read: "irq.master", cite },
    ...group(0x44400),
    ...group(0x44410),
    ...group(0x44440),
    ...group(0xc4000),
    HPD: { offset: 0xc4030, then: "hpd.control", cite },
    WELLS: { offset: 0x45400, count: 4, then: "power.well", cite },
    DBUF: { offset: 0x45008, then: "power.dbuf", cite },
    LCPLLS: { offset: 0x46010, count: 2, then: "pll.lcpll", cite },
    LCPLL_BDW: { offset: 0x130040, then: "pll.lcpll", cite },
    WRPLLS: { offset: 0x46040, count: 2, stride: 0x20, then: "pll.wrpll", cite },
    DPLL_STATUS: { offset: 0x6c060, read: "pll.status", cite },
    DDI: { offset: 0x64000, count: 5, stride: 0x100, then: "ddi.buf_ctl", cite },
    AUX: { offset: 0x64010, count: 4, stride: 0x100, then: "aux.control", cite },
    AUX_PCH: { offset: 0xe4110, count: 3, stride: 0x100, then: "aux.control", cite },
    PIPECONF: { offset: 0x70008, count: 3, stride: 0x1000, then: "pipe.conf", cite },
    PIPECONF_EDP: { offset: 0x7f008, then: "pipe.conf", cite },
    PIPEDSL: { offset: 0x70000, count: 3, stride: 0x1000, read: "pipe.scan_line", cite },
    FRMCOUNT: { offset: 0x70040, count: 3, stride: 0x1000, read: "pipe.frame_count", cite },
    SURF: { offset: 0x7019c, count: 3, stride: 0x1000, then: "plane.surf", cite },
    SURF_2: { offset: 0x7029c, count: 3, stride: 0x1000, then: "plane.surf", cite },
    PAL_INDEX: { offset: 0x4a400, count: 3, stride: 0x800, then: "palette.index", cite },
    PAL_DATA: { offset: 0x4a404, count: 3, stride: 0x800, then: "palette.data", read: "palette.data", cite },
    GPIO: { offset: 0xc5010, count: 6, then: "gpio.bits", cite },
    GMBUS0: { offset: 0xc5100, then: "gmbus.select", cite },
    GMBUS1: { offset: 0xc5104, then: "gmbus.command", cite },
    GMBUS2: { offset: 0xc5108, then: "gmbus.status", read: "gmbus.status", cite },
    GMBUS3: { offset: 0xc510c, then: "gmbus.data", read: "gmbus.data", cite },
    DP_TP_STATUS: { offset: 0x64444, cite },
    PLAIN: { offset: 0x60000, count: 0x200, cite },
    PLL_PLAIN: { offset: 0x6c040, count: 8, cite },
    PLANE_CTL: { offset: 0x70180, count: 3, stride: 0x1000, cite },
    CURSOR: { offset: 0x70080, count: 9, cite },
    FLIPCOUNT: { offset: 0x70044, count: 3, stride: 0x1000, rule: "readOnly", cite },
    PLANE: { offset: 0x70188, count: 3, cite },
    PLANE_OFFSET: { offset: 0x701a4, cite },
    SURFLIVE: { offset: 0x701ac, count: 3, stride: 0x1000, rule: "readOnly", cite },
    SURFLIVE_2: { offset: 0x702ac, count: 3, stride: 0x1000, rule: "readOnly", cite },
    SOUTH_PLAIN: { offset: 0xc5110, count: 5, cite },
    PORT_CLK_SEL: { offset: 0x46100, count: 5, cite },
  },
);

const INDEXES = {
  kbl: compileRegisters("kbl", [ROWS]),
  bdw: compileRegisters("bdw", [ROWS]),
};

/** A core with one vGPU that takes interrupts, and its registers by offset. */
export class Bench {
  readonly core: Core;

  constructor(platform: Platform = "kbl", pure = false) {
    const configuration: Configuration = {
      platform,
      deviceId: 0x5916,
      revision: 2,
      mode: "mediated",
      screenEvery: 0,
      vgpus: [],
    };
    const store = new PageStore((bytes, into) => into.fill(bytes.length));
    const setting = { registers: INDEXES[platform], commands: [], configuration, store };
    const tree = { ...initialVgpuTree(), port: PORT_MSI };
    this.core = new Core(setting, pure, [initialDeviceTree(), tree], DOWN, UP);
    this.core.words.write(CONFIG + V, MSI_CAPABILITY >>> 2, 0x0001_0005);
    this.core.words.write(CONFIG + V, 1, 4);
    this.write(0x44200, 0x8000_0000);
    for (const at of [0x44400, 0x44410, 0x44440, 0xc4000]) this.write(at + 12, 0xffff_ffff);
  }

  write(at: number, value: number): void {
    writeRegister(this.core, V, at, value >>> 0);
  }

  read(at: number): number {
    return readRegister(this.core, V, at);
  }

  /** Let the armed timer of a pipe fire, `late` microseconds after its deadline. Returns the deadline. */
  fire(pipe = 0, late = 0): number {
    const { core } = this;
    const { due, timer } = core.seeVgpu(V).pipes[pipe];
    core.out.count = 0;
    if (!core.isOpen(timer)) expect.fail(`the timer of pipe ${pipe} is not armed`);
    core.now = due + late;
    core.endTicket(timer);
    vblank(core, V, pipe);
    return due;
  }

  /** Port B shows 1024x768 at 65 MHz by HDMI, as a driver would program it; the pipe is not on yet. */
  modeset(pipe = 0): void {
    const base = 0x1000 * pipe;
    this.write(0x60000 + base, (1343 << 16) | 1023);
    this.write(0x6000c + base, (805 << 16) | 767);
    this.write(0x60010 + base, (805 << 16) | 767);
    this.write(0x6001c + base, (1023 << 16) | 767);
    // DPLL 1 in HDMI mode for port B: a DCO of 9,100 MHz over 2 * 2 * 7 * 5.
    this.write(0x6c058, 1 << 11);
    this.write(0x6c05c, 1 << 4);
    const integer = Math.floor(9_100_000 / 24_000);
    const fraction = Math.ceil(((9_100_000 - integer * 24_000) * 0x8000) / 24_000);
    this.write(0x6c040, 0x8000_0000 | (fraction << 9) | integer);
    this.write(0x6c044, (2 << 8) | (1 << 7) | (1 << 5) | (4 << 2));
    this.write(0x60400 + base, 0x8000_0000 | (1 << 28));
  }

  /** Kinds of the outcomes since the last call. */
  outcomes(): string[] {
    const { out } = this.core;
    const kinds = Array.from({ length: out.count }, (_, i) => KIND_NAMES[out.kind[i]]);
    out.count = 0;
    return kinds;
  }

  /** Deadline of the last timer armed and not seen yet. */
  armed(): { deadline: number; code: number; ticket: number } {
    const { out } = this.core;
    for (let i = out.count - 1; i >= 0; i--) {
      if (out.kind[i] !== K["timer.arm"]) continue;
      const deadline = out.hi[i] * 0x1_0000_0000 + out.lo[i];
      return { deadline, code: out.code[i], ticket: out.ticket[i] };
    }
    expect.fail("no timer was armed");
  }
}
