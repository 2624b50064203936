import { PAGE_BYTES } from "../src/hw/units.ts";
import type { Configuration, VgpuConfiguration } from "../src/reducers/configuration.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { Live } from "../src/replay/live.ts";
import { InlineRecorder } from "../src/replay/recording/inline.ts";
import { describe, type Json, type RecordingMeta } from "../src/replay/recording/profile.ts";
import { openRecording, type Recording } from "../src/replay/recording/recording.ts";
import { MemorySink, MemorySource, type Tools } from "../src/replay/recording/tools.ts";
import { DONE, type Hands } from "../src/replay/session.ts";

export function configurationFor(vgpus: readonly VgpuConfiguration[]): Configuration {
  return { platform: "kbl", deviceId: 0x5916, revision: 2, mode: "mediated", screenEvery: 0, vgpus };
}

export function metaFor(configuration: Configuration): RecordingMeta {
  const plain = JSON.parse(JSON.stringify(configuration)) as { [key: string]: Json };
  return describe({
    id: "00000000",
    createdAt: "",
    base: { kind: "reset", configuration: plain, goldenHash: null },
  });
}

/** Guest memory of a scripted guest, sparse; frames that nobody wrote are zero. */
export class GuestMemory implements Hands {
  private readonly frames = new Map<number, Uint8Array>();

  frame(gfn: number): Uint8Array {
    let frame = this.frames.get(gfn);
    if (frame === undefined) {
      frame = new Uint8Array(PAGE_BYTES);
      this.frames.set(gfn, frame);
    }
    return frame;
  }

  words(gfn: number): Uint32Array {
    const { buffer, byteOffset } = this.frame(gfn);
    return new Uint32Array(buffer, byteOffset, PAGE_BYTES / 4);
  }

  fetch(_vgpu: number, gfn: number, _ticket: number, into: Uint8Array): number {
    const frame = this.frames.get(gfn);
    if (frame === undefined) into.fill(0);
    else into.set(frame);
    return DONE;
  }

  write(_vgpu: number, at: number, atHigh: number, _ticket: number, bytes: Uint8Array): number {
    this.frame(((atHigh << 20) | (at >>> 12)) >>> 0).set(bytes, at & (PAGE_BYTES - 1));
    return DONE;
  }

  inject(): void {}
  displayReady(): void {}
}

/** A live machine with a scripted guest, recorded into memory. */
export class Studio {
  readonly machine: Machine;
  readonly memory = new GuestMemory();
  readonly live: Live;
  /** Microseconds. */
  now = 0;
  private readonly tools: Tools;
  private readonly store: PageStore;
  private readonly sink = new MemorySink();
  private readonly recorder: InlineRecorder;

  constructor(tools: Tools, configuration: Configuration) {
    this.tools = tools;
    this.store = new PageStore(tools.hashPage);
    this.machine = new Machine(settingOf(configuration, this.store));
    this.recorder = new InlineRecorder(this.sink, metaFor(configuration), tools, this.store, "");
    this.live = new Live(this.machine, this.store, this.recorder, this.memory, () => this.now);
  }

  /** Let timers run until none is armed, the clock jumping from one to the next. */
  drain(): void {
    for (let wait = this.live.run(false, 64); wait >= 0; wait = this.live.run(false, 64))
      this.now += Math.ceil(wait);
  }

  /** End the recording and open it. */
  async finish(name: string): Promise<{ recording: Recording; store: PageStore }> {
    await this.recorder.close(this.machine.digests());
    const store = new PageStore(this.tools.hashPage);
    return { recording: openRecording(new MemorySource(this.sink.bytes(), name), this.tools, store), store };
  }
}
