import { importsOf, packageOf } from "./imports.ts";
import { codeFiles, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";

/**
 * Where in src a package may be imported: paths by how they start. A package that is not here has no home
 * yet.
 */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  "@bokuweb/zstd-wasm": ["src/node/"],
  "@foxglove/crc": ["src/replay/recording/", "src/node/"],
  "@foxglove/wasm-lz4": ["src/node/"],
  "@mcap/core": ["src/replay/recording/"],
  "@noble/hashes": ["src/replay/recording/", "src/node/", "src/web/"],
  "cli-progress": ["src/cli/"],
  "cli-table3": ["src/cli/"],
  commander: ["src/cli/"],
  "fast-check": ["src/campaign/"],
  immer: ["src/reducers/core.ts"],
  lz4js: ["src/node/"],
  msgpackr: ["src/replay/recording/"],
  picocolors: ["src/cli/"],
  pino: ["src/cli/", "src/node/", "src/ports/", "src/campaign/"],
  jsep: ["src/replay/names/predicate.ts"],
  pngjs: ["src/node/", "src/cli/"],
  "xxhash-wasm": ["src/replay/recording/", "src/node/"],
  zstddec: ["src/replay/recording/", "src/node/"],
};

/** Programs whose name in a script is not their package's. */
const PROGRAMS: Readonly<Record<string, string>> = { typescript: "tsc", "@biomejs/biome": "biome" };

function* checkHomes(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src")) {
    for (const { source, line } of importsOf(file)) {
      const name = packageOf(source);
      if (name === null) continue;
      const homes = HOMES[name];
      const at = { path: file.path, line };
      if (homes === undefined)
        yield { ...at, message: `${name} has no home: say in test/tidy where it may be used` };
      else if (!homes.some((home) => file.path.startsWith(home)))
        yield { ...at, message: `${name} may be imported only in ${homes.join(", ")}` };
    }
  }
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** By package, the files that import it. */
function usersOf(files: readonly SourceFile[]): Map<string, SourceFile[]> {
  const users = new Map<string, SourceFile[]>();
  for (const file of files) {
    for (const { source } of importsOf(file)) {
      const name = packageOf(source);
      if (name !== null) users.set(name, [...(users.get(name) ?? []), file]);
    }
  }
  return users;
}

function* checkManifest(project: Project): Generator<Violation> {
  const text = project.files.get("package.json")?.text;
  if (text === undefined) return;
  const { scripts = {}, dependencies = {}, devDependencies = {} } = JSON.parse(text) as Manifest;
  const at = { path: "package.json", line: 1 };
  const code = [...project.files.values()].filter(({ path }) => path.endsWith(".ts"));
  const inSource = usersOf(code.filter(({ path }) => path.startsWith("src/")));
  const anywhere = usersOf(code);
  const words = Object.values(scripts).flatMap((script) => script.split(/\s+/));
  for (const name of Object.keys(dependencies))
    if (!inSource.has(name)) yield { ...at, message: `dependency ${name} is not used by src` };
  for (const name of Object.keys(devDependencies)) {
    const typed = name.replace(/^@types\//, "");
    const types = name !== typed && (typed === "node" || typed in dependencies);
    if (!anywhere.has(name) && !types && !words.includes(PROGRAMS[name] ?? name))
      yield { ...at, message: `devDependency ${name} is not used` };
  }
  for (const [name, files] of anywhere) {
    for (const { path } of files) {
      const declared = name in dependencies || (!path.startsWith("src/") && name in devDependencies);
      if (!declared) yield { path, line: 1, message: `${name} is not declared in package.json` };
    }
  }
}

/** Each package is wrapped in one place, so that it can be changed in one place. */
export const PACKAGES: Rule = {
  name: "packages stay at home",
  check: checkHomes,
  bad: [
    {
      files: { "src/node/a.ts": 'import { pack } from "msgpackr";' },
      says: "msgpackr may be imported only in",
    },
    {
      files: { "src/replay/verify.ts": 'import type { McapWriter } from "@mcap/core";' },
      says: "@mcap/core",
    },
    { files: { "src/reducers/mediator/a.ts": 'import { produce } from "immer";' }, says: "immer" },
    { files: { "src/replay/a.ts": 'import fc from "fast-check";' }, says: "fast-check" },
    { files: { "src/hw/a.ts": 'import pino from "pino";' }, says: "pino" },
    { files: { "src/cli/a.ts": 'const pad = require("left-pad");' }, says: "left-pad has no home" },
  ],
  good: [
    {
      files: {
        "src/reducers/core.ts": 'import { createDraft } from "immer";',
        "src/replay/recording/wire.ts": 'import { Packr } from "msgpackr";',
        "src/replay/recording/portable.ts": 'import { sha256 } from "@noble/hashes/sha2.js";',
        "test/a.test.ts": 'import fc from "fast-check";',
      },
    },
  ],
};

/** package.json names what is used, and nothing else. */
export const MANIFEST: Rule = {
  name: "dependencies are used and declared",
  check: checkManifest,
  bad: [
    {
      files: { "package.json": '{ "dependencies": { "immer": "1" } }' },
      says: "dependency immer is not used",
    },
    {
      files: { "package.json": '{ "devDependencies": { "@types/pngjs": "1" } }' },
      says: "devDependency @types/pngjs is not used",
    },
    {
      files: {
        "package.json": '{ "devDependencies": { "immer": "1" } }',
        "src/reducers/core.ts": 'import { createDraft } from "immer";',
      },
      says: "immer is not declared",
    },
  ],
  good: [
    {
      files: {
        "package.json": `{ "scripts": { "check": "tsc --noEmit" }, "dependencies": { "immer": "1" },
          "devDependencies": { "@types/node": "1", "typescript": "7", "vitest": "4" } }`,
        "src/reducers/core.ts": 'import { createDraft } from "immer";',
        "test/a.test.ts": 'import { test } from "vitest";',
      },
    },
  ],
};
