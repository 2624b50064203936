import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ARROWS, NODE_EDGE } from "./tidy/arrows.ts";
import { CYCLES } from "./tidy/cycles.ts";
import { DEAD_EXPORTS } from "./tidy/dead.ts";
import { FEATURES_ONLY, RAW_OFFSETS } from "./tidy/offsets.ts";
import { PACKAGES } from "./tidy/packages.ts";
import {
  codeFiles,
  exampleProject,
  type Project,
  type Rule,
  readProject,
  SourceFile,
} from "./tidy/project.ts";
import { RULES } from "./tidy/rules.ts";
import { DOCSTRINGS, medianLines } from "./tidy/shape.ts";
import { PLACES_RULE } from "./tidy/text.ts";
import { EXACT, HOST_FREE } from "./tidy/words.ts";

const project = readProject(fileURLToPath(new URL("..", import.meta.url)));

/** What a rule has against a project, one line each. */
function complaints(rule: Rule, on: Project): string[] {
  return Array.from(rule.check(on), ({ path, line, message }) => `${path}:${line} ${message}`);
}

describe.each(RULES)("$name", (rule) => {
  test.each(rule.bad.map((bad, i) => ({ i, ...bad })))("catches bad example $i: $says", (bad) => {
    expect(complaints(rule, exampleProject(bad)).join("\n")).toContain(bad.says);
  });

  test("lets the good examples pass", () => {
    for (const good of rule.good) expect(complaints(rule, exampleProject(good))).toEqual([]);
  });

  test("holds in this project", () => {
    const found = complaints(rule, project);
    if (found.length > 0) expect.fail(`${rule.name}: ${found.length}\n${found.join("\n")}`);
  });
});

/** A line added to a real file, and what its rule must say about it: rules look where they should. */
const PLANTS: readonly (readonly [path: string, line: string, rule: Rule, says: string])[] = [
  ["src/hw/units.ts", 'import "../events/kinds.ts";', ARROWS, "hw must not import"],
  ["src/reducers/device/engine.ts", 'import "../mediator/gt.ts";', ARROWS, "device must not import mediator"],
  ["src/replay/verify/verify.ts", 'import "node:fs";', NODE_EDGE, "replay must not import node:fs"],
  ["src/reducers/planes.ts", 'import "./device/gtt.ts";', CYCLES, "import cycle"],
  ["src/replay/live/live.ts", 'import "msgpackr";', PACKAGES, "msgpackr may be imported only in"],
  ["src/reducers/machine.ts", "const started = Date.now();", HOST_FREE, "Date: time is input"],
  ["src/reducers/machine.ts", "const tail = 0x2030;", RAW_OFFSETS, "2030 is rcs0.RING_TAIL"],
  ["src/reducers/machine.ts", 'const gen9 = "kbl";', FEATURES_ONLY, "ask for a feature"],
  ["src/hw/units.ts", "export const HALF = 0.5;", EXACT, "0.5"],
  ["src/events/rows.ts", "export const unused = 1;", DEAD_EXPORTS, "nobody imports unused"],
  ["src/node/files.ts", "export function silent() {}", DOCSTRINGS, "silent is exported"],
  ["src/node/files.ts", 'const folder = "/tmp/gvt";', PLACES_RULE, "temporary folder"],
];

test.each(PLANTS)("sees what is planted in %s: %s", (path, line, rule, says) => {
  const file = project.files.get(path);
  if (file === undefined) expect.fail(`${path} is gone: plant it elsewhere`);
  const files = new Map(project.files).set(path, new SourceFile(path, `${file.text}\n${line}\n`));
  const found = complaints(rule, { ...project, files }).filter((complaint) => complaint.includes(path));
  expect(found.join("\n")).toContain(says);
});

test("the rooms are there, and their files are short", () => {
  const files = codeFiles(project, "src");
  expect(files.length).toBeGreaterThan(100);
  console.info(`src: ${files.length} files; without the tables the median has ${medianLines(files)} lines`);
});
