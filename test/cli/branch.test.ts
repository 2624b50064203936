import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallRecording } from "../replay/small.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const SCRATCH = "vgpu1.rcs0.RING_HWS_PGA";
let rows = 0;

beforeAll(async () => {
  writeFileSync(at("parent.mcap"), await smallRecording({ rounds: 3 }));
  rows = Number(jsonOf(await gvt("show", at("parent.mcap"), "--json")).rows);
});

describe("gvt branch", () => {
  test("sets a register, leans on its parent, and can stand alone", async () => {
    const half = String(Math.floor(rows / 2));
    const made = await gvt(
      "branch",
      at("parent.mcap"),
      "--at",
      half,
      "--set",
      `${SCRATCH}=0x5000`,
      "-o",
      at("a.mcap"),
      "--json",
    );
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(jsonOf(made)).toMatchObject({ base: "parent", unknown: 0 });
    expect((await gvt("verify", at("a.mcap"))).stdout).toContain("exact:");
    const set = await gvt("seek", at("a.mcap"), half, "--state", SCRATCH, "--json");
    expect(set).toMatchObject({ code: 0, stderr: "" });
    expect(jsonOf(await gvt("why", at("a.mcap"), SCRATCH, "--json"))).toMatchObject({
      value: "00005000",
      cost: { index: true },
    });
    expect(jsonOf(await gvt("bisect", "time", at("a.mcap"), `${SCRATCH} == 0x5000`, "--json")).found).toBe(
      true,
    );
    expect(await gvt("pack", at("a.mcap"))).toMatchObject({ code: 0, stderr: "" });
    const whole = await gvt("export", at("a.mcap"), "--standalone", "-o", at("whole.mcap"));
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    mkdirSync(at("away"));
    copyFileSync(at("whole.mcap"), at("away/whole.mcap"));
    copyFileSync(at("a.mcap"), at("away/a.mcap"));
    expect((await gvt("verify", at("away/whole.mcap"))).stdout).toContain("exact:");
    const lost = await gvt("verify", at("away/a.mcap"));
    expect(lost.code).toBe(3);
    expect(lost.stderr).toContain("00000000000000aa, which is not there: put that into its folder");
  });

  test("names its parent, and prefers a whole one to a copy of it that was cut off", async () => {
    const bytes = readFileSync(at("parent.mcap"));
    writeFileSync(at("copy.mcap"), bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    const made = await gvt("branch", at("parent.mcap"), "--drop", "30..60", "-o", at("d.mcap"));
    expect(made).toMatchObject({ code: 0, stderr: "" });
    rmSync(at("copy.mcap"));
    expect((await gvt("show", at("d.mcap"))).stdout).toMatch(
      new RegExp(`^ {2}branch +of ${at("parent.mcap")}, which it leaves after row \\d+$`, "m"),
    );
    expect(jsonOf(await gvt("show", at("d.mcap"), "--json")).parent).toMatchObject({
      file: at("parent.mcap"),
      id: "00000000000000aa",
    });
    expect(jsonOf(await gvt("show", at("parent.mcap"), "--json")).parent).toBe(null);
  });

  test("says where it cannot be opened as it is", async () => {
    mkdirSync(at("elsewhere"));
    const { code, stderr } = await gvt(
      ...["branch", at("parent.mcap"), "--drop", "30..60", "-o", at("elsewhere/e.mcap")],
    );
    expect(code).toBe(0);
    const where = `only be opened in one folder with its parent, ${at("parent.mcap")}`;
    expect(stderr).toBe(`gvt: warning: ${at("elsewhere/e.mcap")}: can ${where}\n`);
  });

  test("drops, edits, moves and inserts inputs", async () => {
    const input = { kind: "mmio.written", agent: 1, columns: { at: 0x4_f100, size: 4, lo: 9 } };
    writeFileSync(at("inputs.json"), JSON.stringify([input]));
    const [a, b] = [Math.floor(rows * 0.5), Math.floor(rows * 0.6)];
    const edits = ["--drop", `${a}..${a + 40}`, "--move", `${b}..${b + 40}:${b + 60}`];
    const insert = ["--at", String(a), "--insert", at("inputs.json")];
    const made = await gvt("branch", at("parent.mcap"), ...edits, ...insert, "-o", at("b.mcap"));
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect((await gvt("verify", at("b.mcap"))).stdout).toContain("exact:");
  });

  test("of another configuration starts from a reset", async () => {
    const made = await gvt(
      "branch",
      at("parent.mcap"),
      "--config",
      "revision=7",
      "-o",
      at("c.mcap"),
      "--json",
    );
    expect(jsonOf(made)).toMatchObject({ base: "reset", shared: 0 });
    expect((await gvt("verify", at("c.mcap"))).stdout).toContain("exact:");
  });

  test.each([
    [["--at", "99999999"], /there is no row 99999999/],
    [["--set", "vgpu1.rcs0.RING_TAIL=1"], /need a place/],
    [["--at", "5", "--set", "vgpu1.rcs0.RING_TIAL=1"], /RING_TAIL/],
    [["--at", "5", "--set", "vgpu1.rcs0.RING_TAIL"], /--set PATH=VALUE/],
    [["--edit", "5:purpose=3"], /row 5|no column/],
    [["--drop", "x"], /--drop A..B/],
    [["--drop", "30..99999999"], /30..99999999: \S+parent.mcap: there is no row 99999999; its rows are 0 to/],
    [["--move", "30..40:99999999"], /there is no row 99999999/],
    [[], /nothing is otherwise: give --set/],
    [["--config", "nothing=1"], /no such value/],
    [["--config", "platform=xyz"], /no known platform/],
    [["--at", "5", "--insert", "/nonexistent.json"], /ENOENT/],
  ])("refuses %j, and writes nothing", async (args, message) => {
    const { code, stderr } = await gvt("branch", at("parent.mcap"), "-o", at("refused.mcap"), ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(at("refused.mcap"))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".packing"))).toEqual([]);
  });
});

describe("gvt branch refuses, and leaves nothing", () => {
  const write = (name: string, inputs: unknown): string => {
    writeFileSync(at(name), JSON.stringify(inputs));
    return at(name);
  };
  const input = { kind: "mmio.written", agent: 1, columns: { at: 0x4_f100, size: 4, lo: 1 } };
  const insert = (name: string, change: object): string[] => [
    "--at",
    "40",
    "--insert",
    write(name, [{ ...input, ...change }]),
  ];

  test.each([
    [["--drop", "99999999..999999999"], /hold no input of the world/],
    [["--drop", "20..10"], /hold no input of the world/],
    [["--move", "99999999..999999999:3"], /hold no input of the world/],
    [["--edit", "99999999:lo=1"], /row 99999999 is no input of the world/],
    [
      ["--at", "40", "--set", "vgpu1.rcs0.RING_TAIL.TailOffset=0xfffffff"],
      /18 bits, and 0xfffffff does not fit/,
    ],
    [insert("agent.json", { agent: 3 }), /agent cannot be 3: give 0 to 2/],
    [insert("at.json", { columns: { at: -1, size: 4 } }), /at cannot be -1/],
    [insert("text.json", { columns: { at: "x", size: 4 } }), /at cannot be "x"/],
    [insert("size.json", { columns: { at: 0, size: 3 } }), /size cannot be 3: give 1, 2, 4 or 8/],
    [
      insert("bytes.json", { kind: "aperture.written", bytes: [1, 256] }),
      /aperture.written has no column lo/,
    ],
    [insert("more.json", { bytes: [1] }), /mmio.written has no bytes/],
    [["-o", "/nonexistent/x.mcap"], /no such folder/],
  ])("%j", async (args, message) => {
    const before = readdirSync(folder).length;
    const { code, stderr } = await gvt("branch", at("parent.mcap"), "-o", at("refused.mcap"), ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toHaveLength(before);
  });
});
