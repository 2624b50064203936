/** The real model, served by the real port: recorded into memory, driven over sockets, verified at the end. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, expect } from "vitest";
import { NOTES } from "../../src/events/codes.ts";
import { K } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { loadTools } from "../../src/node/codecs.ts";
import type { PortError } from "../../src/ports/errors.ts";
import { handsOf } from "../../src/ports/port.ts";
import { Pump } from "../../src/ports/pump.ts";
import { VfioUserServer } from "../../src/ports/vfio-user/session.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { PageStore } from "../../src/reducers/pages.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { Live } from "../../src/replay/live/live.ts";
import { InlineRecorder } from "../../src/replay/recording/inline.ts";
import { describe, type ResetBase } from "../../src/replay/recording/profile.ts";
import { openRecording } from "../../src/replay/recording/recording.ts";
import { MemorySink, MemorySource } from "../../src/replay/recording/tools.ts";
import { type Verification, verify } from "../../src/replay/verify/verify.ts";
import { configurationOf } from "../reducers/device/rig.ts";
import { type ClientOptions, VfioUserClient } from "./vfio-user-client.ts";
import { temporaryFolder } from "./vfio-user-world.ts";

const tools = await loadTools();
const rigs: LiveRig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.dispose();
});

export interface LiveRigOptions {
  readonly vgpus?: number;
  /** Guest RAM by a shared file each, `ramOf(vgpu)`; else by messages. */
  readonly coherent?: boolean;
  /** PORT_ bits that the port claims beside its own. */
  readonly capabilities?: number;
}

/** What a finished recording holds. */
export interface Finished extends Verification {
  readonly notes: readonly string[];
  /** How many rows there are of each kind, by local number. */
  readonly counts: Uint32Array;
}

export class LiveRig {
  readonly folder = temporaryFolder();
  readonly live: Live;
  readonly machine: Machine;
  readonly errors: PortError[] = [];
  /** What happened to guests: "1 attached", "1 detached". */
  readonly events: string[] = [];
  readonly servers = new Map<number, VfioUserServer>();
  private readonly clients: VfioUserClient[] = [];
  private readonly sink = new MemorySink();
  private readonly recorder: InlineRecorder;

  private constructor({ vgpus = 1, coherent = false, capabilities = 0 }: LiveRigOptions) {
    const configuration = configurationOf(vgpus);
    const store = new PageStore(tools.hashPage);
    this.machine = new Machine(settingOf(configuration, store));
    const plain = configuration as unknown as ResetBase["configuration"];
    const base: ResetBase = { kind: "reset", configuration: plain, goldenHash: null };
    const meta = describe({
      id: "00112233445566778899aabbccddeeff",
      createdAt: "2024-01-01T00:00:00Z",
      base,
    });
    this.recorder = new InlineRecorder(this.sink, meta, tools, store, "lz4");
    const clock = (): number => Math.floor(performance.now() * 1000);
    this.live = new Live(this.machine, store, this.recorder, handsOf(this.servers), clock);
    const pump = new Pump(this.live);
    for (let vgpu = 1; vgpu <= vgpus; vgpu++) {
      this.live.create(vgpu);
      const onGuest = (event: string): void => void this.events.push(`${vgpu} ${event}`);
      const ram = coherent ? { ramPath: this.ramOf(vgpu) } : {};
      const options = { socketPath: this.socketOf(vgpu), vgpu, pump, onGuest, capabilities, ...ram };
      const server = new VfioUserServer(options, this.live);
      server.onError = (error) => this.errors.push(error);
      this.servers.set(vgpu, server);
    }
  }

  static async start(options: LiveRigOptions = {}): Promise<LiveRig> {
    const rig = new LiveRig(options);
    rigs.push(rig);
    for (const server of rig.servers.values()) await server.listen();
    return rig;
  }

  socketOf(vgpu: number): string {
    return path.join(this.folder, `${vgpu}.sock`);
  }

  ramOf(vgpu: number): string {
    return path.join(this.folder, `${vgpu}.ram`);
  }

  async connect(vgpu = 1, options: Partial<ClientOptions> = {}): Promise<VfioUserClient> {
    const client = await VfioUserClient.connect({ path: this.socketOf(vgpu), ...options });
    this.clients.push(client);
    return client;
  }

  /** Every guest leaves, the recording is closed and replayed: it must be exact. */
  async finish(): Promise<Finished> {
    await this.dispose();
    expect(this.errors).toEqual([]);
    await this.recorder.close(this.machine.digests());
    const store = new PageStore(tools.hashPage);
    const recording = openRecording(new MemorySource(this.sink.bytes()), tools, store);
    const found = verify(recording, store);
    expect(found.divergence).toBeNull();
    expect(found.exact).toBe(true);
    expect(found.digests).toBeGreaterThan(0);
    const notes: string[] = [];
    const counts = new Uint32Array(256);
    const rows = new Rows();
    for (let block = 0; block < recording.blockCount; block++) {
      recording.readBlock(block, rows);
      for (let i = 0; i < rows.count; i++) {
        counts[rows.kind[i]]++;
        if (rows.kind[i] === K.note) notes.push(NOTES[rows.code[i]]);
      }
    }
    return { ...found, notes, counts };
  }

  async dispose(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.close();
    for (const server of this.servers.values()) await server.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
