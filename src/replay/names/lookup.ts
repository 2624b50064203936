import { K } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { fieldRange, fieldValue, type RegisterIndex } from "../../hw/compile.ts";
import type { FieldBits } from "../../hw/register.ts";
import { ENGINES, GTT_BYTES, MMIO_BYTES, PAGE_BYTES } from "../../hw/units.ts";
import type { Machine } from "../../reducers/machine.ts";
import { CONFIG, DEVICE_GGTT, DEVICE_MMIO, GGTT, MMIO } from "../../reducers/planes.ts";
import { GFN_BITS } from "../../reducers/ram.ts";
import { nearest } from "./nearest.ts";

/** Looking at a state by path: `vgpu1.rcs0.RING_TAIL.TailOffset`, `vgpu1.tree.pipes.0`, `vgpu1.ram.1f3a2`. */

/** One field of a register. `bits`: [high, low]. */
export interface FieldView {
  readonly field: string;
  readonly bits: readonly [number, number];
  readonly value: number;
}

export interface RegisterView {
  readonly type: "register";
  readonly path: string;
  /** Byte offset. */
  readonly at: number;
  /** The stored word. */
  readonly value: number;
  /** What a guest's read answers, where that is not the stored word; else null. */
  readonly reads: number | null;
  readonly reset: number;
  readonly fields: readonly FieldView[];
  readonly cite: string;
}

/** What a path leads to. */
export type Found =
  | RegisterView
  | { readonly type: "field"; readonly path: string; readonly field: FieldView }
  /**
   * A word by its place: a register without a name, a PTE (`high` is its upper half), configuration space.
   */
  | { readonly type: "word"; readonly path: string; readonly value: number; readonly high: number | null }
  /** Registers of a component that are not 0, and how many are. */
  | {
      readonly type: "component";
      readonly path: string;
      readonly registers: readonly RegisterView[];
      readonly zero: number;
    }
  | { readonly type: "tree"; readonly path: string; readonly value: unknown }
  /** A guest page, or null where it was never seen. */
  | { readonly type: "page"; readonly path: string; readonly words: Uint32Array | null }
  /** What can be asked for one level further down. */
  | { readonly type: "names"; readonly path: string; readonly names: readonly string[] }
  | { readonly type: "unknown"; readonly path: string; readonly nearest: readonly string[] };

/** Whose state: a vGPU's, or the device's (agent 0). */
interface Owner {
  readonly name: string;
  readonly agent: number;
  readonly mmio: number;
  readonly ggtt: number;
}

/** Look a path up in the state that the machine stands in. The machine's state is the same afterwards. */
export function lookUp(machine: Machine, path: string): Found {
  const [first, ...rest] = withoutBrackets(path)
    .split(".")
    .filter((part) => part !== "");
  const owner = ownersOf(machine).find(({ name }) => name === (first === "host" ? "device" : first));
  if (owner === undefined) return unknown(machine, path);
  const clean = [owner.name, ...rest].join(".");
  if (rest.length === 0) return { type: "names", path: clean, names: partsOf(machine, owner) };
  return (
    inSpace(machine, owner, rest, clean) ??
    inTree(machine, owner, rest, clean) ??
    inRegisters(machine, owner, rest, clean)
  );
}

/**
 * `vgpu1.ggtt[123]`, an entry by its number, and `vgpu1.ram[0x1f3a2010]`, an address, in the words of this
 * page.
 */
function withoutBrackets(path: string): string {
  const [, owner, space, number] =
    /^(\w+)\.(ggtt|gtt|ram)\[(0x[0-9a-fA-F]+|\d+)(?::\d+)?\]$/.exec(path) ?? [];
  if (number === undefined) return path;
  const place = space === "ram" ? Math.floor(Number(number) / PAGE_BYTES) : Number(number) * 8;
  return `${owner}.${space}.${place.toString(16)}`;
}

function ownersOf(machine: Machine): Owner[] {
  const vgpus = machine.core.setting.configuration.vgpus.map((_, i) => ({
    ...{ name: `vgpu${i + 1}`, agent: i + 1 },
    ...{ mmio: MMIO + i + 1, ggtt: GGTT + i + 1 },
  }));
  return [...vgpus, { name: "device", agent: 0, mmio: DEVICE_MMIO, ggtt: DEVICE_GGTT }];
}

function partsOf(machine: Machine, owner: Owner): string[] {
  const spaces = owner.agent === 0 ? ["gtt", "mmio", "tree"] : ["config", "gtt", "mmio", "ram", "tree"];
  return [...spaces, ...componentsOf(machine.core.registers)].map((part) => `${owner.name}.${part}`);
}

/** Every path that leads nowhere else asks for them. */
const componentsByIndex = new WeakMap<RegisterIndex, readonly string[]>();

/** Banks' instances, in the order of the tables. */
function componentsOf(index: RegisterIndex): readonly string[] {
  let components = componentsByIndex.get(index);
  if (components === undefined) {
    components = [...new Set(index.names.flatMap((name) => (name === null ? [] : [name.component])))];
    componentsByIndex.set(index, components);
  }
  return components;
}

/** `vgpu1.mmio.2230`, `.gtt.1000`, `.config.4` by byte offset; `.ram.1f3a2` by frame. All hexadecimal. */
function inSpace(
  machine: Machine,
  owner: Owner,
  [space, place, ...more]: string[],
  path: string,
): Found | null {
  const { core } = machine;
  if (!["mmio", "gtt", "ggtt", "config", "ram"].includes(space) || more.length > 0) return null;
  if (owner.agent === 0 && (space === "config" || space === "ram")) return null;
  if (place === undefined)
    return { type: "names", path, names: [`${path}.<hexadecimal ${space === "ram" ? "frame" : "offset"}>`] };
  const at = /^[0-9a-fA-F]{1,8}$/.test(place) ? Number.parseInt(place, 16) : Number.NaN;
  const [places, unit] = spanOf(space);
  if (!(at < places)) {
    const ends = [0, places - unit].map((end) => `${owner.name}.${space}.${end.toString(16)}`);
    return { type: "unknown", path, nearest: ends };
  }
  if (space === "ram") return { type: "page", path, words: core.ram[owner.agent].known(at) };
  if (space === "mmio") {
    const word = at & ~3;
    if (core.registers.idOf[word >>> 2] !== 0) return registerAt(machine, owner, word);
    return { type: "word", path, value: core.words.read(owner.mmio, word >>> 2), high: null };
  }
  if (space === "config") {
    return { type: "word", path, value: core.words.read(CONFIG + owner.agent, at >>> 2), high: null };
  }
  const entry = (at >>> 3) * 2;
  return {
    type: "word",
    path,
    value: core.words.read(owner.ggtt, entry),
    high: core.words.read(owner.ggtt, entry + 1),
  };
}

/** How many frames, else bytes, a space has, and how many of them an entry. */
function spanOf(space: string): readonly [number, number] {
  if (space === "ram") return [1 << GFN_BITS, 1];
  if (space === "mmio") return [MMIO_BYTES, 4];
  return space === "config" ? [PAGE_BYTES, 4] : [GTT_BYTES, 8];
}

/** `vgpu1.tree.pipes.0.on`; `pipes[0]` is the same. Engines of the device go by number or name. */
function inTree(machine: Machine, owner: Owner, [head, ...steps]: string[], path: string): Found | null {
  if (head !== "tree") return null;
  const { core } = machine;
  let value: unknown = owner.agent === 0 ? core.seeDevice() : core.seeVgpu(owner.agent);
  let here = `${owner.name}.tree`;
  for (const step of steps.flatMap((text) => text.replaceAll("]", "").split("["))) {
    const key =
      Array.isArray(value) && (ENGINES as readonly string[]).includes(step)
        ? String(ENGINES.indexOf(step as "rcs0"))
        : step;
    const inner =
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as never)[key]
        : undefined;
    if (inner === undefined) {
      const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
      return { type: "unknown", path, nearest: nearest(step, keys).map((name) => `${here}.${name}`) };
    }
    value = inner;
    here += `.${key}`;
  }
  return { type: "tree", path: here, value };
}

/** `vgpu1.rcs0`, `vgpu1.rcs0.RING_TAIL`, `vgpu1.mocs.GEN9_MOCS[3]`, `vgpu1.rcs0.RING_TAIL.TailOffset`. */
function inRegisters(
  machine: Machine,
  owner: Owner,
  [component, register, field, ...more]: string[],
  path: string,
): Found {
  const index = machine.core.registers;
  if (!componentsOf(index).includes(component) || more.length > 0) return unknown(machine, path);
  if (register === undefined) return listComponent(machine, owner, component, path);
  const [, name, element] = /^([^[]*)(?:\[(\d+)\])?$/.exec(register) ?? [];
  const id = index.names.findIndex((row) => row?.component === component && row.name === name);
  const count = id < 0 ? 0 : (index.names[id]?.row.count ?? 1);
  const k = Number(element ?? 0);
  if (k >= count) return unknown(machine, path);
  const view = registerAt(machine, owner, index.offset[id] + k * index.stride[id]);
  if (field === undefined) return view;
  const found = view.fields.find((candidate) => candidate.field === field);
  if (found !== undefined) return { type: "field", path: `${view.path}.${field}`, field: found };
  return {
    type: "unknown",
    path,
    nearest: nearest(
      field,
      view.fields.map((f) => f.field),
    ).map((f) => `${view.path}.${f}`),
  };
}

function listComponent(machine: Machine, owner: Owner, component: string, path: string): Found {
  const index = machine.core.registers;
  const registers: RegisterView[] = [];
  let zero = 0;
  index.names.forEach((name, id) => {
    if (name?.component !== component) return;
    for (let k = 0; k < (name.row.count ?? 1); k++) {
      const at = index.offset[id] + k * index.stride[id];
      if (machine.core.words.read(owner.mmio, at >>> 2) === 0) zero++;
      else registers.push(registerAt(machine, owner, at));
    }
  });
  return { type: "component", path, registers, zero };
}

function registerAt(machine: Machine, owner: Owner, at: number): RegisterView {
  const { core } = machine;
  const { registers: index } = core;
  const id = index.idOf[at >>> 2];
  const { component, name, row } = index.names[id]!;
  const value = core.words.read(owner.mmio, at >>> 2);
  const element = (row.count ?? 1) > 1 ? `[${(at - index.offset[id]) / index.stride[id]}]` : "";
  const reads = owner.agent > 0 && index.read[id] !== 0 ? readAsGuest(machine, owner.agent, at) : null;
  const fields = row.fields ?? {};
  return {
    type: "register",
    path: `${owner.name}.${component}.${name}${element}`,
    ...{ at, value, reads: reads === value ? null : reads, reset: index.reset[id] },
    fields: Object.entries(fields).map(([field, bits]) => fieldView(field, bits, reads ?? value)),
    cite: row.cite,
  };
}

function fieldView(field: string, bits: FieldBits, word: number): FieldView {
  const [high, low] = fieldRange(bits);
  return { field, bits: [high, low], value: fieldValue(word, bits) };
}

/** What the guest would read now; the state is put back. Null where the vGPU is not there. */
function readAsGuest(machine: Machine, agent: number, at: number): number | null {
  if (!machine.core.seeVgpu(agent).created) return null;
  const state = machine.snapshot();
  const rows = new Rows(1, 0);
  rows.firstSeq = state.seq + 1;
  const i = rows.add(K["mmio.read"]);
  rows.agent[i] = agent;
  rows.at[i] = at;
  rows.size[i] = 4;
  machine.apply(rows, i);
  const { replyLo } = machine.core;
  machine.restore(state);
  return replyLo;
}

function unknown(machine: Machine, path: string): Found {
  return { type: "unknown", path, nearest: nearest(path, everyName(machine)) };
}

function* everyName(machine: Machine): Generator<string> {
  const index = machine.core.registers;
  for (const owner of ownersOf(machine)) {
    yield owner.name;
    yield* partsOf(machine, owner);
    for (const name of index.names) if (name !== null) yield `${owner.name}.${name.component}.${name.name}`;
  }
}
