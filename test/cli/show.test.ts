import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, test } from "vitest";
import { GVT, gvt, jsonOf, run, temporaryFolder } from "./gvt.ts";
import { COLOUR, HEIGHT, sampleRecording, WIDTH } from "./sample.ts";

const folder = temporaryFolder();
const file = join(folder, "sample.mcap");

beforeAll(async () => {
  writeFileSync(file, await sampleRecording());
}, 120_000);

interface EventLine {
  readonly seq: number;
  readonly time: number;
  readonly kind: string;
  readonly path: string;
  readonly value: string;
}

const events = async (...args: string[]): Promise<EventLine[]> => {
  const { stdout, code } = await gvt("show", file, "--json", "--events", ...args);
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EventLine);
};

describe("the header", () => {
  test("as JSON", async () => {
    const found = jsonOf(await gvt("show", file, "--json"));
    expect(found).toMatchObject({
      id: "0011223344556677",
      createdAt: "2024-05-01T12:00:00Z",
      base: "reset",
      closed: true,
      unknownAccesses: 1,
      vgpus: [1],
      engines: [
        { engine: "rcs0", submitted: 1, completed: 1 },
        { engine: "bcs0", submitted: 1, completed: 1 },
      ],
    });
    const kinds = found.kinds as { kind: string; count: number }[];
    expect(kinds.reduce((sum, { count }) => sum + count, 0)).toBe(found.rows);
    expect(found.duration).toBe(140_000);
  });

  test("as text: aligned, without colours where nobody looks", async () => {
    const { stdout, code } = await gvt("show", file);
    expect(code).toBe(0);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("  machine    kbl 8086:5916 revision 2, mediated");
    expect(stdout).toMatch(/^ {2}unknown +1 access to no register/m);
    expect(stdout).toMatch(/^rows by kind\n {2}\S+ +\d+/m);
  });
});

describe("events", () => {
  test("a range with either end open", async () => {
    const all = await events("..");
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i));
    expect((await events("5..7")).map(({ seq }) => seq)).toEqual([5, 6, 7]);
    expect(await events(`${all.length - 2}..`)).toEqual(all.slice(-2));
    expect(await events("..1")).toEqual(all.slice(0, 2));
    expect(await events("9")).toEqual([all[9]]);
    expect(all.every(({ time }, i) => i === 0 || time >= all[i - 1].time)).toBe(true);
  });

  test("names first, value in fields", async () => {
    const written = await gvt("show", file, "--events", "..", "--kind", "mmio.written", "--grep", "PIPECONF");
    const lines = written.stdout.trimEnd().split("\n");
    expect(lines.length).toBe(2);
    expect(lines[0]).toMatch(
      /^ *\d+ +\d+\.\d{6} {2}mmio\.written +vgpu1\.pipeA\.PIPECONF +80000000 {2}PIPECONF_ENABLE$/,
    );
  });

  test("filters and limit", async () => {
    const some = await events("..", "--kind", "workload.submitted,workload.completed");
    expect(some.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "workload.submitted vgpu1.rcs0",
      "workload.completed vgpu1.rcs0",
      "workload.submitted vgpu1.bcs0",
      "workload.completed vgpu1.bcs0",
    ]);
    expect((await events("..", "--limit", "3")).length).toBe(3);
    const [unknown] = await events("..", "--kind", "mmio.unknown");
    expect(unknown.path).toBe("vgpu1.mmio.1ffff0");
  });

  test("a reader that has had enough ends it quietly", async () => {
    const show = `"${process.execPath}" "${GVT}" show "${file}" --events .. --json`;
    const script = `${show} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await run("bash", ["-c", script]);
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("0");
  });
});

describe("a state", () => {
  const at = async (seq: number, path: string) =>
    jsonOf(await gvt("show", file, "--json", "--at", String(seq), "--state", path));

  test("a register with its fields, a field, a component, a tree, a page", async () => {
    const [on, off] = await events("..", "--kind", "mmio.written", "--grep", "PIPECONF");
    const state = "vgpu1.pipeA.PIPECONF";
    const shown = await at(on.seq, state);
    expect(shown).toMatchObject({ type: "register", path: state, at: 0x70008, value: 0xc000_0000 });
    expect(shown.fields).toContainEqual({ field: "PIPECONF_ENABLE", bits: [31, 31], value: 1 });
    expect(await at(on.seq - 1, state)).toMatchObject({ value: 0 });
    expect(await at(off.seq, `${state}.PIPECONF_ENABLE`)).toMatchObject({
      type: "field",
      field: { value: 0 },
    });
    expect(await at(on.seq, "vgpu1.tree.pipes.0.on")).toMatchObject({ type: "tree", value: true });
    expect(await at(on.seq, "vgpu1.tree.pipes[1].on")).toMatchObject({ value: false });
    const bank = await at(on.seq, "vgpu1.pipeA");
    expect((bank.registers as { path: string }[]).map(({ path }) => path)).toContain(state);
    expect(await at(on.seq, "vgpu1.mmio.70008")).toMatchObject({ type: "register", path: state });
    const [fetched] = await events("..", "--kind", "guest.told", "--limit", "1");
    const page = await at(fetched.seq, fetched.path);
    expect((page.words as number[]).length).toBe(1024);
    expect(await at(0, fetched.path)).toMatchObject({ type: "page", words: null });
  });

  test("at a glance", async () => {
    const [on] = await events("..", "--kind", "mmio.written", "--grep", "PIPECONF");
    const found = jsonOf(await gvt("show", file, "--json", "--at", String(on.seq)));
    expect(found).toMatchObject({
      seq: on.seq,
      vgpus: [
        { vgpu: 1, stage: "attached", screen: { pipe: 0, width: WIDTH, height: HEIGHT } },
        { vgpu: 2, stage: "none", screen: null },
      ],
    });
    const text = await gvt("show", file, "--at", String(on.seq));
    expect(text.stdout).toContain(`vgpu1  attached`);
    expect(text.stdout).toMatch(/vblank of pipe A/);
  });

  test("a path that is none: the nearest ones", async () => {
    const outcome = await gvt("show", file, "--state", "vgpu1.rcs0.RING_TAL");
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toMatch(
      /^gvt: vgpu1\.rcs0\.RING_TAL: no such path; nearest are vgpu1\.rcs0\.RING_TAIL, /,
    );
    const short = await gvt("show", file, "--state", "vgpu1.PIPECONF");
    expect(short.stderr).toContain("vgpu1.pipeA.PIPECONF");
    expect((await gvt("show", file, "--state", "vgpu3.tree")).code).toBe(2);
    expect((await gvt("show", file, "--state", "vgpu1.tree.constructor")).code).toBe(2);
  });
});

describe("the screen", () => {
  test("the last picture that was shown, although the guest turned it off", async () => {
    const png = join(folder, "screen.png");
    const outcome = await gvt("replay", file, "--screen", png);
    expect(outcome.code).toBe(0);
    const lines = outcome.stdout.trimEnd().split("\n");
    expect(lines.at(-2)).toMatch(
      new RegExp(`^screen: ${WIDTH}x${HEIGHT} of vgpu1 at row \\d+, .*: wrote ${png}$`),
    );
    expect(lines.at(-1)).toMatch(/^exact: \d+ events, 0 divergences$/);
    const { width, height, data } = PNG.sync.read(readFileSync(png));
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    const pixel = (x: number, y: number) => [...data.subarray((y * WIDTH + x) * 4, (y * WIDTH + x) * 4 + 3)];
    expect(pixel(0, 0)).toEqual([...COLOUR]);
    expect(pixel(63, 3)).toEqual([...COLOUR]);
    expect(pixel(0, 4)).toEqual([0, 0, 0]);
  });

  test("at a row; and before there was any", async () => {
    const png = join(folder, "early.png");
    const [, first] = await events("..", "--kind", "mmio.written", "--grep", "PIPECONF");
    const shown = jsonOf(await gvt("show", file, "--json", "--at", String(first.seq), "--screen", png));
    expect(shown.screen).toMatchObject({ vgpu: 1, width: WIDTH, height: HEIGHT, missing: 0, file: png });
    const none = await gvt("show", file, "--at", "5", "--screen", png);
    expect(none).toMatchObject({ code: 1, stdout: "no picture was shown up to row 5; nothing written\n" });
    expect((await gvt("show", file, "--vgpu", "2", "--screen", png)).code).toBe(1);
    expect((await gvt("show", file, "--vgpu", "3", "--screen", png)).code).toBe(2);
  });

  test.each([
    ["sample.mcap", "exists already, and is no PNG; name another file"],
    [".", "is a directory; name a file for the picture"],
    ["no/where.png", "no: no such folder"],
  ])("is not written to %s, which stays as it is", async (name, says) => {
    const before = readFileSync(file);
    for (const verb of ["show", "replay"]) {
      const outcome = await gvt(verb, file, "--screen", join(folder, name));
      expect(outcome).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(says) });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
