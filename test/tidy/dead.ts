import { importsOf, reachable } from "./imports.ts";
import { codeFiles, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";
import { children, lineOf, nameOf, type SyntaxNode, walk } from "./syntax.ts";

/** Where a user of the package comes in. */
const ROOTS = ["src/index.ts", "src/pure.ts", "src/cli/main.ts"];

function* checkFiles(project: Project): Generator<Violation> {
  for (const root of ROOTS)
    if (!project.files.has(root)) yield { path: root, line: 1, message: "missing: it is a root of src" };
  const live = reachable(project, ROOTS);
  for (const { path } of codeFiles(project, "src"))
    if (!live.has(path)) yield { path, line: 1, message: "dead file: no root of src leads here" };
  const run = reachable(project, [...[...project.files.keys()].filter(isRun), ...namedByConfig(project)]);
  for (const { path } of codeFiles(project, "test", "bench"))
    if (!run.has(path)) yield { path, line: 1, message: "dead file: no test or bench leads here" };
}

/** Run by themselves, outside src. */
const RUN = [
  /\.(test|guest)\.ts$/,
  /\.config\.ts$/,
  /^test\/.*\.long\.ts$/,
  /^bench\/(main|first-seek)\.ts$/,
  /^test\/golden\/bless\.ts$/,
  /^examples\//,
];

function isRun(path: string): boolean {
  return RUN.some((pattern) => pattern.test(path));
}

/** Files that a config at the top names in a string: what to run at somebody's word. */
function* namedByConfig(project: Project): Generator<string> {
  for (const file of project.files.values()) {
    if (!/^[\w.-]+\.config\.ts$/.test(file.path)) continue;
    for (const { node } of file.nodes) if (node.type === "StringLiteral") yield node.value as string;
  }
}

interface Export {
  readonly name: string;
  readonly isType: boolean;
  readonly node: SyntaxNode;
}

function* checkExports(project: Project): Generator<Violation> {
  const used = usedExports(project);
  for (const file of codeFiles(project, "src")) {
    if (ROOTS.includes(file.path)) continue;
    const exports = exportsOf(file);
    const names = used.get(file.path) ?? new Set();
    if (names.has("*")) continue;
    for (const one of exports) {
      if (names.has(one.name) || (one.isType && isVocabulary(one, exports))) continue;
      yield { path: file.path, line: lineOf(one.node), message: `dead export: nobody imports ${one.name}` };
    }
  }
}

/** By file, the names that others import of it; `*` for all. */
function usedExports(project: Project): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const file of project.files.values()) {
    if (!file.path.endsWith(".ts")) continue;
    for (const { target, names } of importsOf(file)) {
      if (target === null) continue;
      const of = used.get(target) ?? new Set();
      for (const name of names ?? ["*"]) of.add(name);
      used.set(target, of);
    }
  }
  return used;
}

function exportsOf(file: SourceFile): Export[] {
  const exports: Export[] = [];
  for (const [, node] of children(file.syntax)) {
    if (node.type !== "ExportNamedDeclaration") continue;
    const declaration = node.declaration as SyntaxNode | null;
    for (const specifier of node.specifiers as SyntaxNode[])
      exports.push({ name: nameOf(specifier.exported) ?? "", isType: node.exportKind === "type", node });
    if (declaration === null) continue;
    const isType = declaration.type.startsWith("TS") && declaration.type !== "TSDeclareFunction";
    const declared = (declaration.declarations as SyntaxNode[] | undefined) ?? [declaration];
    for (const { id } of declared) {
      const name = nameOf(id);
      if (name !== null) exports.push({ name, isType, node });
    }
  }
  return exports;
}

/** A type that another export of its file speaks of: who uses that one may need the word. */
function isVocabulary(one: Export, exports: readonly Export[]): boolean {
  for (const other of exports) {
    if (other.node === one.node) continue;
    for (const { node } of walk(other.node))
      if (node.type === "Identifier" && node.name === one.name) return true;
  }
  return false;
}

const roots = { "src/index.ts": "export {};", "src/pure.ts": "export {};", "src/cli/main.ts": "run();" };

/** Every file is reached from where a user comes in. */
export const DEAD_FILES: Rule = {
  name: "no dead files",
  check: checkFiles,
  bad: [
    { files: { ...roots, "src/hw/a.ts": "export {};" }, says: "dead file" },
    {
      files: {
        ...roots,
        "src/hw/a.ts": 'import "./b.ts";',
        "src/hw/b.ts": 'import "./a.ts";',
        "test/a.test.ts": 'import "../src/hw/a.ts";',
      },
      says: "dead file",
    },
    { files: { "src/index.ts": "export {};", "src/pure.ts": "export {};" }, says: "missing" },
    { files: { ...roots, "test/helper.ts": "export {};" }, says: "no test or bench" },
  ],
  good: [
    {
      files: {
        ...roots,
        "src/index.ts": 'export { record } from "./node/recorder.ts";',
        "src/node/recorder.ts": 'new Worker(new URL("./recorder-worker.js", import.meta.url));',
        "src/node/recorder-worker.ts": 'const { read } = await import("./files.ts");',
        "src/node/files.ts": "export {};",
        "test/a.test.ts": 'import "./helper.ts";',
        "test/helper.ts": "export {};",
        "bench/main.ts": "run();",
        "vitest.guest.config.ts": 'export default { include: ["test/guest/try.ts"] };',
        "test/guest/try.ts": "export {};",
        "test/replay/walk.long.ts": "export {};",
      },
    },
  ],
};

/** What is exported is used by somebody else. */
export const DEAD_EXPORTS: Rule = {
  name: "no dead exports",
  check: checkExports,
  bad: [
    { files: { "src/hw/a.ts": "export const PAGE = 1;\nuse(PAGE);" }, says: "nobody imports PAGE" },
    {
      files: {
        "src/hw/a.ts": "export function one() {}\nexport function two() {}",
        "src/hw/b.ts": 'import * as a from "./a.ts";\na.one(); // a.two()',
      },
      says: "nobody imports two",
    },
    { files: { "src/hw/a.ts": "export interface Row {}\nconst row: Row = {};" }, says: "nobody imports Row" },
    { files: { "src/hw/a.ts": "const x = 1;\nexport { x as y };" }, says: "nobody imports y" },
  ],
  good: [
    {
      files: {
        "src/index.ts": 'export { one } from "./hw/a.ts";\nexport const VERSION = 1;',
        "src/hw/a.ts": "export function one() {}\nexport const two = 2, three = 3;\nexport class Four {}",
        "src/hw/b.ts": 'import * as a from "./a.ts";\na.two; let x: a.Four;',
        "src/hw/c.ts": "export interface Row {}\nexport const rowOf = (row: Row) => 1;",
        "test/a.test.ts":
          'import { three } from "../src/hw/a.ts";\nconst c = await import("../src/hw/c.ts");',
      },
    },
  ],
};
