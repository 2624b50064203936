import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BAR0, type VfioUserClient } from "../ports/vfio-user-client.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";
import { connect, eventsOf, type Serving, startServe, until } from "./serving.ts";

const folder = temporaryFolder();
/** GEN7_GT_SCRATCH: a plain register that nothing looks at. */
const SCRATCH = 0x4_f100;

type Saved = { path: string; first: number; last: number; cause: string; at: number | null };

const savedOf = (serving: Serving): Saved[] =>
  eventsOf(serving).filter(({ type }) => type === "saved") as unknown as Saved[];

/** Write and read for so many milliseconds. */
async function busy(client: VfioUserClient, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  for (let n = 0; performance.now() < end; n++) {
    await client.write(BAR0, SCRATCH, n & 0xff, 4);
    await client.read(BAR0, SCRATCH, 4);
    if (n % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("a signal saves the window, a predicate does, and so does the end; every verb reads what was saved", async () => {
  const socket = join(folder, "keep.sock");
  const file = join(folder, "trip.mcap");
  const taken = join(folder, "trip-001.mcap");
  writeFileSync(taken, "somebody's");
  const serving = await startServe([
    ...[file, "--socket", socket, "--messages", "--keep", "400ms"],
    ...["--save-when", "vgpu1.gt.GEN7_GT_SCRATCH[0] == 0x4242"],
  ]);
  const client = await connect(socket);
  await busy(client, 1100);
  serving.child.kill("SIGUSR2");
  await until(() => savedOf(serving).length === 1);
  await busy(client, 500);
  await client.write(BAR0, SCRATCH, 0x4242, 4);
  await client.write(BAR0, SCRATCH, 0, 4);
  await until(() => savedOf(serving).length === 2);
  await busy(client, 100);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toBe(0);
  const saved = savedOf(serving);
  expect(saved.map(({ cause }) => cause)).toEqual(["asked", "predicate", "end"]);
  expect(saved.map(({ path }) => path)).toEqual(
    ["002", "003", "004"].map((n) => join(folder, `trip-${n}.mcap`)),
  );
  expect(readFileSync(taken, "utf8")).toBe("somebody's");
  expect(existsSync(file) || readdirSync(folder).some((name) => name.endsWith(".part"))).toBe(false);
  for (const { path, first, last } of saved) {
    expect(first).toBeGreaterThan(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const found = jsonOf(await gvt("verify", path, "--json"));
    expect(found).toMatchObject({ exact: true, closed: true, rows: last + 1 - first, damage: null });
    expect(jsonOf(await gvt("verify", path, "--level", "guest", "--json"))).toMatchObject({ agrees: true });
  }
  const [, held] = saved;
  expect(jsonOf(await gvt("show", held.path, "--json"))).toMatchObject({
    base: "checkpoint",
    firstRow: held.first,
    marks: [{ seq: held.at, text: expect.stringContaining("GEN7_GT_SCRATCH") }],
  });
  expect((await gvt("show", held.path)).stdout).toContain(
    `an embedded checkpoint after row ${held.first - 1}`,
  );
  await expectWalks(held);
});

/** The verbs, on a window of which `at` wrote 0x4242 and the next write 0. */
async function expectWalks({ path, first, last, at }: Saved): Promise<void> {
  const scratch = "vgpu1.gt.GEN7_GT_SCRATCH[0]";
  const ask = async (...args: string[]): Promise<Record<string, unknown>> => {
    const answer = await gvt(...args, "--json");
    expect(answer.stderr, args.join(" ")).toBe("");
    return jsonOf(answer);
  };
  expect(await ask("why", path, scratch, "--at", String(at))).toMatchObject({ write: { seq: at } });
  expect(await ask("seek", path, String(at))).toBeDefined();
  expect(await ask("bisect", "time", path, `${scratch} == 0x4242`)).toMatchObject({ found: true, seq: at });
  expect(await ask("diff", path, path)).toMatchObject({ real: 0, onlyA: 0, onlyB: 0 });
  const branch = join(folder, "branch.mcap");
  await ask("branch", path, "-o", branch, "--edit", `${at}:lo=7`);
  expect(await ask("verify", branch)).toMatchObject({ exact: true });
  const alone = join(folder, "alone.mcap");
  await ask("export", branch, "--standalone", "-o", alone);
  expect(await ask("verify", alone)).toMatchObject({ exact: true });
  expect(await ask("show", alone)).toMatchObject({ base: "checkpoint", firstRow: first });
  const small = join(folder, "small.mcap");
  const found = await ask(
    "minimise",
    path,
    "--predicate",
    `${scratch} == 0x4242`,
    "-o",
    small,
    "--test",
    `${small}.test.ts`,
  );
  expect(found).toMatchObject({ after: 1 });
  expect(await ask("verify", small)).toMatchObject({ exact: true, rows: 1 });
  expect(readFileSync(`${small}.test.ts`, "utf8")).toContain("new Steps(machineOf(recording, store))");
  await ask("mark", path, "--at", String(last), "the last row");
  expect((await gvt("show", path, "--events", "..")).stdout).toContain(String(first));
  for (const at of [0, first - 1, last + 1]) {
    const outside = await gvt("show", path, "--at", String(at));
    expect(outside).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`its rows are ${first} to ${last}`),
    });
  }
}

test("what cannot be is told in one line, and nothing is started", async () => {
  const socket = join(folder, "no.sock");
  const at = (...more: string[]): string[] => [
    join(folder, "no.mcap"),
    "--socket",
    socket,
    "--messages",
    ...more,
  ];
  for (const [args, says] of [
    [["--keep", "soon"], /keep soon: give a time, a size or both/],
    [["--keep", "10m,5m"], /give a time, a size or both/],
    [["--keep", "1ms"], /at least 100ms/],
    [["--keep", "10m", "--force"], /leave out --force/],
    [["--save-when", "now > 1"], /give --keep too/],
    [["--keep", "10m", "--save-when", "vgpu1.rcs0.RING_TALE > 1"], /RING_TAIL/],
    [["--keep", "10m", "--save-when", "now >"], /\^/],
  ] as const) {
    const refused = await gvt("serve", ...at(...args));
    expect(refused, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(says);
    expect(existsSync(socket)).toBe(false);
  }
  expect(readdirSync(folder).filter((name) => name.startsWith("no"))).toEqual([]);
});

test("a window that cannot be saved: a warning, and the machine goes on; in the end exit 4", async () => {
  const socket = join(folder, "full.sock");
  const args = [join(folder, "full.mcap"), "--socket", socket, "--messages", "--keep", "1h"];
  const serving = await startServe(args, 'ulimit -f 8; exec "$@"');
  const client = await connect(socket);
  await busy(client, 300);
  serving.child.kill("SIGUSR2");
  await until(() => eventsOf(serving).some(({ type }) => type === "warning"));
  expect(await client.read(BAR0, 0x78000, 4)).toBe(0x7654_4776n);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toBe(4);
  expect(serving.out.stderr).toMatch(/^gvt: .*the window could not be saved.*\n$/);
  expect(readdirSync(folder).filter((name) => name.startsWith("full-"))).toEqual([]);
});
