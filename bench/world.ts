import { Rows } from "../src/events/rows.ts";
import { SimDriver } from "../src/ports/sim/driver.ts";
import { type SimCapabilities, SimPort } from "../src/ports/sim/port.ts";
import { type Configuration, evenShare, type VgpuConfiguration } from "../src/reducers/configuration.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { Live } from "../src/replay/live/live.ts";
import { InlineRecorder } from "../src/replay/recording/inline.ts";
import { describe, type Json, type RecordingMeta } from "../src/replay/recording/profile.ts";
import type { Recorded, Recorder } from "../src/replay/recording/recorder.ts";
import { openRecording } from "../src/replay/recording/recording.ts";
import { MemorySink, MemorySource, type Tools } from "../src/replay/recording/tools.ts";
import { loadTrace, type Trace } from "./trace.ts";

/** Machines with scripted guests: where the figures that are not about a recorded boot come from. */

export function configurationFor(vgpus: readonly VgpuConfiguration[]): Configuration {
  return { platform: "kbl", deviceId: 0x5916, revision: 2, mode: "mediated", screenEvery: 0, vgpus };
}

/** `count` vGPUs with even shares and no monitor. */
export function evenConfiguration(count: number): Configuration {
  return configurationFor(Array.from({ length: count }, (_, i) => evenShare(i + 1, count, null)));
}

export function metaFor(configuration: Configuration): RecordingMeta {
  const plain = JSON.parse(JSON.stringify(configuration)) as { [key: string]: Json };
  return describe({
    id: "00000000",
    createdAt: "",
    base: { kind: "reset", configuration: plain, goldenHash: null },
  });
}

/** Keeps nothing: what a live machine costs without a recording. */
export class NullRecorder implements Recorder {
  readonly rows = new Rows(1 << 15, 1 << 16);
  readonly full = false;
  readonly failed = null;

  sealIfFull(): void {
    if (this.rows.count > 1 << 14) this.seal();
  }

  seal(): void {
    this.rows.clear(this.rows.firstSeq + this.rows.count);
  }

  sealDue(): boolean {
    return false;
  }

  close(): Promise<Recorded> {
    return Promise.resolve({ path: "", blocks: 0, bytes: 0 });
  }
}

/** A live machine with scripted guests, recorded into memory. */
export class Studio {
  readonly port = new SimPort();
  readonly machine: Machine;
  readonly live: Live;
  private readonly tools: Tools;
  private readonly sink = new MemorySink();
  private readonly recorder: InlineRecorder;

  constructor(tools: Tools, configuration: Configuration) {
    this.tools = tools;
    const store = new PageStore(tools.hashPage);
    this.machine = new Machine(settingOf(configuration, store));
    this.recorder = new InlineRecorder(this.sink, metaFor(configuration), tools, store, "");
    this.live = new Live(this.machine, store, this.recorder, this.port, () => this.port.now);
    this.port.connect(this.live);
    for (let v = 1; v <= configuration.vgpus.length; v++) this.live.create(v);
  }

  /** A guest whose driver is loaded. */
  guest(vgpu = 1, capabilities: Partial<SimCapabilities> = {}): SimDriver {
    return new SimDriver(this.port, vgpu, capabilities).load();
  }

  /** End the recording and load it. */
  async finish(name: string): Promise<Trace> {
    await this.recorder.close(this.machine.digests());
    const store = new PageStore(this.tools.hashPage);
    return loadTrace(
      name,
      openRecording(new MemorySource(this.sink.bytes(), name), this.tools, store),
      store,
    );
  }
}
