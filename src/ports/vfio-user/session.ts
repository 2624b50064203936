/**
 * The vfio-user port: one unix socket for one vGPU, one guest on it at a time. Plain sockets, no native code:
 * guest RAM by the shared file, else by DMA messages; interrupts by a DMA write
 * (docs/facts/vfio-user.md#memory-and-interrupts).
 */
import * as fs from "node:fs";
import * as net from "node:net";
import { isMainThread } from "node:worker_threads";
import type { Hands, World } from "../../replay/live/session.ts";
import { ENODEV, lineOf, PortError } from "../errors.ts";
import type { MakePort, Port } from "../port.ts";
import { Pump } from "../pump.ts";
import type { ServedVgpu } from "../serve-options.ts";
import { Connection, HANDSHAKE_MS } from "./connection.ts";
import { refuseClient } from "./refuse.ts";

/** How long a second client may wait for the first one's place, in milliseconds: it may only look taken. */
const PATIENCE_MS = HANDSHAKE_MS + 1000;

export interface VfioUserOptions {
  /** Where the socket is made, mode 0600. At most 107 bytes (a limit of unix sockets). */
  readonly socketPath: string;
  /** 1 to 7. */
  readonly vgpu: number;
  /** The file that QEMU shares its RAM by; without it memory is reached by messages. */
  readonly ramPath?: string;
  /** Bytes of RAM where the file is larger. */
  readonly ramBytes?: number;
  /** PORT_ bits beside those of memory and MSI, which the port knows. */
  readonly capabilities?: number;
  /** Whether the recorder takes nothing more for now; asked after each batch of input, then every 2 ms. */
  readonly paused?: () => boolean;
  /** What gives the machine its turns; servers of one world share one. */
  readonly pump?: Pump;
  /** A guest came (null), left (null) or was cut off (why). */
  readonly onGuest?: (event: "attached" | "detached", reason: string | null) => void;
}

/**
 * A unix socket that serves one vGPU to one guest at a time; after a guest has left, the next one may attach.
 */
export class VfioUserServer implements Port {
  /** Carries effects out for this server's guest, whatever vGPU they name. ENODEV while there is none. */
  readonly hands: Hands;
  /** "world": the machine threw, nothing goes on. Others: a guest could not be served, the server goes on. */
  onError: (error: PortError) => void = rethrow;
  private readonly options: VfioUserOptions;
  private readonly world: World;
  private readonly pump: Pump;
  private server: net.Server | null = null;
  private current: Connection | null = null;
  private next: net.Socket | null = null;
  private patience: NodeJS.Timeout | null = null;

  constructor(options: VfioUserOptions, world: World) {
    this.options = options;
    this.world = world;
    this.pump = options.pump ?? new Pump(world);
    this.hands = {
      fetch: (_vgpu, gfn, ticket, into) => this.current?.fetch(gfn, ticket, into) ?? ENODEV,
      write: (_vgpu, at, atHigh, ticket, bytes) => this.current?.write(at, atHigh, ticket, bytes) ?? ENODEV,
      inject: (_vgpu, address, data) => this.current?.inject(address, data),
      displayReady: () => {},
      noted: () => {},
    };
  }

  /** A guest is there and has agreed on a version. */
  get attached(): boolean {
    return this.current?.attached ?? false;
  }

  /**
   * Make the socket. A stale one is replaced.
   * @throws PortError "socket-live" where somebody listens there, "socket-path" where none can be made.
   */
  async listen(): Promise<void> {
    const { socketPath } = this.options;
    await clearPath(socketPath);
    const server = net.createServer((socket) => this.accept(socket));
    await bind(server, socketPath);
    this.server = server;
  }

  /** Let the guest go and remove the socket. The world is told of the detachment, but not closed. */
  async close(): Promise<void> {
    const server = this.server;
    this.server = null;
    this.dropNext();
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.current?.close("the server closes");
    await closed;
  }

  private accept(socket: net.Socket): void {
    socket.on("error", ignore);
    if (this.server === null) socket.destroy();
    else if (this.current === null) this.start(socket);
    else if (this.next !== null) this.refuse(socket);
    else {
      // The guest before may have gone already, and its end not been read yet.
      this.next = socket;
      socket.once("close", this.forgetNext);
      this.patience = setTimeout(() => this.refuseNext(), PATIENCE_MS);
    }
  }

  /** One guest too many: it is told so, and so is whoever watches. */
  private refuse(socket: net.Socket): void {
    refuseClient(socket);
    const { socketPath } = this.options;
    const cure = "let the first one go, or serve another vGPU (--guests)";
    this.onError(
      new PortError("taken", `${socketPath}: a second guest was refused: one is attached; ${cure}`),
    );
  }

  private refuseNext(): void {
    const socket = this.next;
    this.forgetNext();
    if (socket !== null) this.refuse(socket);
  }

  private start(socket: net.Socket): void {
    const { options, world, pump } = this;
    const connection: Connection = new Connection(socket, {
      world,
      vgpu: options.vgpu,
      pump,
      ramPath: options.ramPath,
      ramBytes: options.ramBytes,
      capabilities: options.capabilities ?? 0,
      paused: options.paused ?? never,
      attached: () => options.onGuest?.("attached", null),
      closed: (reason, wasAttached) => this.ended(connection, reason, wasAttached),
      failed: (error) => this.failed(error),
      warned: (error) => this.onError(error),
    });
    this.current = connection;
  }

  private ended(connection: Connection, reason: string | null, wasAttached: boolean): void {
    if (this.current !== connection) return;
    this.current = null;
    if (wasAttached || reason !== null) this.options.onGuest?.("detached", reason);
    const socket = this.next;
    if (socket === null) return;
    this.forgetNext();
    if (this.server !== null && !socket.destroyed) this.start(socket);
    else socket.destroy();
  }

  private failed(error: PortError): void {
    this.dropNext();
    this.server?.close();
    this.server = null;
    this.onError(error);
  }

  private dropNext(): void {
    const socket = this.next;
    this.forgetNext();
    socket?.destroy();
  }

  private readonly forgetNext = (): void => {
    this.next?.off("close", this.forgetNext);
    this.next = null;
    if (this.patience !== null) clearTimeout(this.patience);
    this.patience = null;
  };
}

/** The port of a served vGPU. */
export const vfioUserPort: MakePort<ServedVgpu> = ({ socket, ram, ramBytes }, options, world) => {
  const { onError, ...rest } = options;
  const own = {
    socketPath: socket,
    ...(ram === undefined ? {} : { ramPath: ram }),
    ...(ramBytes === undefined ? {} : { ramBytes }),
  };
  const server = new VfioUserServer({ ...rest, ...own }, world);
  server.onError = onError;
  return server;
};

/** Remove a stale socket; refuse what is alive or no socket. */
async function clearPath(path: string): Promise<void> {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new PortError(
      "socket-path",
      `${path}: there is a file that is no socket; remove it or name another path`,
    );
  }
  const code = await probe(path);
  if (code === "ENOENT") return;
  if (code !== "ECONNREFUSED") {
    const what =
      code === "" || code === "EAGAIN" ? "another server listens on it" : `it cannot be probed (${code})`;
    throw new PortError("socket-live", `${path}: ${what}; stop that server or name another path`);
  }
  fs.rmSync(path, { force: true });
}

/** The error code of connecting to a socket; empty where somebody accepts. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve("");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
  });
}

function bind(server: net.Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const cure = "make the folder, or name a shorter path in a folder that can be written";
      reject(new PortError("socket-path", `${path}: ${lineOf(error)}; ${cure}`, error));
    });
    server.once("listening", () => {
      fs.chmodSync(path, 0o600);
      resolve();
    });
    // The socket must not be open to others for a moment before chmod; a worker cannot change the mask.
    const mask = isMainThread ? process.umask(0o177) : 0;
    try {
      server.listen(path);
    } finally {
      if (isMainThread) process.umask(mask);
    }
  });
}

function never(): boolean {
  return false;
}

function ignore(): void {}

function rethrow(error: PortError): void {
  queueMicrotask(() => {
    throw error;
  });
}
