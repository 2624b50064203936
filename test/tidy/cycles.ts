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

/** The shortest way along imports from a file back to itself; null when there is none. */
function cycleThrough(graph: Map<string, string[]>, start: string): string[] | null {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (const path of open) {
    for (const next of graph.get(path) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at = path; at !== start; at = cameFrom.get(at) ?? start) way.unshift(at);
        return [start, ...way];
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      open.push(next);
    }
  }
  return null;
}

/** One violation for each cycle, at the first of its files. Cycles inside one folder are that folder's affair. */
function* checkCycles(project: Project): Generator<Violation> {
  const graph = runtimeGraph(project);
  const told = new Set<string>();
  for (const path of [...graph.keys()].sort()) {
    const cycle = cycleThrough(graph, path);
    if (cycle === null || new Set(cycle.map((file) => posix.dirname(file))).size === 1) continue;
    const key = [...new Set(cycle)].sort().join();
    if (told.has(key)) continue;
    told.add(key);
    yield { path, line: 1, message: `import cycle: ${cycle.join(" -> ")}` };
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
