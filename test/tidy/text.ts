import { codeFiles, type Project, type Rule, type Violation } from "./project.ts";
import { lineOf, nameOf, type SyntaxNode, walk } from "./syntax.ts";

/** This file shows what is banned, so it cannot be asked; npm writes the lock file. */
const NOT_ASKED = ["test/tidy/text.ts", "package-lock.json"];

/** What only means something on the machine where it was written. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.~-])\/work\//, "the path of somebody's workplace"],
  [/(?<![\w.~-])\/(home\/\w+|root|Users\/\w+)\//, "the path of somebody's home"],
  [/https?:\/\/[^/\s]*\.(internal|corp|lan|local|intranet)\b/, "a host that only some can reach"],
  [/\bregistry\.[a-z]/, "a package registry: that is the reader's choice"],
];
const TEMPORARY = /(?<![\w.~-])\/tmp\//;
const LEFT_OVER = /\b(TODO|FIXME|XXX|HACK)\b/;

function* checkPlaces(project: Project): Generator<Violation> {
  for (const { path, lines } of project.files.values()) {
    if (NOT_ASKED.includes(path)) continue;
    for (const [i, line] of lines.entries()) {
      const at = { path, line: i + 1 };
      for (const [pattern, what] of PLACES) if (pattern.test(line)) yield { ...at, message: `names ${what}` };
      if (!isTestOrPaper(path) && TEMPORARY.test(line))
        yield { ...at, message: "names a temporary folder: ask the system for one" };
    }
  }
}

/** A test's guest has its own /tmp; a reader may put an example where he likes. */
function isTestOrPaper(path: string): boolean {
  return path.startsWith("test/") || path.endsWith(".md");
}

function* checkLeftOvers(project: Project): Generator<Violation> {
  for (const { path, lines } of project.files.values()) {
    if (NOT_ASKED.includes(path)) continue;
    for (const [i, line] of lines.entries()) {
      const found = LEFT_OVER.exec(line);
      if (found !== null)
        yield { path, line: i + 1, message: `${found[0]} left over: do it, or open an issue` };
    }
  }
  for (const file of codeFiles(project, "test", "bench")) {
    for (const { node } of file.nodes) {
      const message = node.type === "CallExpression" ? leftInTest(node) : null;
      if (message !== null) yield { path: file.path, line: lineOf(node), message };
    }
  }
}

/**
 * `test.only(...)`, `describe.skip.each(...)`, `it.todo(...)`, and a `context.skip()` that does not say why.
 */
function leftInTest(call: SyntaxNode): string | null {
  const callee = call.callee as SyntaxNode;
  const names = [...walk(callee)].map(({ node }) => nameOf(node) ?? "");
  const declares = /^(test|it|describe|suite|bench)$/.test(names.find(Boolean) ?? "");
  const left = names.find((name) => /^(only|skip|todo)$/.test(name));
  if (declares && left !== undefined) return `.${left} left over`;
  if (callee.type !== "MemberExpression" || nameOf(callee.property) !== "skip") return null;
  const [first, second] = call.arguments as (SyntaxNode | undefined)[];
  const reason = first?.type === "BooleanLiteral" ? second : first;
  return reason === undefined ? ".skip without a reason" : null;
}

/** What we publish makes sense to a stranger. */
export const PLACES_RULE: Rule = {
  name: "no text names somebody's machine",
  check: checkPlaces,
  bad: [
    { files: { "README.md": "See /work/shared/design.md." }, says: "workplace" },
    { files: { "test/a.ts": 'const root = "/home/ada/gvt";' }, says: "home" },
    { files: { ".npmrc": "registry=https://npm.corp/" }, says: "only some can reach" },
    { files: { "STYLE.md": "npm i --registry https://registry.example.org" }, says: "package registry" },
    { files: { "src/node/a.ts": 'const folder = "/tmp/gvt";' }, says: "temporary folder" },
    {
      files: { "package.json": '{ "scripts": { "bench": "node bench > /tmp/bench" } }' },
      says: "temporary folder",
    },
  ],
  good: [
    {
      files: {
        "README.md": "Put it in /tmp/, ./work/ or `$HOME/work/`; see https://www.debian.org/.",
        "test/guest/init.sh": "touch /tmp/over",
        "src/node/a.ts": "this.internal.corp(registry)",
      },
    },
  ],
};

/** What is merged is done. */
export const LEFT_OVERS: Rule = {
  name: "nothing is left over",
  check: checkLeftOvers,
  bad: [
    { files: { "src/hw/a.ts": "// TODO: the other half" }, says: "TODO left over" },
    { files: { "STYLE.md": "FIXME" }, says: "FIXME left over" },
    { files: { "test/a.test.ts": 'test.only("a", () => {});' }, says: ".only left over" },
    { files: { "test/a.test.ts": 'describe.skip.each([1])("a", () => {});' }, says: ".skip left over" },
    { files: { "test/a.test.ts": 'it.todo("a");' }, says: ".todo left over" },
    { files: { "test/a.test.ts": 'test("a", (context) => context.skip());' }, says: "without a reason" },
    {
      files: { "test/a.test.ts": 'test("a", ({ skip }, ctx) => ctx.skip(true));' },
      says: "without a reason",
    },
  ],
  good: [
    {
      files: {
        "src/hw/a.ts": 'const TODOS = "mktemp XXXXXX";',
        "test/a.test.ts": `// test.only( in a comment
          test("a", (context) => context.skip(error.message));
          test("c", (context) => context.skip(absent, "no QEMU here"));
          test.skipIf(absent)("b", () => reader.skip("a byte"));`,
      },
    },
  ],
};
