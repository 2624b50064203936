import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadTools } from "../../src/node/codecs.ts";
import { indexed, recordWalk } from "../replay/walk.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";

/** Two guests work side by side in one recording: every verb that walks in it is asked about the second. */
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const FILE = at("two.mcap");
const TAIL = "vgpu2.bcs0.RING_CONTEXT_STATUS_PTR";

/** What a verb answers as JSON: one line, and nothing on standard error. */
async function ask(code: number, ...args: string[]): Promise<Record<string, unknown>> {
  const outcome = await gvt(...args, "--json");
  expect(outcome).toMatchObject({ code, stderr: "" });
  expect(outcome.stdout.trimEnd().split("\n")).toHaveLength(1);
  return jsonOf(outcome);
}

describe("a recording of two guests", () => {
  let last = 0;
  beforeAll(async () => {
    writeFileSync(FILE, indexed(await recordWalk(await loadTools(), { rounds: 24 })).bytes);
    last = Number((await ask(0, "show", FILE)).rows) - 1;
  });

  test("verify, at both levels", async () => {
    expect(await ask(0, "verify", FILE)).toMatchObject({ exact: true });
    expect(await ask(0, "verify", FILE, "--level", "guest")).toMatchObject({ agrees: true, inferred: 0 });
  });

  test("seek, step and why tell the guests apart", async () => {
    for (const vgpu of [1, 2]) {
      const path = `vgpu${vgpu}.mmio.4f100`;
      const seen = await ask(0, "seek", FILE, String(last), "--state", path);
      expect(JSON.stringify(seen)).toContain(`vgpu${vgpu}.`);
      const why = (await ask(0, "why", FILE, path)) as { cause: { path: string; kind: string } };
      expect(why.cause.path).toMatch(new RegExp(`^vgpu${vgpu}\\.`));
      expect(why.cause.kind).toBe("mmio.written");
    }
    const tree = (await ask(0, "why", FILE, TAIL)) as { cause: object };
    expect(JSON.stringify(tree.cause)).toContain("vgpu2.bcs0.RING_ELSP");
    expect(JSON.stringify(tree.cause)).not.toContain("vgpu1.");
  });

  test("bisect time, by one pass and by halves", async () => {
    const first = (await ask(1, "bisect", "time", FILE, `${TAIL}.WRITE_PTR == 1`)) as {
      row: { path: string };
    };
    expect(first).toMatchObject({ found: true, method: "scan" });
    expect(await ask(1, "bisect", "time", FILE, "vgpu2.tree.opened || seq > 5")).toMatchObject({
      found: true,
    });
    expect(await ask(0, "bisect", "time", FILE, "--invariant", "all")).toMatchObject({ found: false });
    expect(await ask(0, "bisect", "time", FILE, "--digests")).toMatchObject({ found: false });
    expect(await ask(0, "bisect", "time", FILE, "--other", FILE)).toMatchObject({ found: false });
  });

  test("diff, of two rows and of two runs", async () => {
    const rows = await ask(1, "diff", FILE, "--at", "0", "--at", String(last));
    const paths = (rows.differences as { path: string }[]).map(({ path }) => path);
    for (const owner of ["vgpu1.", "vgpu2."]) expect(paths.some((path) => path.startsWith(owner))).toBe(true);
    expect(await ask(0, "diff", FILE, FILE)).toMatchObject({ real: 0, onlyA: 0, onlyB: 0 });
  });

  test("branch, marks, export: what the second guest is given changes nothing of the first's", async () => {
    const half = String(Math.floor(last / 2));
    const set = ["--at", half, "--set", "vgpu2.mmio.4f100=0x77"];
    const path = (await ask(0, "seek", FILE, half, "--state", "vgpu2.mmio.4f100")).path as string;
    set[3] = `${path}=0x77`;
    expect(await ask(0, "branch", FILE, ...set, "-o", at("b.mcap"))).toMatchObject({
      base: "parent",
      unknown: 0,
    });
    expect(await ask(0, "verify", at("b.mcap"))).toMatchObject({ exact: true });
    const found = (await ask(1, "diff", FILE, at("b.mcap"))).differences as { path: string }[];
    expect(found.length).toBeGreaterThan(0);
    for (const difference of found) expect(difference.path).toMatch(/^vgpu2/);
    await ask(0, "mark", FILE, "--at", "3", "the first guest's");
    const marks = await ask(0, "mark", at("b.mcap"), "--at", String(last), "the second's");
    expect((marks.marks as unknown[]).length).toBe(2);
    await ask(0, "export", at("b.mcap"), "--standalone", "-o", at("whole.mcap"));
    expect((await ask(0, "mark", at("whole.mcap"), "--list")).marks).toEqual(marks.marks);
    expect(await ask(0, "pack", at("whole.mcap"))).toMatchObject({ unindexed: null });
  });

  test("minimise leaves the first guest out where only the second shows it", async () => {
    const predicate = `${TAIL}.WRITE_PTR == 1`;
    const args = ["-o", at("small.mcap"), "--test", at("small.test.ts"), "--predicate", predicate];
    const found = (await ask(0, "minimise", FILE, ...args)) as { before: number; after: number };
    expect(found.after).toBeLessThan(found.before / 4);
    const text = readFileSync(at("small.test.ts"), "utf8");
    expect(text).toContain("vgpu2.");
    expect(text).not.toContain("vgpu1.");
    expect(await ask(1, "bisect", "time", at("small.mcap"), predicate)).toMatchObject({ found: true });
  });
});
