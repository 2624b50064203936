/** The program under test, as a user starts it: `gvt serve` and the verbs that read its recordings. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command; `npm run test:guest` builds it first. */
export const GVT = fileURLToPath(new URL("../../dist/bin/gvt.js", import.meta.url));

/** A vGPU to be served. */
export interface Vgpu {
  readonly socket: string;
  /** The file that QEMU makes the guest's RAM of; without it memory is reached by messages. */
  readonly ram?: string;
}

/** What a server is to serve. */
export interface ServerOptions {
  readonly vgpus: readonly Vgpu[];
  /** The modelled GPU; what `gvt serve` takes by itself when absent. */
  readonly model?: { readonly platform: string; readonly deviceId: number };
  readonly recording: string;
  /** Folder for the configuration and server.log. */
  readonly logs: string;
}

/** A running server. */
export interface Server {
  readonly pid: number;
  /** Its exit code, when it has ended, however. */
  readonly gone: Promise<number | null>;
  /** Whether it has ended. */
  ended(): boolean;
  /** Asks it to close its recording and end (SIGTERM); gives its exit code. */
  stop(): Promise<number | null>;
  /** Kills it as a crash would. */
  kill9(): Promise<void>;
}

/** Where a server writes while it runs; the recording gets its own name when it is closed. */
export function partOf(recording: string): string {
  return `${recording}.part`;
}

/** Starts a server and waits until it listens for every guest. */
export async function startServer(options: ServerOptions): Promise<Server> {
  mkdirSync(options.logs, { recursive: true });
  mkdirSync(dirname(options.recording), { recursive: true });
  const config = join(options.logs, "serve.json");
  const { recording, vgpus, model } = options;
  writeFileSync(config, JSON.stringify({ recording, vgpus, ...model }, undefined, 2));
  const before = vgpus.map(({ socket }) => identity(socket));
  const child = spawn(process.execPath, [GVT, "serve", "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(options.logs, "server.log"));
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const server = control(child);
  for (const [i, { socket }] of vgpus.entries()) await listening(socket, before[i], server, options.logs);
  return server;
}

/** Tells a socket from the stale one of a killed server, which has the same name. */
function identity(path: string): string {
  try {
    const { ino, ctimeMs } = statSync(path);
    return `${ino} ${ctimeMs}`;
  } catch {
    return "";
  }
}

/** Waits for a socket of its own. Connecting to find out would be a guest that comes and goes. */
async function listening(socket: string, before: string, server: Server, logs: string): Promise<void> {
  const give = Date.now() + 60_000;
  while (identity(socket) === before || identity(socket) === "") {
    if (server.ended() || Date.now() > give) {
      await server.kill9();
      throw new Error(`gvt serve does not listen on ${socket}; see ${join(logs, "server.log")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function control(child: ChildProcess): Server {
  const gone = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
  return {
    pid: child.pid ?? 0,
    gone,
    ended: () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    stop: () => {
      child.kill("SIGTERM");
      return gone;
    },
    kill9: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** How a verb ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a verb in a process of its own. */
export function gvt(...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [GVT, ...words], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** What `verify` says of a recording. */
export interface Verdict extends Outcome {
  readonly exact: boolean;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Verifies a recording in a fresh process. */
export async function verify(recording: string): Promise<Verdict> {
  const outcome = await gvt("verify", recording, "--json");
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(outcome.stdout) as Record<string, unknown>;
  } catch {
    // No answer at all is no "exact"; code and stderr tell why.
  }
  return { ...outcome, json, exact: json.exact === true };
}

/** Draws the last screen of a vGPU in a recording into a PNG file. */
export function screen(recording: string, vgpu: number, png: string): Promise<Outcome> {
  return gvt("show", recording, "--vgpu", `${vgpu}`, "--screen", png);
}

/** Closes a recording that its server left behind. */
export function pack(recording: string): Promise<Outcome> {
  return gvt("pack", recording);
}
