import { type ChildProcess, spawn } from "node:child_process";
import { afterEach } from "vitest";
import { VfioUserClient } from "../ports/vfio-user-client.ts";
import { GVT } from "./gvt.ts";

const running = new Set<ChildProcess>();
const clients = new Set<VfioUserClient>();

afterEach(() => {
  for (const client of clients) client.close();
  for (const child of running) child.kill("SIGKILL");
  clients.clear();
  running.clear();
});

/** A server under test. */
export interface Serving {
  readonly child: ChildProcess;
  readonly out: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

/**
 * Start `gvt serve` and wait until it listens. `shell`: a script that runs the command as its "$@"; `json`: what it
 * tells is data; `main`: another gvt.
 */
export async function startServe(
  args: readonly string[],
  shell?: string,
  { json = true, main = GVT } = {},
): Promise<Serving> {
  const command = [process.execPath, main, "serve", ...(json ? ["--json"] : []), ...args];
  const [program, ...words] = shell === undefined ? command : ["bash", "-c", shell, "gvt", ...command];
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const out = { stdout: "", stderr: "" };
  child.stdout?.on("data", (text) => (out.stdout += text));
  child.stderr?.on("data", (text) => (out.stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await until(() => /"listening"|start a guest by/.test(out.stdout) || child.exitCode !== null);
  return { child, out, ended };
}

/** Wait until it holds; fails after 20 s. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("waited for 20 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A guest that has mapped nothing yet. */
export async function connect(path: string): Promise<VfioUserClient> {
  const client = await VfioUserClient.connect({ path });
  clients.add(client);
  await client.handshake(1n << 20n);
  return client;
}

/** Every event that the server has told so far. */
export const eventsOf = ({ out }: Serving): Record<string, unknown>[] =>
  out.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
