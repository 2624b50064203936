import type { Machine } from "../../reducers/machine.ts";
import { DEVICE_MMIO, MMIO } from "../../reducers/planes.ts";
import { type Found, lookUp } from "./lookup.ts";

/** Reads one place of whatever state the machine stands in; compiled once, cheap to call. */
export type Reader = (machine: Machine) => number | boolean | string;

/** A path that leads to no single value. The message is one line with the nearest names. */
export class PathError extends Error {
  override readonly name = "PathError";
  readonly path: string;
  readonly nearest: readonly string[];

  constructor(path: string, reason: string, nearest: readonly string[] = []) {
    super(`${path}: ${reason}${nearest.length > 0 ? `; nearest: ${nearest.join(", ")}` : ""}`);
    this.path = path;
    this.nearest = nearest;
  }
}

/** Compile a path to a reader, by `machine`'s tables and whatever state it has. Throws PathError. */
export function readerOf(machine: Machine, path: string): Reader {
  const found = lookUp(machine, path);
  switch (found.type) {
    case "register":
      return wordReader(planeOf(found.path), found.at >>> 2, 31, 0);
    case "field":
      return fieldReader(machine, found);
    case "tree":
      return treeReader(found.path);
    case "unknown":
      throw new PathError(path, "there is no such register, field or part of the state", found.nearest);
    default:
      throw new PathError(path, "that is more than one value; name a register, a field or a value of a tree");
  }
}

function fieldReader(machine: Machine, found: Extract<Found, { type: "field" }>): Reader {
  const registerPath = found.path.slice(0, found.path.lastIndexOf("."));
  const register = lookUp(machine, registerPath);
  if (register.type !== "register") throw new PathError(found.path, "its register has no place");
  return wordReader(planeOf(registerPath), register.at >>> 2, found.field.bits[0], found.field.bits[1]);
}

function planeOf(path: string): number {
  return path.startsWith("vgpu") ? MMIO + Number(path[4]) : DEVICE_MMIO;
}

function wordReader(plane: number, word: number, high: number, low: number): Reader {
  const mask = high - low === 31 ? 0xffff_ffff : (1 << (high - low + 1)) - 1;
  return (machine) => ((machine.core.words.read(plane, word) >>> low) & mask) >>> 0;
}

function treeReader(path: string): Reader {
  const [owner, , ...keys] = path.split(".");
  const agent = owner === "device" ? 0 : Number(owner[4]);
  return (machine) => {
    let value: unknown = agent === 0 ? machine.core.seeDevice() : machine.core.seeVgpu(agent);
    for (const key of keys)
      value = typeof value === "object" && value !== null ? (value as never)[key] : undefined;
    if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
    return Array.isArray(value) ? value.length : value === undefined || value === null ? 0 : 1;
  };
}
