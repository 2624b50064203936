import { offsetOf } from "../../../hw/registers/offsets.ts";
import type { Core } from "../../core.ts";
import { MMIO } from "../../planes.ts";
import { type DdcTree, initialDdc } from "../../trees.ts";
import type { OnWrite } from "../behaviour.ts";
import { DDC_ADDRESS, edidByte, hasMonitor, PORT_B, PORT_C, PORT_D } from "./monitor.ts";

/**
 * Bit-banged I2C. Each GPIO register holds one clock and one data line, pulled up: a line is low where the
 * guest drives it low or the monitor pulls it. Source: intel_gmbus_regs.h, GPIO_CLOCK_DIR_MASK and its
 * neighbours; set_clock, intel_gmbus.c.
 */
const GPIO_A = offsetOf("GPIO");

/** One line's bits, from its lowest one on; the data line lies eight bits above the clock. */
const DIR_MASK = 1 << 0;
const DIR_OUT = 1 << 1;
const VAL_MASK = 1 << 2;
const VAL_OUT = 1 << 3;
const VAL_IN = 1 << 4;
const PULLUP_DISABLE = 1 << 5;
const DATA_SHIFT = 8;

const IDLE = 0;
const ADDRESS = 1;
const RECEIVE = 2;
const OWN_ACK = 3;
const SEND = 4;
const THEIR_ACK = 5;

/**
 * Register number (GPIOA is 0) to port. Source: gmbus_pins_skl and gmbus_pins_bdw: GPIOD dpc, GPIOE dpb,
 * GPIOF dpd.
 */
function portOfGpio(n: number): number {
  return n === 3 ? PORT_C : n === 4 ? PORT_B : n === 5 ? PORT_D : 0;
}

/** What a write leaves of one line's direction, value and pull-up; masks are not kept. */
function lineBits(before: number, value: number): number {
  const direction = (value & DIR_MASK) !== 0 ? value : before;
  const out = (value & VAL_MASK) !== 0 ? value : before;
  return (direction & DIR_OUT) | (out & VAL_OUT) | (value & PULLUP_DISABLE);
}

/** Is the line let go, or driven high, by the guest? */
function isHigh(line: number): boolean {
  return (line & DIR_OUT) === 0 || (line & VAL_OUT) !== 0;
}

/** GPIO_CTL of a DDC pair: the guest drives clock and data; the monitor pulls data low where it answers. */
export const gpioBits: OnWrite = (core, v, at, _id, before, _after, value) => {
  const clockLine = lineBits(before, value);
  const dataLine = lineBits(before >>> DATA_SHIFT, value >>> DATA_SHIFT);
  const clock = isHigh(clockLine);
  let data = isHigh(dataLine);
  const port = portOfGpio((at - GPIO_A) >>> 2);
  if (port !== 0 && hasMonitor(core, v, port)) {
    const end = core.vgpu(v).gpio.ends[port - PORT_B];
    move(core, v, port, end, clock, data);
    data = data && !end.pulling;
  }
  const low = clockLine | (clock ? VAL_IN : 0);
  const high = dataLine | (data ? VAL_IN : 0);
  core.words.write(MMIO + v, at >>> 2, low | (high << DATA_SHIFT));
};

/** A monitor that comes or goes does not remember what the lines carried. */
export function resetDdc(core: Core, v: number, port: number): void {
  const ends = core.vgpu(v).gpio.ends;
  const { clock, data } = ends[port - PORT_B];
  ends[port - PORT_B] = { ...initialDdc(), clock, data };
}

/** The lines changed: clock falling counts before a change of data, clock rising after it. */
function move(core: Core, v: number, port: number, end: DdcTree, clock: boolean, data: boolean): void {
  const wasClock = end.clock;
  const wasData = end.data;
  end.clock = clock;
  end.data = data;
  if (wasClock && clock) {
    if (wasData && !data) begin(end);
    else if (!wasData && data) stop(end);
  } else if (wasClock) {
    fall(core, v, port, end);
  } else if (clock) {
    rise(end, data && !end.pulling);
  }
}

function begin(end: DdcTree): void {
  end.phase = ADDRESS;
  end.shift = 0;
  end.bits = 0;
  end.pulling = false;
}

function stop(end: DdcTree): void {
  end.phase = IDLE;
  end.pulling = false;
}

/** Clock rises: whoever listens takes the bit. */
function rise(end: DdcTree, bit: boolean): void {
  if (end.phase === ADDRESS || end.phase === RECEIVE) {
    end.shift = ((end.shift << 1) | (bit ? 1 : 0)) & 0xff;
    end.bits++;
  } else if (end.phase === THEIR_ACK) {
    end.acknowledged = !bit;
  }
}

/** Clock falls: whoever talks puts the next bit on the line. */
function fall(core: Core, v: number, port: number, end: DdcTree): void {
  switch (end.phase) {
    case ADDRESS:
      if (end.bits < 8) break;
      if (end.shift >>> 1 === DDC_ADDRESS) {
        end.reading = (end.shift & 1) !== 0;
        end.first = true;
        acknowledge(end);
      } else {
        stop(end);
      }
      break;
    case RECEIVE:
      if (end.bits < 8) break;
      if (end.first) core.vgpu(v).gmbus.pointers[port] = end.shift;
      end.first = false;
      acknowledge(end);
      break;
    case OWN_ACK:
      end.pulling = false;
      end.bits = 0;
      end.shift = 0;
      if (end.reading) nextByte(core, v, port, end);
      else end.phase = RECEIVE;
      break;
    case SEND:
      if (end.bits < 8) {
        sendBit(end);
      } else {
        end.pulling = false;
        end.phase = THEIR_ACK;
      }
      break;
    case THEIR_ACK:
      if (end.acknowledged) nextByte(core, v, port, end);
      else stop(end);
      break;
  }
}

function acknowledge(end: DdcTree): void {
  end.pulling = true;
  end.phase = OWN_ACK;
}

function nextByte(core: Core, v: number, port: number, end: DdcTree): void {
  const pointers = core.vgpu(v).gmbus.pointers;
  end.shift = edidByte(core, v, port, pointers[port]);
  pointers[port] = (pointers[port] + 1) & 0xff;
  end.bits = 0;
  end.phase = SEND;
  sendBit(end);
}

function sendBit(end: DdcTree): void {
  end.pulling = (end.shift & 0x80) === 0;
  end.shift = (end.shift << 1) & 0xff;
  end.bits++;
}
