import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EDID_BLOCK_BYTES, edidSum } from "../hw/edid.ts";
import { PLATFORMS, type Platform, VGPU_MAX } from "../hw/units.ts";
import type { MachineOptions } from "../replay/engine/create.ts";

/** One vGPU to serve. */
export interface ServedVgpu {
  /** Where its socket is made. At most 107 bytes. */
  readonly socket: string;
  /** The file that the hypervisor shares the guest's RAM by; without it memory is reached by DMA messages. */
  readonly ram?: string;
  /** Bytes of RAM where that file is larger. */
  readonly ramBytes?: number;
  /** The monitor on port B: our own of 1024x768 (`default`), `none`, or a file of EDID blocks. */
  readonly edid?: string;
  /**
   * PCI class: `display` (0x038000, the default) or `vga` (0x030000: the guest's firmware takes it for the
   * boot screen).
   */
  readonly class?: "display" | "vga";
}

/** What `serve` is to do. Paths are relative to the working folder, those of a file to the file's folder. */
export interface ServeOptions {
  /** The recording to be; while it is being written it is called FILE.part. */
  readonly recording: string;
  /** One to seven; the GGTT is divided evenly. */
  readonly vgpus: readonly ServedVgpu[];
  /** `kbl` when absent. */
  readonly platform?: Platform;
  /** PCI device id and revision: 0x5916 and 2 when absent. */
  readonly deviceId?: number;
  readonly revision?: number;
  /** Microseconds between looks at a screen that does not flip; 0: none. 1,000,000 when absent. */
  readonly screenEvery?: number;
  /** Replace a recording (and a part) of that name. */
  readonly force?: boolean;
  /** End when the last guest has left. */
  readonly once?: boolean;
  /**
   * Keep only a window of what was recorded last, in memory: for a time (`10m`, `90s`, `1h`), up to so many
   * bytes (`200MB`), or both (`10m,200MB`). It is saved to files named after `recording`: x-001.mcap, ...
   */
  readonly keep?: string;
  /**
   * End the machine where its recording ends before it, as on a full disk. Else the guests go on, unrecorded: a
   * hypervisor may not survive the end of its device.
   */
  readonly stopWithRecording?: boolean;
  /** Save the window when this expression over registers and state first holds. */
  readonly saveWhen?: string;
  /** Ask before each block is sealed whether the invariants of the state hold, and tell of each that does not. */
  readonly paranoid?: boolean;
}

/** Serving cannot start, or has ended before its time. One line: thing, place, cure. */
export class ServeError extends Error {
  override readonly name = "ServeError";
  /** `config`: what was asked for cannot be; `world`: something around us failed. */
  readonly code: "config" | "world";

  constructor(code: "config" | "world", message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What a value of the file must be, by key. */
type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === "string" && value !== "" && !value.includes("\0");
const flag: Check = (value) => typeof value === "boolean";
const word: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
const size: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const oneOf =
  (...names: readonly string[]): Check =>
  (value) =>
    names.includes(value as string);

interface Key {
  readonly is: Check;
  readonly says: string;
}

const VGPU_KEYS: Readonly<Record<keyof ServedVgpu, Key>> = {
  socket: { is: text, says: "a path" },
  ram: { is: text, says: "a path" },
  ramBytes: { is: size, says: "a number of bytes" },
  edid: { is: text, says: '"default", "none" or a path' },
  class: { is: oneOf("display", "vga"), says: '"display" or "vga"' },
};

const KEYS: Readonly<Record<keyof ServeOptions, Key>> = {
  recording: { is: text, says: "a path" },
  vgpus: { is: Array.isArray, says: "a list" },
  platform: { is: oneOf(...PLATFORMS), says: PLATFORMS.map((name) => `"${name}"`).join(" or ") },
  deviceId: { is: word, says: "a PCI device id" },
  revision: { is: word, says: "a PCI revision" },
  screenEvery: { is: word, says: "a number of microseconds" },
  force: { is: flag, says: "true or false" },
  once: { is: flag, says: "true or false" },
  keep: { is: text, says: "a time, a size or both: 10m, 200MB, or 10m,200MB" },
  saveWhen: { is: text, says: "an expression" },
  paranoid: { is: flag, says: "true or false" },
  stopWithRecording: { is: flag, says: "true or false" },
};

/** Check plain data; `where` names it in messages. Throws ServeError. */
export function parseServeOptions(data: unknown, where: string): ServeOptions {
  const top = checkKeys(data, KEYS, where) as unknown as ServeOptions;
  for (const key of ["recording", "vgpus"] as const) {
    if (top[key] === undefined)
      throw new ServeError("config", `${where}: no "${key}"; give ${KEYS[key].says}`);
  }
  const { vgpus } = top;
  if (vgpus.length < 1 || vgpus.length > VGPU_MAX) {
    throw new ServeError("config", `${where}: "vgpus" has ${vgpus.length} entries; give 1 to ${VGPU_MAX}`);
  }
  vgpus.forEach((vgpu, i) => {
    checkKeys(vgpu, VGPU_KEYS, `${where}: vgpus[${i}]`);
    if (vgpu.socket === undefined)
      throw new ServeError("config", `${where}: vgpus[${i}]: no "socket"; give a path`);
    for (const key of ["socket", "ram"] as const) {
      const other = vgpus.findIndex((before) => before[key] !== undefined && before[key] === vgpu[key]);
      if (other < i && other >= 0) {
        throw new ServeError(
          "config",
          `${where}: vgpus[${i}]: "${key}" is that of vgpus[${other}]; give each its own`,
        );
      }
    }
  });
  return top;
}

function checkKeys(
  data: unknown,
  keys: Readonly<Record<string, Key>>,
  where: string,
): Record<string, unknown> {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new ServeError(
      "config",
      `${where}: is no object; give {${Object.keys(keys).slice(0, 2).join(", ")}, ...}`,
    );
  }
  for (const [key, value] of Object.entries(data)) {
    if (!Object.hasOwn(keys, key)) {
      throw new ServeError(
        "config",
        `${where}: unknown key "${key}"; known are ${Object.keys(keys).join(", ")}`,
      );
    }
    if (value !== undefined && !keys[key].is(value)) {
      throw new ServeError(
        "config",
        `${where}: "${key}" is ${JSON.stringify(value)}; give ${keys[key].says}`,
      );
    }
  }
  return data as Record<string, unknown>;
}

/** Options from a JSON file; paths in it are relative to its folder. Throws ServeError. */
export function readServeOptions(path: string): ServeOptions {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, "utf8"), numbersOf);
  } catch (error) {
    throw new ServeError(
      "config",
      `${path}: ${(error as Error).message.split("\n", 1)[0]}; give a JSON file`,
      error,
    );
  }
  return resolvePaths(parseServeOptions(data, path), dirname(path));
}

/** JSON has no hexadecimal numbers, and PCI ids are written so: "0x5916" is one too. */
function numbersOf(key: string, value: unknown): unknown {
  const isId = key === "deviceId" && typeof value === "string" && /^0x[0-9a-fA-F]{1,8}$/.test(value);
  return isId ? Number(value) : value;
}

function resolvePaths(options: ServeOptions, folder: string): ServeOptions {
  const from = (path: string): string => resolve(folder, path);
  const vgpus = options.vgpus.map((vgpu) => ({
    ...vgpu,
    socket: from(vgpu.socket),
    ...(vgpu.ram === undefined ? {} : { ram: from(vgpu.ram) }),
    ...(vgpu.edid === undefined || isNamedEdid(vgpu.edid) ? {} : { edid: from(vgpu.edid) }),
  }));
  return { ...options, recording: from(options.recording), vgpus };
}

/** The machine that these options ask for. Throws ServeError. */
export function machineFor(options: ServeOptions): MachineOptions {
  const { vgpus, platform, deviceId, revision, screenEvery } = options;
  const each = vgpus.map(({ edid = "default", class: name = "display" }) => ({
    ...(edid === "default" ? {} : { edid: edidOf(edid) }),
    pciClass: PCI_CLASSES[name],
  }));
  const asked = Object.entries({ platform, deviceId, revision, screenEvery });
  const given = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
  return { ...given, vgpus: each };
}

const PCI_CLASSES = { display: 0x03_8000, vga: 0x03_0000 } as const;

const isNamedEdid = (edid: string): boolean => edid === "default" || edid === "none";

function edidOf(edid: string): readonly number[] | null {
  if (edid === "none") return null;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(edid);
  } catch (error) {
    throw new ServeError(
      "config",
      `${edid}: ${(error as Error).message}; give "default", "none" or a file`,
      error,
    );
  }
  if (bytes.length !== EDID_BLOCK_BYTES && bytes.length !== 2 * EDID_BLOCK_BYTES) {
    throw new ServeError(
      "config",
      `${edid}: ${bytes.length} bytes are no EDID; give one or two blocks of 128`,
    );
  }
  for (let block = 0; block < bytes.length / EDID_BLOCK_BYTES; block++) {
    if (edidSum(bytes, block) !== 0) {
      throw new ServeError(
        "config",
        `${edid}: the checksum of block ${block} does not hold; read the EDID again`,
      );
    }
  }
  return [...bytes];
}
