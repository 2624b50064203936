import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { gvt, run, temporaryFolder } from "./gvt.ts";
import { sampleRecording } from "./sample.ts";

const folder = temporaryFolder();
const file = join(folder, "sample.mcap");

beforeAll(async () => {
  writeFileSync(file, await sampleRecording());
}, 120_000);

const VERBS = ["serve", "guest", "replay", "verify", "show", "pack"];

describe("help", () => {
  test("lists every verb and the exit codes", async () => {
    const { code, stdout } = await gvt("--help");
    expect(code).toBe(0);
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, "m"));
    expect(stdout).toContain("125 cannot tell");
    expect((await gvt("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(VERBS)("gvt %s --help has --json, --log-level and an example", async (verb) => {
    const { code, stdout } = await gvt(verb, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("--json");
    expect(stdout).toContain("--log-level");
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}gvt ${verb} `));
  });
});

describe("wrong usage is exit 2, told in one line", () => {
  test.each([
    [["verfy", "x.mcap"], "unknown command 'verfy'"],
    [["veriy", "x.mcap"], "unknown command 'veriy' (Did you mean verify?) (gvt VERB --help shows how)"],
    [["bisect", "inptu"], "unknown command 'inptu' (Did you mean input?)"],
    [["bisect", "input", "FILE"], "required option '-o, --output <file>'"],
    [["show", "FILE", "--state", "vgpu1.ggtt[99999999]"], "nearest are vgpu1.ggtt.0, vgpu1.ggtt.7ffff8"],
    [["show", "FILE", "--state", "vgpu1.ram.zzz"], "nearest are vgpu1.ram.0, vgpu1.ram.ffffff"],
    [["bisect", "time", "FILE", "max(1)"], "expressions here have no calls"],
    [["verify"], "missing required argument 'files'"],
    [["verify", "FILE", "--level", "most"], "is invalid"],
    [["show", "FILE", "--at", "-1"], "give a row number"],
    [["show", "FILE", "--at", "99999999"], "there is no row 99999999; its rows are 0 to"],
    [["show", "FILE", "--events", "9..3"], "has rows 0 to"],
    [["show", "FILE", "--events", "0..99999999"], "has rows 0 to"],
    [["show", "FILE", "--events", "x"], "give FROM..TO"],
    [["show", "FILE", "--events", "..", "--kind", "mmio.reed"], "nearest are mmio.read"],
    [["show", "FILE", "--events", "..", "--grep", "("], "Invalid regular expression"],
    [["show", "FILE", "--kind", "note"], "add --events .."],
    [["show", "FILE", "--events", "..", "--at", "3"], "ask for one of them"],
    [
      ["show", "FILE", "--at", "3", "--level", "guest"],
      "--level guest chooses among states: add --state PATH",
    ],
    [["show", "FILE", "--vgpu", "1"], "--vgpu chooses a screen: add --screen FILE.png"],
    [["replay", "FILE", "--vgpu", "1"], "--vgpu chooses a screen: add --screen FILE.png"],
    [["replay", "FILE", "--screen", "x.png", "--vgpu", "9"], "has vGPU 1 to 2"],
    [["serve"], "no recording named"],
    [["serve", "FILE"], "exists already; name another file, or replace it by --force"],
    [["serve", "x.mcap", "--guests", "8"], "give 1 to 7"],
    [["serve", "x.mcap", "--edid", "FILE"], "are no EDID"],
    [["guest"], "give the guest a --kernel or a --disk"],
    [["guest", "--initrd", "i"], "give the guest a --kernel or a --disk"],
    [["guest", "--kernel", "k", "--machine", "z80"], "Allowed choices are q35, pc"],
  ])("gvt %j", async (args, says) => {
    const outcome = await gvt(...args.map((word) => (word === "FILE" ? file : word)));
    expect(outcome).toMatchObject({ code: 2 });
    const [first] = outcome.stderr.split("\n");
    expect(first).toMatch(/^gvt: /);
    expect(first).toContain(says);
  });

  test("no verb at all: the help", async () => {
    const outcome = await gvt();
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("Usage: gvt");
  });
});

test.skipIf(process.platform === "win32")("a pipe that nobody writes is no recording", async () => {
  const pipe = join(folder, "pipe.mcap");
  await run("mkfifo", [pipe]);
  for (const verb of ["show", "verify", "pack"])
    expect(await gvt(verb, pipe)).toMatchObject({
      code: 3,
      stderr: `gvt: ${pipe}: at byte 0: is no regular file\n`,
    });
});

test("a folder that may not be written is told before the work; root may write everywhere", async () => {
  const locked = join(folder, "locked");
  mkdirSync(locked, { mode: 0o500 });
  const refused = {
    code: 4,
    stdout: "",
    stderr: `gvt: ${locked}: cannot be written to: EACCES: permission denied; name a file in another folder\n`,
  };
  const branch = ["branch", file, "--drop", "3..5", "-o", join(locked, "a.mcap")];
  for (const args of [branch, ["show", file, "--screen", join(locked, "a.png")]])
    expect(await gvt(...args)).toMatchObject(process.getuid?.() === 0 ? { code: 0 } : refused);
});

test("a file is no folder to write into", async () => {
  const outcome = await gvt("branch", file, "--drop", "3..5", "-o", join(file, "a.mcap"));
  expect(outcome).toMatchObject({ code: 2, stderr: `gvt: ${file}: no such folder\n` });
});

describe("gvt guest", () => {
  test("prints QEMU's command line; says where there is no QEMU for it", async () => {
    const words = [
      "--socket",
      "/run/it's/v.sock",
      "--ram",
      "/dev/shm/a,b",
      "--kernel",
      "vmlinuz",
      "--append",
      "a b",
    ];
    const outcome = await gvt("guest", ...words, "--qemu", join(folder, "no-qemu"), "--machine", "pc");
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/^gvt: warning: \S+no-qemu: not on PATH; take QEMU 11 or newer/);
    expect(outcome.stdout).toContain("mem-path=/dev/shm/a,,b,id=ram0,size=1024M,share=on");
    expect(outcome.stdout).toContain("-append 'a b'");
    expect(outcome.stdout).toContain(`"socket":{"type":"unix","path":"/run/it'\\''s/v.sock"}}'`);
    const json = await gvt("guest", ...words, "--qemu", join(folder, "no-qemu"), "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      usable: false,
      command: expect.arrayContaining(["q35"]),
    });
    const disk = await gvt("guest", "--messages", "--disk", file, "--qemu", join(folder, "no-qemu"));
    expect(disk.stdout).toContain("format=raw,if=virtio");
    expect(disk.stdout).not.toContain("memory-backend-file");
  });

  test("cannot run without one: exit 4", async () => {
    const outcome = await gvt("guest", "--kernel", "k", "--run", "--qemu", join(folder, "no-qemu"));
    expect(outcome).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("not on PATH") });
  });
});
