import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import { codeFiles, type Project, type Rule, type Violation } from "./project.ts";

/** By file, the project's files that it imports when it runs. */
function runtimeGraph(project: Project): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const file of codeFiles(project, "src")) {
    const targets = importsOf(file).filter(({ typeOnly }) => !typeOnly);
    graph.set(
      file.path,
      targets.flatMap(({ target }) => target ?? []),
    );
  }
  return graph;
}

/** The shortest way along imports from one file to another, both included; null when there is none. */
function wayBetween(
  graph: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
): string[] | null {
  const cameFrom = new Map<string, string>([[from, ""]]);
  const open = [from];
  for (const path of open) {
    if (path === to) {
      const way: string[] = [];
      for (let at: string | undefined = path; at; at = cameFrom.get(at)) way.unshift(at);
      return way;
    }
    for (const next of graph.get(path) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      open.push(next);
    }
  }
  return null;
}

/**
 * Each import from folder to folder that can be gone back. Circles inside one folder are that folder's
 * affair.
 */
function* checkCycles(project: Project): Generator<Violation> {
  const graph = runtimeGraph(project);
  const told = new Set<string>();
  for (const [path, targets] of graph) {
    for (const target of targets) {
      if (posix.dirname(path) === posix.dirname(target)) continue;
      const back = wayBetween(graph, target, path);
      const key = [...(back ?? [])].sort().join();
      if (back === null || told.has(key)) continue;
      told.add(key);
      yield { path, line: 1, message: `import cycle: ${[path, ...back].join(" -> ")}` };
    }
  }
}

/** Files of different folders do not import each other in a circle. */
export const CYCLES: Rule = {
  name: "no import cycles between folders",
  check: checkCycles,
  bad: [
    {
      files: {
        "src/reducers/core.ts": 'import { a } from "./device/a.ts";',
        "src/reducers/device/a.ts": 'import { b } from "../core.ts";',
      },
      says: "src/reducers/core.ts -> src/reducers/device/a.ts -> src/reducers/core.ts",
    },
    {
      files: {
        "src/node/a/a.ts": 'export { b } from "../b/b.ts";',
        "src/node/b/b.ts": 'import "../c/c.ts";',
        "src/node/c/c.ts": 'import { type A } from "../a/a.ts";',
      },
      says: "import cycle",
    },
    {
      files: {
        "src/reducers/core.ts": 'import "./machine.ts";',
        "src/reducers/machine.ts": 'import "./core.ts";\nimport "./device/engine.ts";',
        "src/reducers/device/engine.ts": 'import "./streamer.ts";',
        "src/reducers/device/streamer.ts": 'import "./engine.ts";\nimport "../core.ts";',
      },
      says: "src/reducers/machine.ts -> src/reducers/device/engine.ts -> src/reducers/device/streamer.ts",
    },
  ],
  good: [
    {
      files: {
        "src/reducers/core.ts": 'import { a } from "./device/a.ts";',
        "src/reducers/device/a.ts": 'import type { B } from "../core.ts";\nimport { c } from "./c.ts";',
        "src/reducers/device/c.ts": 'import { a } from "./a.ts";',
      },
    },
  ],
};
