/** One guest's connection, from its VERSION message to its end. */
import type { Socket } from "node:net";
import { PORT_COHERENT, PORT_MSI } from "../../events/codes.ts";
import { PENDING, type World } from "../../replay/live/session.ts";
import { ENODEV, type PortError, ProtocolError } from "../errors.ts";
import { PAUSE_MS, type Pump, type PumpSource } from "../pump.ts";
import { ApertureRuns } from "./aperture.ts";
import { dispatch, type Guest } from "./dispatch.ts";
import { DmaTable, SharedMemory } from "./memory.ts";
import { Messages } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { Accessor } from "./regions.ts";
import { Splitter, TYPE_MASK, TYPE_REPLY, TYPE_REQUEST, u32 } from "./wire.ts";

/**
 * Replies that the peer has not taken, in bytes: above the first its requests wait, above the second it is
 * cut off.
 */
const BACKLOG_PAUSE = 0x10_0000;
const BACKLOG_MAX = 0x400_0000;
/** How long a refused client may take to read why, and a new one to say its version, in milliseconds. */
const LINGER_MS = 1000;
export const HANDSHAKE_MS = 2000;

const TWO_32 = 0x1_0000_0000;

export interface ConnectionOptions {
  readonly world: World;
  readonly vgpu: number;
  readonly pump: Pump;
  readonly ramPath?: string | undefined;
  readonly ramBytes?: number | undefined;
  /** PORT_ bits beside those of memory and MSI. */
  readonly capabilities: number;
  readonly paused: () => boolean;
  readonly attached: () => void;
  /** The connection is over; `reason` is null where the guest just left. */
  readonly closed: (reason: string | null, wasAttached: boolean) => void;
  readonly failed: (error: PortError) => void;
  readonly warned: (error: PortError) => void;
}

/**
 * One client's connection: takes its requests in order, carries effects out for its guest, and tells the
 * world when it comes and goes. Whatever the client does wrong ends the connection, never the server.
 */
export class Connection implements Guest, PumpSource {
  readonly world: World;
  readonly vgpu: number;
  readonly outbox: Outbox;
  readonly run: ApertureRuns;
  readonly accessor: Accessor;
  readonly table = new DmaTable();
  readonly shared: SharedMemory | null;
  readonly messages: Messages;
  /** VERSION was agreed on: the guest is attached. */
  attached = false;
  private open = true;
  private poll: NodeJS.Timeout | null = null;
  private readonly handshake: NodeJS.Timeout;
  private readonly splitter = new Splitter();
  private readonly socket: Socket;
  private readonly options: ConnectionOptions;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.options = options;
    this.world = options.world;
    this.vgpu = options.vgpu;
    this.outbox = new Outbox(socket, this.grown);
    this.run = new ApertureRuns(this.world, this.vgpu);
    this.accessor = new Accessor(this.world, this.vgpu, this.run);
    const { ramPath } = options;
    this.shared = ramPath === undefined ? null : new SharedMemory(this.table, ramPath, options.ramBytes);
    this.messages = new Messages(this.world, this.table, this.outbox);
    this.handshake = setTimeout(() => this.close("no VERSION message came"), HANDSHAKE_MS);
    socket.on("data", this.receive);
    socket.on("end", this.left);
    socket.on("close", this.left);
    socket.on("error", this.left);
  }

  get waiting(): boolean {
    return this.splitter.partial > 0 || this.poll !== null;
  }

  get paused(): boolean {
    return this.options.paused();
  }

  attach(): void {
    clearTimeout(this.handshake);
    this.attached = true;
    const memory = this.shared === null ? 0 : PORT_COHERENT;
    this.world.attached(this.vgpu, this.options.capabilities | memory | PORT_MSI);
    this.options.pump.add(this);
    this.options.attached();
  }

  warn(error: PortError): void {
    this.options.warned(error);
  }

  fetch(gfn: number, ticket: number, into: Uint8Array): number {
    if (!this.attached) return ENODEV;
    if (this.shared !== null) return this.shared.fetch(gfn, into);
    return ticket === 0 ? PENDING : this.messages.fetch(gfn, ticket);
  }

  write(at: number, atHigh: number, ticket: number, bytes: Uint8Array): number {
    if (!this.attached) return ENODEV;
    const address = atHigh * TWO_32 + at;
    if (this.shared === null) return this.messages.write(address, ticket, bytes);
    return this.shared.write(address, bytes);
  }

  inject(address: number, data: number): void {
    if (this.attached) this.messages.inject(address, data);
  }

  /** End the connection; a reply that says why still leaves. Tickets stay with the world. */
  close(reason: string | null): void {
    if (!this.open) return;
    try {
      if (this.attached) {
        this.run.flush();
        this.world.detached(this.vgpu);
        this.world.flush();
      }
    } catch (error) {
      this.stop(error);
    }
    this.end(reason);
  }

  failed(error: PortError): void {
    this.end(error.message);
    this.options.failed(error);
  }

  private end(reason: string | null): void {
    if (!this.open) return;
    const wasAttached = this.attached;
    this.open = false;
    this.attached = false;
    clearTimeout(this.handshake);
    if (this.poll !== null) clearTimeout(this.poll);
    this.options.pump.remove(this);
    this.outbox.flush();
    this.outbox.close();
    this.socket.destroySoon();
    const linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once("close", () => clearTimeout(linger));
    this.shared?.close();
    this.options.closed(reason, wasAttached);
  }

  private readonly receive = (chunk: Buffer): void => {
    if (!this.open) return;
    try {
      this.splitter.feed(chunk, this.frame);
      this.run.flush();
    } catch (error) {
      if (error instanceof ProtocolError) this.close(error.message);
      else this.stop(error);
      return;
    }
    if (!this.open) return;
    this.throttle();
    this.options.pump.kick();
  };

  private readonly frame = (b: Uint8Array, at: number, size: number): void => {
    if (!this.open) return;
    const type = u32(b, at + 8) & TYPE_MASK;
    if (type === TYPE_REQUEST) dispatch(this, b, at, size);
    else if (type !== TYPE_REPLY) throw new ProtocolError(`a message of unknown type ${type}`);
    else {
      this.run.flush();
      this.messages.reply(b, at, size);
    }
  };

  /** Take no more requests while the recorder is full, or while this guest does not read its replies. */
  private throttle(): void {
    if (!this.options.paused() && this.outbox.backlog <= BACKLOG_PAUSE) return;
    this.socket.pause();
    if (this.poll === null) this.poll = setTimeout(this.retry, PAUSE_MS);
  }

  private readonly retry = (): void => {
    this.poll = null;
    if (!this.open) return;
    this.socket.resume();
    this.throttle();
  };

  private readonly grown = (backlog: number): void => {
    // Not in place: this may be inside of a call of the world's.
    if (backlog > BACKLOG_MAX) queueMicrotask(() => this.close("the guest does not read its replies"));
  };

  private readonly left = (): void => this.close(null);

  /** The machine threw while it served this guest: the pump tells all of them. */
  private stop(error: unknown): void {
    const { pump } = this.options;
    pump.add(this);
    pump.fail(error);
  }
}
