import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  codeFiles,
  exampleProject,
  type Project,
  type Rule,
  readProject,
  SourceFile,
} from "./tidy/project.ts";
import { RULES } from "./tidy/rules.ts";
import { medianLines } from "./tidy/shape.ts";

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

/** A line added to a real file, and what must be said about it: the rules look where they should. */
const PLANTS: readonly (readonly [path: string, line: string, says: string])[] = [
  ["src/hw/units.ts", 'import "../events/kinds.ts";', "hw must not import"],
  ["src/hw/units.ts", "export const HALF = 0.5;", "0.5"],
  ["src/events/rows.ts", "export const unused = 1;", "nobody imports unused"],
  ["src/reducers/device/engine.ts", 'import "../mediator/execlist.ts";', "device must not import mediator"],
  ["src/reducers/core.ts", 'import "./machine.ts";', "import cycle"],
  ["src/reducers/machine.ts", "const started = Date.now();", "Date: time is input"],
  ["src/replay/verify.ts", 'import "node:fs";', "replay must not import node:fs"],
  ["src/replay/live.ts", 'import "msgpackr";', "msgpackr may be imported only in"],
  ["src/node/files.ts", "export function undone() {} // TODO", "TODO left over"],
  ["src/node/files.ts", "export function silent() {}", "silent is exported and has no docstring"],
];

test.each(PLANTS)("sees what is planted in %s: %s", (path, line, says) => {
  const file = project.files.get(path);
  if (file === undefined) expect.fail(`${path} is gone: plant it elsewhere`);
  const files = new Map(project.files).set(path, new SourceFile(path, `${file.text}\n${line}\n`));
  const all = RULES.flatMap((rule) => complaints(rule, { ...project, files }));
  expect(all.filter((text) => text.startsWith(path)).join("\n")).toContain(says);
});

test("the rooms are there, and their files are short", () => {
  const files = codeFiles(project, "src");
  expect(files.length).toBeGreaterThan(100);
  console.info(`src: ${files.length} files; without the tables the median has ${medianLines(files)} lines`);
});
