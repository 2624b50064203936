import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { probe } from "../../src/node/probe.ts";

const folder = mkdtempSync(join(tmpdir(), "gvt-probe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command line of another revision, as a script: `args` are what follows its name. */
function model(name: string, script: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, `const args = process.argv.slice(2);\n${script}\n`);
  return path;
}

describe("what a model makes of recordings", () => {
  test("good, bad, and whatever else is 'cannot tell', with its reason", async () => {
    expect(await probe(model("good", ""), ["a.mcap"], 0)).toMatchObject({ verdict: "good", level: "guest" });
    const told = JSON.stringify({ divergence: { seq: 7 } });
    const bad = await probe(model("bad", `console.log('${told}'); process.exitCode = 1;`), ["a.mcap"], 0);
    expect(bad).toMatchObject({ verdict: "bad", divergence: { seq: 7 } });
    for (const [name, script, reason] of [
      [
        "newer",
        'console.error("gvt: use a newer one"); process.exitCode = 125;',
        "exit 125: gvt: use a newer one",
      ],
      ["file", 'console.error("gvt: a bad file"); process.exitCode = 3;', "exit 3: gvt: a bad file"],
      ["crash", "process.exitCode = 1;", "exit 1: said nothing"],
      ["throws", 'throw new Error("internal");', "exit 1: "],
      ["hangs", "setInterval(() => {}, 1000);", "exit -1: "],
    ]) {
      const found = await probe(model(name, script), ["a.mcap"], name === "hangs" ? 500 : 0);
      expect(found, name).toMatchObject({ verdict: "skip", divergence: null });
      expect(found.reason, name).toContain(reason);
    }
  });

  test("of several recordings: bad if one is, else cannot tell if one cannot", async () => {
    const mixed = model(
      "mixed",
      `if (args[1] === "bad") console.log("{}");
      process.exitCode = { bad: 1, old: 125 }[args[1]] ?? 0;`,
    );
    expect(await probe(mixed, ["good", "old", "bad"], 0)).toMatchObject({ verdict: "bad", recording: "bad" });
    expect(await probe(mixed, ["good", "old"], 0)).toMatchObject({ verdict: "skip", recording: "old" });
    expect(await probe(mixed, ["good", "fine"], 0)).toMatchObject({ verdict: "good" });
  });

  test("a revision without levels is asked exactly", async () => {
    const old = model("old", `if (args.includes("--level")) process.exitCode = 2;`);
    expect(await probe(old, ["a.mcap"], 0)).toMatchObject({ verdict: "good", level: "exact" });
  });
});
