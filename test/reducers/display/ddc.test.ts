import { describe, expect, test } from "vitest";
import { buildEdid, TIMING_1024X768, TIMING_1920X1200 } from "../../../src/hw/edid.ts";
import { plug, unplug } from "../../../src/reducers/mediator/display/hotplug.ts";
import { Bench, V } from "./bench.ts";

const EDID = buildEdid(TIMING_1024X768);
const GMBUS0 = 0xc5100;
const GMBUS1 = 0xc5104;
const GMBUS2 = 0xc5108;
const GMBUS3 = 0xc510c;
const GMBUS4 = 0xc5110;
const GMBUS5 = 0xc5120;
const HW_RDY = 0x800;
const HW_WAIT = 0x4000;
const SATOER = 0x400;
const ACTIVE = 0x200;

const withMonitor = (): Bench => {
  const bench = new Bench();
  plug(bench.core, V, 1, EDID);
  bench.outcomes();
  return bench;
};

const status = (bench: Bench): number => bench.read(GMBUS2) & ~0x8000;

/** As a driver does it: pin, command, then four bytes at a time while the controller says it has some. */
function gmbusRead(bench: Bench, pin: number, command: number, length: number): number[] | null {
  bench.write(GMBUS0, pin);
  bench.write(GMBUS1, (command | (1 << 25) | (1 << 30) | (length << 16) | (0x50 << 1) | 1) >>> 0);
  const bytes: number[] = [];
  while (bytes.length < length) {
    if ((status(bench) & SATOER) !== 0) return null;
    expect(status(bench) & HW_RDY).toBe(HW_RDY);
    const word = bench.read(GMBUS3);
    for (let i = 0; i < 4 && bytes.length < length; i++) bytes.push((word >>> (8 * i)) & 0xff);
  }
  expect(status(bench)).toBe(HW_WAIT | ACTIVE);
  bench.write(GMBUS1, ((1 << 27) | (1 << 30)) >>> 0);
  expect(status(bench) & ACTIVE).toBe(0);
  bench.write(GMBUS0, 0);
  return bytes;
}

describe("GMBUS", () => {
  test("an index cycle reads the EDID of the monitor on port B, from any byte on", () => {
    const bench = withMonitor();
    expect(gmbusRead(bench, 5, 1 << 26, 128)).toEqual(EDID);
    expect(gmbusRead(bench, 5, (1 << 26) | (54 << 8), 18)).toEqual(EDID.slice(54, 72));
    // Without an index the monitor goes on where it stood.
    expect(gmbusRead(bench, 5, 0, 3)).toEqual(EDID.slice(72, 75));
    bench.write(GMBUS5, 0x8000_0800);
    expect(gmbusRead(bench, 5, 0, 2)).toEqual(EDID.slice(8, 10));
    expect(bench.outcomes()).toEqual([]);
  });

  test("a plain write sets the address, a second message reads", () => {
    const bench = withMonitor();
    bench.write(GMBUS0, 5);
    bench.write(GMBUS3, 8);
    bench.write(GMBUS1, ((1 << 30) | (1 << 25) | (1 << 16) | (0x50 << 1)) >>> 0);
    expect(status(bench)).toBe(HW_WAIT | ACTIVE);
    expect(gmbusRead(bench, 5, 0, 2)).toEqual(EDID.slice(8, 10));
  });

  test("a long write is taken four bytes at a time and changes nothing", () => {
    const bench = withMonitor();
    bench.write(GMBUS0, 5);
    bench.write(GMBUS3, 0x4433_2200);
    bench.write(GMBUS1, ((1 << 30) | (1 << 25) | (6 << 16) | (0x50 << 1)) >>> 0);
    expect(status(bench)).toBe(HW_RDY | ACTIVE);
    bench.write(GMBUS3, 0x6655);
    expect(status(bench)).toBe(HW_WAIT | ACTIVE);
    expect(gmbusRead(bench, 5, 1 << 26, 128)).toEqual(EDID);
  });

  test("nobody acknowledges on another pin, at another address, or without a monitor", () => {
    const bench = withMonitor();
    expect(gmbusRead(bench, 4, 1 << 26, 128)).toBeNull();
    expect(gmbusRead(bench, 6, 1 << 26, 128)).toBeNull();
    bench.write(GMBUS0, 5);
    bench.write(GMBUS1, ((1 << 30) | (1 << 25) | (1 << 16) | (0x40 << 1) | 1) >>> 0);
    expect(status(bench)).toBe(SATOER | HW_RDY);
    bench.write(GMBUS1, 0x8000_0000);
    bench.write(GMBUS1, 0);
    expect(status(bench)).toBe(HW_RDY);
    unplug(bench.core, V, 1);
    expect(gmbusRead(bench, 5, 1 << 26, 128)).toBeNull();
  });

  test("a cycle with stop gives the bus back by itself", () => {
    const bench = withMonitor();
    bench.write(GMBUS0, 5);
    bench.write(GMBUS1, ((7 << 25) | (1 << 30) | (4 << 16) | (0x50 << 1) | 1) >>> 0);
    expect(bench.read(GMBUS3)).toBe(0xffff_ff00);
    expect(status(bench)).toBe(HW_RDY);
  });

  test("a burst of more than 511 bytes ends when the override is lifted", () => {
    const bench = withMonitor();
    const length = 600;
    const stated = (length % 256) + 256;
    bench.write(GMBUS0, 5 | (1 << 6));
    bench.write(GMBUS1, ((3 << 25) | (1 << 30) | (stated << 16) | (0x50 << 1) | 1) >>> 0);
    const bytes: number[] = [];
    while ((status(bench) & HW_WAIT) === 0 && bytes.length < 1024) {
      const word = bench.read(GMBUS3);
      for (let i = 0; i < 4; i++) bytes.push((word >>> (8 * i)) & 0xff);
      if (length - bytes.length === stated - 4) bench.write(GMBUS0, 5);
    }
    const memory = [...EDID, ...new Array<number>(128).fill(0)];
    expect(bytes).toEqual([...memory, ...memory, ...memory].slice(0, length));
  });

  test("the interrupt comes only where its condition is enabled", () => {
    const bench = withMonitor();
    bench.write(GMBUS4, 8);
    gmbusRead(bench, 4, 1 << 26, 4);
    expect(bench.read(0xc4008)).toBe(1 << 17);
    expect(bench.outcomes()).toEqual(["irq.inject"]);
  });

  test("the semaphore is taken by a read and given back by a one", () => {
    const bench = withMonitor();
    expect(bench.read(GMBUS2) & 0x8000).toBe(0);
    expect(bench.read(GMBUS2) & 0x8000).toBe(0x8000);
    bench.write(GMBUS2, 0x8000);
    expect(bench.read(GMBUS2) & 0x8000).toBe(0);
  });
});

/** A bit-banging master on one GPIO register, by the sequence of i2c-algo-bit and intel_gmbus.c. */
class Banger {
  private readonly bench: Bench;
  private readonly at: number;
  constructor(bench: Bench, gpio: number) {
    this.bench = bench;
    this.at = 0xc5010 + 4 * gpio;
  }
  private data(high: boolean): void {
    this.bench.write(this.at, high ? 1 << 8 : (1 << 9) | (1 << 8) | (1 << 10));
    this.bench.read(this.at);
  }
  private clock(high: boolean): void {
    this.bench.write(this.at, high ? 1 : 2 | 1 | 4);
    this.bench.read(this.at);
  }
  private sample(): number {
    this.bench.write(this.at, 1 << 8);
    this.bench.write(this.at, 0);
    return (this.bench.read(this.at) >>> 12) & 1;
  }
  lines(): number {
    return this.bench.read(this.at) & 0x1010;
  }
  start(): void {
    this.data(true);
    this.clock(true);
    this.data(false);
    this.clock(false);
  }
  stop(): void {
    this.data(false);
    this.clock(true);
    this.data(true);
  }
  /** True where somebody acknowledged. */
  send(byte: number): boolean {
    for (let i = 7; i >= 0; i--) {
      this.data(((byte >>> i) & 1) !== 0);
      this.clock(true);
      this.clock(false);
    }
    this.data(true);
    this.clock(true);
    const acknowledged = this.sample() === 0;
    this.clock(false);
    return acknowledged;
  }
  receive(more: boolean): number {
    let byte = 0;
    this.data(true);
    for (let i = 0; i < 8; i++) {
      this.clock(true);
      byte = (byte << 1) | this.sample();
      this.clock(false);
    }
    this.data(!more);
    this.clock(true);
    this.clock(false);
    this.data(true);
    return byte;
  }
}

describe("bit-banged DDC", () => {
  test("lines without a monitor read pulled up, and nobody acknowledges", () => {
    const bench = withMonitor();
    for (const gpio of [0, 1, 2, 3, 5]) {
      const bus = new Banger(bench, gpio);
      bus.start();
      expect(bus.send(0xa0)).toBe(false);
      bus.stop();
      expect(bus.lines()).toBe(0x1010);
    }
  });

  test("the EDID of port B: address, repeated start, bytes, no acknowledge, stop", () => {
    const bench = withMonitor();
    const bus = new Banger(bench, 4);
    bus.start();
    expect(bus.send(0xa0)).toBe(true);
    expect(bus.send(0)).toBe(true);
    bus.start();
    expect(bus.send(0xa1)).toBe(true);
    const bytes = Array.from({ length: 128 }, (_, i) => bus.receive(i < 127));
    bus.stop();
    expect(bytes).toEqual(EDID);
    expect(bus.lines()).toBe(0x1010);
  });

  test("another address is not answered, and the monitor is still there afterwards", () => {
    const bench = withMonitor();
    const bus = new Banger(bench, 4);
    bus.start();
    expect(bus.send(0x60)).toBe(false);
    bus.stop();
    bus.start();
    expect(bus.send(0xa1)).toBe(true);
    expect(bus.receive(false)).toBe(EDID[0]);
    bus.stop();
  });

  test("GMBUS and the pins talk to the same memory", () => {
    const bench = withMonitor();
    gmbusRead(bench, 5, (1 << 26) | (16 << 8), 2);
    const bus = new Banger(bench, 4);
    bus.start();
    expect(bus.send(0xa1)).toBe(true);
    expect(bus.receive(false)).toBe(EDID[18]);
    bus.stop();
  });

  test("a monitor that leaves in the middle of a byte lets go of the line", () => {
    const bench = withMonitor();
    const bus = new Banger(bench, 4);
    bus.start();
    expect(bus.send(0xa1)).toBe(true);
    unplug(bench.core, V, 1);
    bus.stop();
    expect(bus.lines()).toBe(0x1010);
    plug(bench.core, V, 1, buildEdid(TIMING_1920X1200));
    bus.start();
    expect(bus.send(0xa1)).toBe(true);
  });
});

describe("hot plug", () => {
  test("the pin follows the monitor; the event comes only where detection is enabled", () => {
    const bench = new Bench();
    plug(bench.core, V, 1, EDID);
    expect(bench.read(0xc4000)).toBe(1 << 21);
    expect(bench.read(0xc4008)).toBe(0);
    bench.write(0xc4030, 1 << 4);
    bench.outcomes();
    unplug(bench.core, V, 1);
    expect(bench.read(0xc4000)).toBe(0);
    expect(bench.read(0xc4008)).toBe(1 << 21);
    expect(bench.read(0xc4030)).toBe((1 << 4) | 2);
    expect(bench.outcomes()).toEqual(["irq.inject"]);
    bench.write(0xc4030, bench.read(0xc4030));
    expect(bench.read(0xc4030)).toBe(1 << 4);
  });

  test("ports C and D have bits of their own; other ports have no socket", () => {
    const bench = new Bench();
    bench.write(0xc4030, 0x0010_1010);
    plug(bench.core, V, 2, EDID);
    plug(bench.core, V, 3, EDID);
    for (const port of [0, 4, 77]) plug(bench.core, V, port, EDID);
    expect(bench.read(0xc4000)).toBe(3 << 22);
    expect(bench.read(0xc4030)).toBe(0x0012_1210);
  });
});
