import { rmSync } from "node:fs";
import { NOTES } from "../events/codes.ts";
import { Earlier } from "../node/earlier.ts";
import { type Keeping, type LiveMachine, startMachine } from "../node/live-machine.ts";
import { partOf } from "../node/packing.ts";
import type { SavedWindow } from "../node/recorder-messages.ts";
import { configure, type MachineOptions } from "../replay/engine/create.ts";
import type { BrokenAt } from "../replay/live/paranoid.ts";
import type { Recorded } from "../replay/recording/recorder.ts";
import { lineOf, PortError } from "./errors.ts";
import { checkKeeping, limitsOf } from "./keep.ts";
import { handsOf, type MakePort, type Port } from "./port.ts";
import { Pump } from "./pump.ts";
import {
  machineFor,
  parseServeOptions,
  type ServedVgpu,
  ServeError,
  type ServeOptions,
} from "./serve-options.ts";
import { vfioUserPort } from "./vfio-user/session.ts";

/**
 * How often the recorder is looked after, in milliseconds: whether it still records, and whether what a guest
 * did last, before it fell silent, has waited for long enough.
 */
const WATCH_MS = 10;
const UNHEARD = NOTES.indexOf("irq.unheard");
const UNHEARD_LINE =
  "the guest has turned interrupts on without MSI, and will get none (there is no INTx); boot it without pci=nomsi";

/** What a live machine has done so far. */
export interface ServeStatistics {
  readonly recording: string;
  /** Guests that came since the start, and those that are there now. */
  readonly guests: number;
  readonly attached: number;
  /** Inputs recorded: accesses and what else guests did. */
  readonly inputs: number;
  readonly fetches: number;
  readonly timers: number;
  readonly interrupts: number;
  /** Blocks and bytes on the disk; of the packed file once it is closed. */
  readonly blocks: number;
  readonly bytes: number;
  /**
   * The longest time that a sealed block waited for the disk, in milliseconds: what a crash could have cost.
   */
  readonly largestWindowMs: number;
  /** Since the start, in seconds of wall time. */
  readonly seconds: number;
}

/** Something that happened while serving. */
export type ServeEvent =
  | { readonly type: "attached"; readonly vgpu: number }
  /** `reason`: why the guest was cut off; null where it left by itself. */
  | { readonly type: "detached"; readonly vgpu: number; readonly reason: string | null }
  /** The guest's driver has its display ready. */
  | { readonly type: "display.ready"; readonly vgpu: number }
  /** A window was saved: because it was asked for, because the predicate held, or because the machine ends. */
  | ({ readonly type: "saved" } & SavedWindow)
  /** Asked for by `paranoid`: our own model broke an invariant; the machine and its recording go on. */
  | ({ readonly type: "broken" } & BrokenAt)
  /**
   * Nothing is recorded from here on, and why; guests go on, and `ended` rejects at the end. `part`: what was
   * recorded until then; null where that is a window.
   */
  | { readonly type: "recording.ended"; readonly reason: string; readonly part: string | null }
  /** A guest could not be served; the server goes on. */
  | { readonly type: "warning"; readonly message: string };

/** A machine that serves. */
export interface Server {
  /**
   * Settles when the machine is gone: with its figures once the recording is packed, or with the ServeError
   * that stopped it.
   */
  readonly ended: Promise<ServeStatistics>;
  statistics(): ServeStatistics;
  /** Save the window as it is now, if there is one; an event says what became of it. */
  save(): void;
  /** Let the guests go, close and pack the recording. The same promise as `ended`. */
  close(): Promise<ServeStatistics>;
}

/**
 * Start a live machine: vGPUs, a port each, everything recorded. Resolves once every port lets guests in.
 * `onEvent` is told what happens; it must not throw. `makePort`: the hypervisor's side, vfio-user when absent.
 * Rejects with ServeError: `config` where the options are wrong or a file or socket is taken, `world` where the
 * recording cannot be written.
 */
export async function serve(
  options: ServeOptions,
  onEvent: (event: ServeEvent) => void = () => {},
  makePort: MakePort<ServedVgpu> = vfioUserPort,
): Promise<Server> {
  parseServeOptions(options, "options");
  const machine = machineFor(options);
  checkMachine(machine);
  checkKeeping(options, machine);
  const earlier = options.keep === undefined ? setAside(options) : null;
  try {
    const session = await startSession(options, machine, onEvent, makePort);
    earlier?.drop();
    return session;
  } catch (error) {
    earlier?.restore();
    throw error;
  }
}

async function startSession(
  options: ServeOptions,
  machine: MachineOptions,
  onEvent: (event: ServeEvent) => void,
  makePort: MakePort<ServedVgpu>,
): Promise<ServeSession> {
  const ports = new Map<number, Port>();
  /** vGPUs of which it was said: a driver without interrupts turns them on again and again. */
  const unheard = new Set<number>();
  const hands = {
    ...handsOf(ports),
    displayReady: (vgpu: number) => onEvent({ type: "display.ready", vgpu }),
    noted: (vgpu: number, code: number) => {
      if (code !== UNHEARD || unheard.has(vgpu)) return;
      unheard.add(vgpu);
      onEvent({ type: "warning", message: `vGPU ${vgpu}: ${UNHEARD_LINE}` });
    },
  };
  const keeping = options.keep === undefined ? null : keepingOf(options.keep, options.saveWhen, onEvent);
  const onBroken = options.paranoid ? (broken: BrokenAt) => onEvent({ type: "broken", ...broken }) : null;
  const started = await startMachine(machine, options.recording, hands, keeping, onBroken).catch(
    (error: unknown) => {
      throw new ServeError("world", `${options.recording}: cannot be recorded to: ${lineOf(error)}`, error);
    },
  );
  const session = new ServeSession(options, started, ports, onEvent);
  session.makePorts(makePort);
  await session.listen();
  return session;
}

function keepingOf(
  keep: string,
  saveWhen: string | undefined,
  onEvent: (event: ServeEvent) => void,
): Keeping {
  return {
    limits: limitsOf(keep),
    saveWhen: saveWhen ?? null,
    onSaving: (saving) => {
      if ("saved" in saving) onEvent({ type: "saved", ...saving.saved });
      else onEvent({ type: "warning", message: `the window could not be saved: ${saving.reason}` });
    },
  };
}

/** Find out what is wrong before anything is touched. Throws ServeError. */
function checkMachine(machine: MachineOptions): void {
  try {
    configure(machine);
  } catch (error) {
    throw new ServeError("config", lineOf(error), error);
  }
}

/** Refuse to lose a recording. Throws ServeError. */
function setAside({ recording, force = false }: ServeOptions): Earlier {
  try {
    return new Earlier(recording, force);
  } catch (error) {
    throw new ServeError("config", lineOf(error), error);
  }
}

class ServeSession implements Server {
  readonly ended: Promise<ServeStatistics>;
  private readonly options: ServeOptions;
  private readonly machine: LiveMachine;
  private readonly ports: Map<number, Port>;
  private readonly onEvent: (event: ServeEvent) => void;
  private readonly started = performance.now();
  private readonly watch: NodeJS.Timeout;
  private guests = 0;
  private packed: Recorded | null = null;
  private closing = false;
  private unrecorded = false;
  private settle: {
    resolve: (statistics: ServeStatistics) => void;
    reject: (error: ServeError) => void;
  } | null = null;

  constructor(
    options: ServeOptions,
    machine: LiveMachine,
    ports: Map<number, Port>,
    onEvent: (event: ServeEvent) => void,
  ) {
    this.options = options;
    this.machine = machine;
    this.ports = ports;
    this.onEvent = onEvent;
    this.ended = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Whoever never looks at `ended` must not be stopped by it.
    this.ended.catch(() => {});
    this.watch = setInterval(() => this.lookAfter(), WATCH_MS);
  }

  /** A port for each vGPU; nobody comes in yet. */
  makePorts(makePort: MakePort<ServedVgpu>): void {
    const { live, recorder } = this.machine;
    const pump = new Pump(live);
    for (const [i, served] of this.options.vgpus.entries()) {
      const vgpu = i + 1;
      const port = {
        vgpu,
        pump,
        paused: () => recorder.full || this.ends,
        onGuest: (event: "attached" | "detached", reason: string | null) => this.guest(vgpu, event, reason),
        onError: (error: PortError) => {
          if (error.code === "world") void this.fail(`vGPU ${vgpu}: ${error.message}`, error);
          else this.onEvent({ type: "warning", message: `vGPU ${vgpu}: ${error.message}` });
        },
      };
      this.ports.set(vgpu, makePort(served, port, live));
    }
  }

  /** Open the ports. Throws ServeError, and leaves nothing behind then. */
  async listen(): Promise<void> {
    try {
      for (const port of this.ports.values()) await port.listen();
    } catch (error) {
      const taken = error instanceof PortError && error.code !== "world";
      await this.close().catch(() => {});
      const { recording, keep } = this.options;
      const saved = this.packed === null ? [] : [this.packed.path];
      for (const path of keep === undefined ? [recording, partOf(recording)] : saved)
        rmSync(path, { force: true });
      throw new ServeError(taken ? "config" : "world", lineOf(error), error);
    }
  }

  statistics(): ServeStatistics {
    const { inputs, fetches, timers, interrupts } = this.machine.live.statistics;
    const { blocks, bytes, largestWindowMs } = this.machine.recorder.stats;
    return {
      recording: this.packed?.path ?? this.options.recording,
      guests: this.guests,
      attached: [...this.ports.values()].filter((port) => port.attached).length,
      ...{ inputs, fetches, timers, interrupts, blocks, bytes },
      ...(this.packed === null ? {} : { blocks: this.packed.blocks, bytes: this.packed.bytes }),
      largestWindowMs,
      seconds: (performance.now() - this.started) / 1000,
    };
  }

  save(): void {
    if (!this.closing) this.machine.save();
  }

  close(): Promise<ServeStatistics> {
    if (!this.closing) void this.finish();
    return this.ended;
  }

  private async finish(): Promise<void> {
    this.closing = true;
    clearInterval(this.watch);
    try {
      await this.closePorts();
      const { failed } = this.machine.recorder;
      if (failed !== null) return await this.salvage(failed);
      this.packed = await this.machine.close();
      this.settle?.resolve(this.statistics());
    } catch (error) {
      // What can still be saved is, and the recorder's worker is not left behind.
      await this.machine.abandon();
      this.reject(lineOf(error), error);
    }
  }

  /** The recording ended before the machine did: keep what there is of it. */
  private async salvage(reason: string): Promise<void> {
    this.packed = await this.machine.salvage();
    if (this.packed === null) return this.reject(reason, undefined);
    const { path } = this.packed;
    this.settle?.reject(new ServeError("world", `${reason}; the recording up to then is ${path}`));
  }

  /** The world failed: nothing goes on, what was recorded stays in the part. */
  private async fail(message: string, cause?: unknown): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearInterval(this.watch);
    await this.closePorts().catch(() => {});
    await this.machine.abandon();
    this.reject(message, cause);
  }

  private reject(message: string, cause: unknown): void {
    this.settle?.reject(new ServeError("world", `${message}; ${this.machine.recorder.kept}`, cause));
  }

  private async closePorts(): Promise<void> {
    await Promise.all([...this.ports.values()].map((port) => port.close()));
  }

  private guest(vgpu: number, event: "attached" | "detached", reason: string | null): void {
    if (event === "attached") {
      this.guests++;
      this.onEvent({ type: "attached", vgpu });
      return;
    }
    this.onEvent({ type: "detached", vgpu, reason });
    const others = [...this.ports.values()].some((port) => port.attached);
    if (this.options.once === true && this.guests > 0 && !others && !this.closing) void this.finish();
  }

  /** The recording is over, the guests are not; a window is saved now, not when they have left. */
  private goUnrecorded(reason: string): void {
    this.unrecorded = true;
    const { keep, recording } = this.options;
    if (keep !== undefined) void this.machine.recorder.abandon();
    this.onEvent({ type: "recording.ended", reason, part: keep === undefined ? partOf(recording) : null });
  }

  /** The recording has ended, and the machine is to end with it. */
  private get ends(): boolean {
    return this.options.stopWithRecording === true && this.machine.recorder.failed !== null;
  }

  private lookAfter(): void {
    const { live, recorder } = this.machine;
    if (this.ends) return void this.finish();
    if (recorder.failed !== null && !this.unrecorded) this.goUnrecorded(recorder.failed);
    try {
      live.sealIfDue();
    } catch (error) {
      void this.fail(`the machine stopped: ${lineOf(error)}`, error);
    }
  }
}
