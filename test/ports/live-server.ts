/**
 * `gvt serve` as a process of its own, to be killed, starved and broken. It runs what was built: see
 * test/build.ts.
 */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterEach } from "vitest";
import { DIST } from "../build.ts";
import { type ClientOptions, VfioUserClient } from "./vfio-user-client.ts";
import { temporaryFolder } from "./vfio-user-world.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export interface ChildOptions {
  /**
   * A module of these lines runs before the program, in its workers too: to break it. `DIST` stands for the
   * built program.
   */
  readonly preload?: string;
  /** Words of a shell before the program, to limit it. */
  readonly shell?: string;
  readonly arguments?: readonly string[];
  readonly folder?: string;
}

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly errors: string;
}

export class ServeChild {
  readonly folder: string;
  readonly recording: string;
  readonly socket: string;
  readonly ended: Promise<Ended>;
  /** What it said on its output, line by line. */
  readonly events: { readonly type: string; readonly reason?: string; readonly part?: string }[] = [];
  private readonly process: ChildProcess;
  private over = false;
  private listening = false;

  constructor(options: ChildOptions = {}) {
    this.folder = options.folder ?? temporaryFolder();
    this.recording = path.join(this.folder, "live.mcap");
    this.socket = path.join(this.folder, "1.sock");
    const words = [
      ...preloaded(this.folder, options.preload),
      path.join(DIST, "cli/main.js"),
      "serve",
      this.recording,
    ];
    words.push("--json", "--messages", "--socket", this.socket, ...(options.arguments ?? []));
    const program = [process.execPath, ...words].map((word) => `'${word}'`).join(" ");
    this.process = spawn("sh", ["-c", `${options.shell ?? ""} exec ${program}`], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    this.process.stderr?.on("data", (data) => {
      errors += data;
    });
    this.ended = new Promise((resolve) => {
      this.process.once("close", (code) => {
        this.over = true;
        resolve({ code, errors: errors.trim() });
      });
    });
    cleanups.push(() => this.dispose());
  }

  /** Wait until it listens; false: it has ended before. */
  async listens(): Promise<boolean> {
    const said = new Promise<boolean>((resolve) => {
      createInterface(this.process.stdout!).on("line", (line) => {
        this.events.push(JSON.parse(line));
        if (this.events.at(-1)?.type === "listening") resolve(true);
      });
    });
    this.listening = await Promise.race([said, this.ended.then(() => false)]);
    return this.listening;
  }

  async connect(options: Partial<ClientOptions> = {}): Promise<VfioUserClient> {
    const client = await VfioUserClient.connect({ path: this.socket, ...options });
    await client.handshake(0x1000_0000n);
    return client;
  }

  signal(name: NodeJS.Signals): void {
    if (!this.over) this.process.kill(name);
  }

  private async dispose(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function preloaded(folder: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const file = path.join(folder, "preload.mjs");
  fs.writeFileSync(file, text.replaceAll("DIST", pathToFileURL(DIST).href));
  return ["--import", file];
}
