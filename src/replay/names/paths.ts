import { fieldValue } from "../../hw/compile.ts";
import type { Core } from "../../reducers/core.ts";
import type { Machine } from "../../reducers/machine.ts";
import { CONFIG, DEVICE_GGTT, DEVICE_MMIO, GGTT, MMIO } from "../../reducers/planes.ts";
import { GFN_BITS } from "../../reducers/ram.ts";
import { treeMask } from "../index/tree-slots.ts";
import type { WriteTarget } from "../index/writers.ts";
import { lookUp } from "./lookup.ts";
import { PathError } from "./reader.ts";

/**
 * Places of a state that can be written, by path: `vgpu1.rcs0.RING_TAIL.TailOffset`, `vgpu1.ggtt[123]`,
 * `vgpu1.ram[0x1f3a2010]` (a byte), `vgpu1.ram[0x1f3a2010:8]` (bytes), `vgpu1.ram.1f3a2` (a frame),
 * `vgpu1.tree.interruptLine`, `device.tree.engines.rcs0.head`.
 */
export interface Place {
  /** As it is written everywhere. */
  readonly path: string;
  readonly target: WriteTarget;
  /** Bits of the word that count: all where it is none or more than one. */
  readonly bits: readonly [high: number, low: number];
  /** Keys from the root of the tree, for a place in one. */
  readonly steps: readonly string[];
}

const FRAME_BYTES = 4096;
const MEMORY = /^(vgpu[1-7])\.ram(?:\[(0x[0-9a-f]+|\d+)(?::(\d+))?\]|\.([0-9a-f]+)(?:\+([0-9a-f]+))?)$/i;
const WHOLE = [31, 0] as const;

/**
 * The place that a path names, looked up in `machine`'s tables and whatever state it has. Throws PathError,
 * with the nearest names.
 */
export function placeOf(machine: Machine, path: string): Place {
  const memory = MEMORY.exec(path);
  if (memory !== null) return memoryPlace(machine, path, memory);
  const found = lookUp(machine, path);
  const agent = found.path.startsWith("vgpu") ? Number(found.path[4]) : 0;
  switch (found.type) {
    case "register":
      return wordPlace(found.path, mmioOf(agent), found.at >>> 2, 1, WHOLE);
    case "field": {
      const register = lookUp(machine, found.path.slice(0, found.path.lastIndexOf(".")));
      if (register.type !== "register") throw new PathError(path, "its register has no place");
      return wordPlace(found.path, mmioOf(agent), register.at >>> 2, 1, found.field.bits);
    }
    case "word":
      return bareWord(found.path, agent);
    case "tree": {
      const steps = found.path.split(".").slice(2);
      return {
        path: found.path,
        target: { kind: "tree", tree: agent, mask: treeMask(agent, steps) },
        bits: WHOLE,
        steps,
      };
    }
    case "unknown":
      throw new PathError(path, "there is no such register, field or part of the state", found.nearest);
    default:
      throw new PathError(
        path,
        "that is more than one place; name a register, a field, an entry, bytes or a part of a tree",
      );
  }
}

function wordPlace(
  path: string,
  plane: number,
  index: number,
  count: number,
  bits: readonly [number, number],
): Place {
  return { path, target: { kind: "words", plane, index, count }, bits, steps: [] };
}

const mmioOf = (agent: number): number => (agent === 0 ? DEVICE_MMIO : MMIO + agent);

/** `vgpu1.gtt.3d8`, `vgpu1.config.4`, `vgpu1.mmio.2230`: hexadecimal byte offsets. */
function bareWord(path: string, agent: number): Place {
  const [, space, place] = path.split(".");
  const at = Number.parseInt(place, 16);
  if (space.endsWith("gtt"))
    return wordPlace(path, agent === 0 ? DEVICE_GGTT : GGTT + agent, (at >>> 3) * 2, 2, WHOLE);
  return wordPlace(path, space === "config" ? CONFIG + agent : mmioOf(agent), at >>> 2, 1, WHOLE);
}

function memoryPlace(machine: Machine, path: string, match: RegExpExecArray): Place {
  const [, owner, bracket, count, frame, offset] = match;
  const vgpu = Number(owner[4]);
  if (vgpu > machine.core.setting.configuration.vgpus.length)
    throw new PathError(path, `there is no ${owner}`);
  const address =
    bracket !== undefined
      ? Number(bracket)
      : Number.parseInt(frame, 16) * FRAME_BYTES + Number.parseInt(offset ?? "0", 16);
  const left = FRAME_BYTES - (address % FRAME_BYTES);
  const length = bracket !== undefined ? Number(count ?? 1) : offset === undefined ? FRAME_BYTES : 4;
  if (length < 1 || length > left) throw new PathError(path, `${length} bytes do not lie in one frame`);
  if (address >= 2 ** GFN_BITS * FRAME_BYTES) throw new PathError(path, "guest addresses have 36 bits");
  return { path, target: { kind: "memory", vgpu, address, length }, bits: WHOLE, steps: [] };
}

/** What stands at a place, to be compared: a number, or text. Cheap to call. */
export type Sample = (core: Core) => number | string;

/** Reads a place of whatever state a machine stands in. */
export function samplerOf(place: Place): Sample {
  const { target, bits, steps } = place;
  if (target.kind === "memory") return (core) => bytesAt(core, target.vgpu, target.address, target.length);
  if (target.kind === "tree") return (core) => treeText(core, target.tree, steps);
  const { plane, index, count } = target;
  if (count === 2)
    return (core) => `${hex(core.words.read(plane, index + 1))}:${hex(core.words.read(plane, index))}`;
  return (core) => fieldValue(core.words.read(plane, index), [bits[0], bits[1]]);
}

function bytesAt(core: Core, vgpu: number, address: number, length: number): string {
  const words = core.ram[vgpu].known(Math.floor(address / FRAME_BYTES));
  if (words === null) return "00".repeat(length);
  let text = "";
  for (let at = address % FRAME_BYTES; text.length < length * 2; at++) {
    text += ((words[at >>> 2] >>> ((at & 3) * 8)) & 0xff).toString(16).padStart(2, "0");
  }
  return text;
}

function treeText(core: Core, tree: number, steps: readonly string[]): string {
  let value: unknown = tree === 0 ? core.seeDevice() : core.seeVgpu(tree);
  for (const step of steps)
    value = typeof value === "object" && value !== null ? (value as never)[step] : undefined;
  return JSON.stringify(value) ?? "none";
}

/** Is it memory that was never seen? It reads 0. */
export function isUnseen(core: Core, { target }: Place): boolean {
  return (
    target.kind === "memory" && core.ram[target.vgpu].known(Math.floor(target.address / FRAME_BYTES)) === null
  );
}

/** A sample as people read it. */
export function sampleText(place: Place, sample: number | string): string {
  if (typeof sample === "string") {
    return sample.length > 64
      ? `${sample.slice(0, 64)}... (${sample.length / (place.target.kind === "memory" ? 2 : 1)})`
      : sample;
  }
  return place.bits[0] - place.bits[1] === 31 ? hex(sample) : sample.toString(16);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
