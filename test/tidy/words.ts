import { codeFiles, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";
import { isPropertyName, lineOf, nameOf, type SyntaxNode } from "./syntax.ts";

const CLOCK = "time is input";
const RANDOM = "randomness is none of ours";
const HOST = "a pure room sees no host";
const LATER = "a reducer answers at once";
const COLLECTOR = "it shows when the collector ran";
const FLOATS = "the model computes with integers";
const BIG = "it is slow; use a low and a high word";
const LOCALE = "it depends on the host's language";

/** Banned in all pure rooms: a log must replay bit-exactly on another host at another time. */
const HOST_WORDS: Readonly<Record<string, string>> = {
  Date: CLOCK,
  performance: CLOCK,
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  queueMicrotask: CLOCK,
  crypto: RANDOM,
  process: HOST,
  console: HOST,
  globalThis: HOST,
  eval: HOST,
  require: HOST,
};

/** Banned where states are made: hw, events, reducers. A WeakMap is fine: nobody can see what it has lost. */
const STATE_WORDS: Readonly<Record<string, string>> = {
  Promise: LATER,
  WeakRef: COLLECTOR,
  FinalizationRegistry: COLLECTOR,
  Float32Array: FLOATS,
  Float64Array: FLOATS,
  parseFloat: FLOATS,
  BigInt: BIG,
  BigInt64Array: BIG,
  BigUint64Array: BIG,
  Intl: LOCALE,
};

/**
 * The functions of Math that give the same integer everywhere; the others are approximated as an engine
 * likes.
 */
const EXACT_MATH = "abs ceil clz32 floor imul max min round sign trunc".split(" ");

/** cloneTree walks plain data that we built ourselves: own keys, in the order in which we wrote them. */
const MAY_WALK_KEYS = "src/reducers/trees.ts";

function* checkHost(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src/hw", "src/events", "src/reducers", "src/replay")) {
    yield* findWords(file, HOST_WORDS);
    for (const { node } of file.nodes) {
      const member = mathMember(node);
      if (member === "random") yield violation(file, node, "Math.random", RANDOM);
    }
  }
}

function* checkState(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src/hw", "src/events", "src/reducers")) {
    yield* findWords(file, STATE_WORDS);
    for (const { node } of file.nodes) {
      const found = bannedSyntax(file, node);
      if (found !== null) yield violation(file, node, ...found);
    }
  }
}

function* findWords(file: SourceFile, words: Readonly<Record<string, string>>): Generator<Violation> {
  for (const { node, parent, place } of file.nodes) {
    if (node.type !== "Identifier" || isPropertyName(parent, place)) continue;
    const name = node.name as string;
    if (Object.hasOwn(words, name)) yield violation(file, node, name, words[name]);
  }
}

function bannedSyntax(file: SourceFile, node: SyntaxNode): [word: string, why: string] | null {
  switch (node.type) {
    case "AwaitExpression":
      return ["await", LATER];
    case "Import":
      return ["import()", LATER];
    case "NumericLiteral":
      return isFloat(node) ? [rawText(node), FLOATS] : null;
    case "BigIntLiteral":
      return [`${node.value}n`, BIG];
    case "TSBigIntKeyword":
      return ["bigint", BIG];
    case "ForInStatement":
      return file.path === MAY_WALK_KEYS
        ? null
        : ["for..in", "it also walks what is inherited; use Object.keys"];
    case "MemberExpression": {
      const property = node.computed === true ? null : nameOf(node.property);
      if (property?.startsWith("toLocale") || property === "localeCompare") return [property, LOCALE];
      const member = mathMember(node);
      if (member === null || member === "random" || EXACT_MATH.includes(member)) return null;
      return [`Math.${member}`, FLOATS];
    }
    default:
      return node.async === true ? ["async", LATER] : null;
  }
}

function mathMember(node: SyntaxNode): string | null {
  if (node.type !== "MemberExpression" || nameOf(node.object) !== "Math") return null;
  return nameOf(node.property);
}

function rawText(node: SyntaxNode): string {
  return (node.extra as { readonly raw: string }).raw;
}

/** `1.5`, `1e-3`, and also `1e3`: an integer is written in full. */
function isFloat(node: SyntaxNode): boolean {
  const raw = rawText(node);
  return !/^0[xob]/i.test(raw) && /[.e]/i.test(raw);
}

function violation(file: SourceFile, node: SyntaxNode, word: string, why: string): Violation {
  return { path: file.path, line: lineOf(node), message: `${word}: ${why}` };
}

/** No clock, randomness or host in any pure room. */
export const HOST_FREE: Rule = {
  name: "pure rooms see no clock, randomness or host",
  check: checkHost,
  bad: [
    { files: { "src/reducers/a.ts": "export const at = Date.now();" }, says: "Date: time is input" },
    { files: { "src/replay/a.ts": "const t = performance.now();" }, says: "performance" },
    { files: { "src/replay/a.ts": "const n = Math.random();" }, says: "Math.random" },
    { files: { "src/replay/a.ts": 'const n = Math["random"]();' }, says: "Math.random" },
    { files: { "src/hw/a.ts": "const { env } = process;" }, says: "process" },
    { files: { "src/hw/a.ts": "const home = { process };" }, says: "process" },
    { files: { "src/events/a.ts": "globalThis.Date.now();" }, says: "globalThis" },
    { files: { "src/events/a.ts": "console.log(1);" }, says: "console" },
    { files: { "src/replay/a.ts": "setTimeout(() => {}, 1);" }, says: "setTimeout" },
    { files: { "src/replay/a.ts": "setInterval(() => {}, 1);" }, says: "setInterval" },
    { files: { "src/replay/a.ts": "setImmediate(() => {});" }, says: "setImmediate" },
    { files: { "src/replay/a.ts": "let started: Date;" }, says: "Date" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    { files: { "src/replay/a.ts": "const s = `at ${Date.now()}`;" }, says: "Date" },
  ],
  good: [
    {
      files: {
        "src/reducers/a.ts":
          "// Date.now() is banned\nconst s = 'Math.random()', t = `process`;\n/* console */",
        "src/reducers/b.ts":
          "row.process = { Date: 1, console: row.performance }; interface A { process: 1 }",
        "src/replay/a.ts": "export async function load(): Promise<void> { await tools.init(); }",
        "src/node/a.ts": "const started = Date.now(); process.exit(1);",
      },
    },
  ],
};

/** Nothing in a reducer that could come out otherwise on another host. */
export const EXACT: Rule = {
  name: "states are made of integers, at once",
  check: checkState,
  bad: [
    { files: { "src/hw/a.ts": "export const COST = 1.5;" }, says: "1.5" },
    { files: { "src/hw/a.ts": "export const COST = 1e-3;" }, says: "1e-3" },
    { files: { "src/hw/a.ts": "export const COST = 1e9;" }, says: "1e9" },
    { files: { "src/reducers/a.ts": "const x = Math.sin(y);" }, says: "Math.sin" },
    { files: { "src/reducers/a.ts": "const x = new Float64Array(2);" }, says: "Float64Array" },
    { files: { "src/reducers/a.ts": "const x = 12n;" }, says: "12n" },
    { files: { "src/reducers/a.ts": "const x = BigInt(y);" }, says: "BigInt" },
    { files: { "src/reducers/a.ts": "let x: bigint;" }, says: "bigint" },
    { files: { "src/reducers/a.ts": "async function f() {}" }, says: "async" },
    { files: { "src/reducers/a.ts": "const f = async () => {};" }, says: "async" },
    { files: { "src/reducers/a.ts": "await f();" }, says: "await" },
    { files: { "src/events/a.ts": "let x: Promise<void>;" }, says: "Promise" },
    { files: { "src/events/a.ts": "const x = new WeakRef(y);" }, says: "WeakRef" },
    { files: { "src/reducers/a.ts": "for (const key in row) use(key);" }, says: "for..in" },
    { files: { "src/reducers/a.ts": "names.sort((a, b) => a.localeCompare(b));" }, says: "localeCompare" },
  ],
  good: [
    {
      files: {
        "src/hw/a.ts": "/** 1.5 */\nexport const COST = 0xe5, SIZE = 0x1_0000_0000, S = '1.5';",
        "src/reducers/a.ts":
          "const x = Math.floor(a / b); for (const k of Object.keys(row)) use(k, new WeakMap());",
        "src/reducers/trees.ts": "for (const key in value) copy[key] = cloneTree(value[key]);",
        "src/replay/recording/a.ts": "const offset = BigInt(at) + 1n; const share = 0.5;",
      },
    },
  ],
};
