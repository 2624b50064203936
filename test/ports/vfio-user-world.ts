/** A world that writes down what it is told, with plain storage behind reads. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach } from "vitest";
import type { Table } from "../../src/events/tables.ts";
import type { PortError } from "../../src/ports/errors.ts";
import { type VfioUserOptions, VfioUserServer } from "../../src/ports/vfio-user/session.ts";
import type { Region, Reply, World } from "../../src/replay/live/session.ts";
import { type ClientOptions, VfioUserClient } from "./vfio-user-client.ts";

export class FakeWorld implements World {
  /** One line for each call, in order; `run` and `flush` are counted only. */
  readonly calls: string[] = [];
  runs: { ahead: boolean; turns: number }[] = [];
  flushes = 0;
  /** What `run` answers, call by call; -1 when used up. */
  deadlines: number[] = [];
  /** Called instead of the stored answer. */
  onRead: ((region: Region, at: number, size: number) => Reply) | null = null;
  onWrite: ((region: string, at: number, lo: number) => void) | null = null;
  onRun: (() => void) | null = null;
  onFetched: ((ticket: number, bytes: Uint8Array) => void) | null = null;
  private readonly cells = new Map<string, Reply>();

  attached(vgpu: number, capabilities: number): void {
    this.calls.push(`attached ${vgpu} ${capabilities}`);
  }

  detached(vgpu: number): void {
    this.calls.push(`detached ${vgpu}`);
  }

  read(region: Region, vgpu: number, at: number, size: number): Reply {
    this.calls.push(`read ${vgpu} ${region} ${at.toString(16)} ${size}`);
    if (this.onRead !== null) return this.onRead(region, at, size);
    return this.cells.get(`${region} ${at}`) ?? { lo: 0, hi: 0 };
  }

  write(region: string, vgpu: number, at: number, size: number, lo: number, hi: number): void {
    const value = size === 8 ? `${hi.toString(16)}:${lo.toString(16)}` : lo.toString(16);
    this.calls.push(`write ${vgpu} ${region} ${at.toString(16)} ${size} ${value}`);
    this.cells.set(`${region} ${at}`, { lo, hi });
    this.onWrite?.(region, at, lo);
  }

  writeAperture(vgpu: number, stores: Table<"stores">, bytes: Uint8Array): void {
    let from = 0;
    for (let k = 0; k < stores.count; k++) {
      const run = bytes.subarray(from, from + stores.length[k]);
      from += run.length;
      const data = run.length > 32 ? `${run.length} bytes` : Buffer.from(run).toString("hex");
      const joined = k === 0 ? "" : "+ ";
      this.calls.push(`${joined}aperture ${vgpu} ${stores.at[k].toString(16)} ${stores.size[k]} ${data}`);
    }
  }

  mapped(...args: Parameters<World["mapped"]>): void {
    const [vgpu, at, atHigh, lo, hi, coherent, writable] = args;
    const place = `${hex64(at, atHigh)} ${hex64(lo, hi)}`;
    this.calls.push(`mapped ${vgpu} ${place} ${coherent ? "coherent" : "apart"} ${writable ? "rw" : "ro"}`);
  }

  unmapped(vgpu: number, at: number, atHigh: number, lo: number, hi: number): void {
    this.calls.push(`unmapped ${vgpu} ${hex64(at, atHigh)} ${hex64(lo, hi)}`);
  }

  irqRouted(vgpu: number, index: number, flags: number): void {
    this.calls.push(`irq ${vgpu} ${index} ${flags.toString(16)}`);
  }

  reset(vgpu: number): void {
    this.calls.push(`reset ${vgpu}`);
  }

  fetched(ticket: number, bytes: Uint8Array): void {
    this.calls.push(`fetched ${ticket} ${bytes.length}`);
    this.onFetched?.(ticket, bytes);
  }

  fetchFailed(ticket: number, errno: number): void {
    this.calls.push(`fetchFailed ${ticket} ${errno}`);
  }

  written(ticket: number): void {
    this.calls.push(`written ${ticket}`);
  }

  writeFailed(ticket: number, errno: number): void {
    this.calls.push(`writeFailed ${ticket} ${errno}`);
  }

  run(ahead: boolean, turns: number): number {
    this.runs.push({ ahead, turns });
    this.onRun?.();
    return this.deadlines.shift() ?? -1;
  }

  flush(): void {
    this.flushes++;
  }

  /** The lines since the last call of this. */
  take(): string[] {
    return this.calls.splice(0);
  }
}

function hex64(lo: number, hi: number): string {
  return (hi * 2 ** 32 + lo).toString(16);
}

/** A folder of its own for one test file's sockets and RAM files. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "vfu-"));
}

/** A server with a fake world behind it, closed after the test. */
export interface Rig {
  readonly world: FakeWorld;
  readonly server: VfioUserServer;
  readonly socketPath: string;
  readonly folder: string;
  readonly errors: PortError[];
  readonly events: string[];
  connect(options?: Partial<ClientOptions>): Promise<VfioUserClient>;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function makeRig(options: Partial<VfioUserOptions> = {}): Promise<Rig> {
  const folder = temporaryFolder();
  const socketPath = path.join(folder, "vgpu.sock");
  const world = new FakeWorld();
  const errors: PortError[] = [];
  const events: string[] = [];
  const onGuest = (event: string, reason: string | null): void => {
    events.push(reason === null ? event : `${event}: ${reason}`);
  };
  const server = new VfioUserServer({ socketPath, vgpu: 1, onGuest, ...options }, world);
  server.onError = (error) => errors.push(error);
  await server.listen();
  const clients: VfioUserClient[] = [];
  cleanups.push(async () => {
    for (const client of clients) await client.close();
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const connect = async (extra: Partial<ClientOptions> = {}): Promise<VfioUserClient> => {
    const client = await VfioUserClient.connect({ path: socketPath, ...extra });
    clients.push(client);
    return client;
  };
  return { world, server, socketPath, folder, errors, events, connect };
}

/** Wait until `done`, for at most twenty seconds or as many milliseconds as said. */
export async function until(done: () => boolean, what: string, patience = 20_000): Promise<void> {
  const end = Date.now() + patience;
  while (!done()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
