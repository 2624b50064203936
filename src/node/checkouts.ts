import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Commit, firstLine, git, gitAtExit, plainEnvironment } from "./git.ts";

/** How a program ended. */
export interface Ended {
  /** -1 where it could not be started or was killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A revision that is built, or why it is not. */
export type Built = { readonly cli: string } | { readonly reason: string };

const OUTPUT_BYTES = 512 << 20;
const CLI = "dist/cli/main.js";

/**
 * Revisions of a repository, each in a worktree of its own under one temporary folder, built there. What is
 * checked out in the repository itself is never touched. `close` takes all of it away; so does the end of the
 * process.
 */
export class Checkouts {
  private readonly repository: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "gvt-revisions-"));
  private readonly built = new Map<string, Promise<Built>>();
  private readonly added: string[] = [];
  private readonly onExit = (): void => this.removeAtExit();
  private readonly onSignal = (): void => process.exit(130);
  /** git locks its list of worktrees: they are made one by one. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(repository: string) {
    this.repository = repository;
    process.once("exit", this.onExit);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, this.onSignal);
  }

  /** Check a commit out and build it, once. */
  build(commit: Commit): Promise<Built> {
    let built = this.built.get(commit.sha);
    if (built === undefined) {
      built = this.make(commit);
      this.built.set(commit.sha, built);
    }
    return built;
  }

  /** Take every worktree away. */
  async close(): Promise<void> {
    process.off("exit", this.onExit);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, this.onSignal);
    await Promise.allSettled(this.built.values());
    for (const folder of this.added) await git(this.repository, "worktree", "remove", "--force", folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private removeAtExit(): void {
    for (const folder of this.added) gitAtExit(this.repository, "worktree", "remove", "--force", folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async make({ sha }: Commit): Promise<Built> {
    const folder = join(this.folder, sha.slice(0, 16));
    this.added.push(folder);
    const added = this.queue.then(() =>
      git(this.repository, "worktree", "add", "--detach", "--quiet", folder, sha),
    );
    this.queue = added.catch(() => {});
    await added;
    const missing = await this.install(folder);
    if (missing !== null) return { reason: missing };
    const compiler = join(folder, "node_modules/typescript/bin/tsc");
    const { code, stdout, stderr } = await run([compiler, "-p", "tsconfig.build.json"], folder);
    if (code !== 0) return { reason: `does not build: ${firstLine(stdout) || firstLine(stderr)}` };
    return existsSync(join(folder, CLI)) ? { cli: join(folder, CLI) } : { reason: `has no ${CLI}` };
  }

  /**
   * Packages: those of the repository itself where the same ones are asked for, else installed. Null, or what
   * went wrong.
   */
  private async install(folder: string): Promise<string | null> {
    const installed = join(this.repository, "node_modules");
    const lock = (root: string): string => readOr(join(root, "package-lock.json"));
    if (existsSync(installed) && lock(folder) === lock(this.repository)) {
      symlinkSync(installed, join(folder, "node_modules"));
      return null;
    }
    const ended = await start("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
    return ended.code === 0 ? null : `npm ci failed: ${firstLine(ended.stderr)}`;
  }
}

function readOr(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Run a script by the Node that runs us. `timeout` in milliseconds, 0: none. */
export function run(args: readonly string[], folder?: string, timeout = 0): Promise<Ended> {
  return start(process.execPath, args, folder, timeout);
}

function start(program: string, args: readonly string[], cwd?: string, timeout = 0): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      env: plainEnvironment(),
      maxBuffer: OUTPUT_BYTES,
      timeout,
      ...(cwd === undefined ? {} : { cwd }),
    };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: code === -1 && stderr === "" ? String(error?.message) : stderr });
    });
  });
}
