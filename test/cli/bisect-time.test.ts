import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallRecording } from "../replay/small.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";

const folder = temporaryFolder();
const file = join(folder, "small.mcap");
const other = join(folder, "other.mcap");
const SCRATCH = "vgpu1.gt.GEN7_GT_SCRATCH[0]";

beforeAll(async () => {
  writeFileSync(file, await smallRecording({ rounds: 4 }));
  writeFileSync(other, await smallRecording({ rounds: 4, scratch: 9 }));
}, 60_000);

const time = (...args: string[]) => gvt("bisect", "time", file, ...args);

describe("gvt bisect time", () => {
  test("found: exit 1, the row, and how it was searched for", async () => {
    const outcome = await time("vgpu1.rcs0.RING_CONTEXT_STATUS_PTR.WRITE_PTR == 3", "--json");
    expect(outcome).toMatchObject({ code: 1, stderr: "" });
    const found = jsonOf(outcome);
    expect(found).toMatchObject({ found: true, method: "scan", row: { seq: found.seq }, already: false });
    const text = await time(`${SCRATCH} == 7`, "--monotone");
    expect(text.stdout).toMatch(
      /^first at \d+ {2}mmio\.written {2}vgpu1\.gt\.GEN7_GT_SCRATCH\[0\] {2}00000007\n/,
    );
    expect(text.stdout).toContain("by halves, as it is monotone");
    const later = jsonOf(await time("seq >= 0", "--from", "10", "--to", "20", "--json"));
    expect(later).toMatchObject({ already: true, method: "binary", from: 10, to: 20 });
  });

  test("not found: exit 0", async () => {
    const outcome = await time(`${SCRATCH} == 0x1234`);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).toMatch(/^nowhere in rows 0 to \d+\n {2}by one pass: \d+ states looked at/);
    expect((await time("--invariant", "all")).code).toBe(0);
    expect((await time("--digests")).code).toBe(0);
    expect((await time("--other", file)).code).toBe(0);
  });

  test("a module of the user's; another run", async () => {
    const module = join(folder, "tickets.mjs");
    writeFileSync(
      module,
      "export const holds = (machine) => machine.core.lastTicket > 3; export const monotone = true;\n",
    );
    expect(jsonOf(await time("--module", module, "--json"))).toMatchObject({ found: true, method: "binary" });
    const differs = jsonOf(await time("--other", other, "--json"));
    expect(differs).toMatchObject({
      found: true,
      method: "rows",
      detail: "vgpu1.mmio",
      row: { path: SCRATCH },
    });
  });

  const throwing = join(folder, "throws.mjs");
  const empty = join(folder, "empty.mjs");
  beforeAll(() => {
    writeFileSync(throwing, 'export function holds() { throw new Error("my fault"); }\n');
    writeFileSync(empty, "export const other = 1;\n");
  });

  test.each([
    [
      ["vgpu1.rcs0.RING_TAIL.TailOffset >"],
      /^gvt: this is no expression: [^\n]+\n {2}vgpu1\.rcs0\.RING_TAIL\.TailOffset >\n {35}\^\n$/,
    ],
    [
      ["now > 3 && vgpu1.rcs0.RING_TALE == 1"],
      /^gvt: vgpu1\.rcs0\.RING_TALE: [^\n]*RING_TAIL[^\n]*\n[^\n]+\n {13}\^\n$/,
    ],
    [["f(now)"], /^gvt: expressions here have no calls\n/],
    [["--module", throwing], /^gvt: --module \S+: it threw at row \d+: Error: my fault\n$/],
    [["--module", empty], /^gvt: --module \S+: it exports no function holds\(machine\)\n$/],
    [["--module", join(folder, "none.mjs")], /^gvt: --module \S+: [^\n]+\n$/],
    [
      ["--invariant", "csb.pointr"],
      /^gvt: --invariant csb\.pointr: no such invariant; nearest are csb\.pointer/,
    ],
    [["now > 1", "--digests"], /^gvt: ask for one thing: /],
    [[], /^gvt: ask for one thing: /],
    [["now > 1", "--from", "9", "--to", "3"], /^gvt: \S+: there are no rows 9 to 3; its rows are 0 to /],
    [["now > 1", "--to", "99999999"], /^gvt: \S+: there are no rows /],
  ])("wrong usage is exit 2: %j", async (args, says) => {
    const outcome = await time(...args);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toMatch(says);
  });
});

describe("gvt diff", () => {
  test("two recordings: the same is exit 0, really different is exit 1", async () => {
    const same = await gvt("diff", file, file);
    expect(same).toMatchObject({ code: 0, stderr: "" });
    expect(same.stdout).toMatch(/^\d+ world inputs the same, 0 benign, 0 really different\n$/);
    const outcome = await gvt("diff", file, other);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain("mmio.written 00000007 -> mmio.written 00000009");
    const found = jsonOf(await gvt("diff", file, other, "--json"));
    expect(found).toMatchObject({ real: 2, onlyA: 0, onlyB: 0, lost: null });
  });

  test("two events of one", async () => {
    const { seq } = jsonOf(await time(`${SCRATCH} == 7`, "--json")) as { seq: number };
    const outcome = await gvt("diff", file, "--at", String(seq - 1), "--at", String(seq));
    expect(outcome).toMatchObject({ code: 1, stderr: "" });
    expect(outcome.stdout).toMatch(/^vgpu1\.gt\.GEN7_GT_SCRATCH\[0\] {2}0 -> 00000007\n/);
    const none = await gvt("diff", file, "--at", String(seq), "--at", String(seq));
    expect(none).toMatchObject({ code: 0, stdout: "the states are the same\n" });
  });

  test.each([
    [[], "name two recordings"],
    [["--at", "3"], "name two recordings"],
    [["--at", "3", "--at", "99999999"], "there is no row 99999999"],
    [["--rev", "HEAD"], "name two recordings"],
    [["--at", "x", "--at", "3"], "give a row number"],
    [["--rev", "HEAD", "--rev", "no-such", "--repo", folder], "no git repository"],
  ])("wrong usage is exit 2: %j", async (args, says) => {
    const outcome = await gvt("diff", file, ...args);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toContain(says);
  });
});
