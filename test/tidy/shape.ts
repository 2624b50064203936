import { codeFiles, isTable, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";
import { children, lineOf, nameOf, type SyntaxNode, walk } from "./syntax.ts";

export const FUNCTION_LINES = 70;
export const FILE_LINES = 400;
/**
 * The formatter breaks code at 110; comments, texts and patterns, which it leaves alone, may pass that a
 * little.
 */
export const LINE_COLUMNS = 120;

const FOLDERS = ["src", "test", "bench", "examples"];

const FUNCTIONS = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassMethod",
  "ClassPrivateMethod",
  "ObjectMethod",
]);

function* checkFunctions(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, ...FOLDERS)) {
    for (const { node, parent } of file.nodes) {
      if (!FUNCTIONS.has(node.type) || isSuite(parent)) continue;
      const lines = node.loc.end.line - node.loc.start.line + 1;
      if (lines <= FUNCTION_LINES) continue;
      const name = nameOf(node.id) ?? nameOf(node.key) ?? nameOf(parent?.id) ?? "a function";
      const message = `${name} has ${lines} lines, more than ${FUNCTION_LINES}`;
      yield { path: file.path, line: lineOf(node), message };
    }
  }
}

/** `describe("...", () => { ... })`: a list of tests, not a function to be read at once. */
function isSuite(call: SyntaxNode | null): boolean {
  if (call?.type !== "CallExpression") return false;
  for (const { node } of walk(call.callee as SyntaxNode)) if (nameOf(node) === "describe") return true;
  return false;
}

function* checkLines(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, ...FOLDERS)) {
    if (isTable(file.path)) continue;
    const { path, lines } = file;
    for (const [i, line] of lines.entries()) {
      if (line.length <= LINE_COLUMNS) continue;
      yield { path, line: i + 1, message: `${line.length} columns, more than ${LINE_COLUMNS}` };
    }
    if (lines.length > FILE_LINES)
      yield { path, line: 1, message: `the file has ${lines.length} lines, more than ${FILE_LINES}` };
  }
}

function* checkParameters(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, ...FOLDERS)) {
    for (const { node, place } of file.nodes) {
      if (node.type !== "RestElement" || place !== "params") continue;
      const rest = node.argument as SyntaxNode;
      const type = (node.typeAnnotation as SyntaxNode | undefined)?.typeAnnotation as SyntaxNode | undefined;
      if (rest.type !== "ArrayPattern" && type?.type !== "TSTupleType") continue;
      const message = "a rest parameter that is a tuple: a list of parameters by another name";
      yield { path: file.path, line: lineOf(node), message };
    }
  }
}

function* checkDocstrings(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src")) {
    for (const [, node] of children(file.syntax)) {
      const name = exportedCode(node);
      if (name === null || isDocumented(node)) continue;
      yield { path: file.path, line: lineOf(node), message: `${name} is exported and has no docstring` };
    }
  }
}

/** The name of the function or class that a statement exports. */
function exportedCode(node: SyntaxNode): string | null {
  const declaration = node.type === "ExportNamedDeclaration" ? (node.declaration as SyntaxNode | null) : null;
  if (declaration === null) return null;
  if (/^(FunctionDeclaration|TSDeclareFunction|ClassDeclaration)$/.test(declaration.type))
    return nameOf(declaration.id);
  if (declaration.type !== "VariableDeclaration") return null;
  const [first] = declaration.declarations as SyntaxNode[];
  const value = first.init as SyntaxNode | null;
  return value !== null && FUNCTIONS.has(value.type) ? nameOf(first.id) : null;
}

function isDocumented(node: SyntaxNode): boolean {
  const comment = node.leadingComments?.at(-1);
  return comment?.type === "CommentBlock" && comment.value.startsWith("*");
}

/** Lines of the file in the middle, when those that are no tables are put in order of length. */
export function medianLines(files: readonly SourceFile[]): number {
  const lengths = files.filter(({ path }) => !isTable(path)).map(({ lines }) => lines.length);
  return lengths.sort((a, b) => a - b)[lengths.length >>> 1] ?? 0;
}

const longBody = "\n  step();".repeat(FUNCTION_LINES - 1);
const tooLong = `function reduce() {${longBody}\n}`;

/** A function fits on a screen. */
export const SHORT_FUNCTIONS: Rule = {
  name: `functions have at most ${FUNCTION_LINES} lines`,
  check: checkFunctions,
  bad: [
    { files: { "src/reducers/a.ts": tooLong }, says: "reduce has 71 lines" },
    { files: { "test/a.ts": `const run = () => {${longBody}\n};` }, says: "run has 71 lines" },
    {
      files: { "bench/a.ts": `class A { private step(): void {${longBody}\n} }` },
      says: "step has 71 lines",
    },
    { files: { "test/a.test.ts": `test("a", () => {${longBody}\n});` }, says: "a function has 71 lines" },
  ],
  good: [
    {
      files: {
        "src/reducers/a.ts": `function reduce() {${longBody.slice(0, -"\n  step();".length)}\n}`,
        "test/a.test.ts": `describe("a", () => {${longBody}\n});\ndescribe.each(ALL)("a", () => {${longBody}\n});`,
      },
    },
  ],
};

/** Lines and files have a measure; only tables may be long. */
export const MEASURE: Rule = {
  name: `lines have at most ${LINE_COLUMNS} columns, files at most ${FILE_LINES} lines`,
  check: checkLines,
  bad: [
    { files: { "src/replay/a.ts": `ok();\n// ${"x".repeat(LINE_COLUMNS)}` }, says: "123 columns" },
    { files: { "test/a.ts": `const s = "${"x".repeat(LINE_COLUMNS)}";` }, says: "133 columns" },
    { files: { "src/replay/a.ts": "step();\n".repeat(FILE_LINES + 1) }, says: "the file has 401 lines" },
  ],
  good: [
    {
      files: {
        "src/replay/a.ts": `${"step();\n".repeat(FILE_LINES - 1)}${"x".repeat(LINE_COLUMNS)}\n`,
        "src/hw/registers/a.ts": "row();\n".repeat(FILE_LINES + 1),
        "src/hw/commands/a.ts": `// ${"x".repeat(LINE_COLUMNS)}`,
      },
    },
  ],
};

/** Many parameters are an object, whose fields have names where the function is called. */
export const PARAMETERS: Rule = {
  name: "no tuple stands for a list of parameters",
  check: checkParameters,
  bad: [
    {
      files: { "src/replay/a.ts": "\nexport function f(...[a, b]: [number, string]): void {}" },
      says: "src/replay/a.ts:2 a rest parameter that is a tuple",
    },
    { files: { "src/hw/a.ts": "class A { f(a: A, ...rest: [b: B, c: C]) {} }" }, says: "a tuple" },
    { files: { "test/a.ts": "const f = (...[a]) => a;" }, says: "a tuple" },
  ],
  good: [
    {
      files: {
        "src/hw/a.ts":
          "function f(...all: number[]) {}\nconst [a, ...b] = c;\nfunction g([a, b]: [number, number]) {}",
        "src/hw/b.ts": "class A { constructor(...rest: ConstructorParameters<typeof B>) {} }",
      },
    },
  ],
};

/** What a function promises stands above it. */
export const DOCSTRINGS: Rule = {
  name: "exported functions and classes have docstrings",
  check: checkDocstrings,
  bad: [
    { files: { "src/hw/a.ts": "export function bank() {}" }, says: "bank is exported" },
    { files: { "src/hw/a.ts": "// A bank.\nexport function bank() {}" }, says: "bank is exported" },
    {
      files: { "src/replay/a.ts": "/** Not this one. */\nlet x = 1;\nexport class Live {}" },
      says: "Live is",
    },
    { files: { "src/node/a.ts": "export const read = (): void => {};" }, says: "read is exported" },
  ],
  good: [
    {
      files: {
        "src/hw/a.ts":
          '/** A bank. */\nexport function bank() {}\nfunction own() {}\nexport { b } from "./b.ts";',
        "src/hw/b.ts": "export const PAGE = 4096;\n/** Reads. */\nexport const read = () => 1;",
        "test/a.ts": "export function helper() {}",
      },
    },
  ],
};
