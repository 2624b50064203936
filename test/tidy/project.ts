import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CommandRow } from "../../src/hw/command.ts";
import { COMMAND_ROWS } from "../../src/hw/commands/index.ts";
import type { Bank } from "../../src/hw/register.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { type Placed, parseSource, type SyntaxNode, walk } from "./syntax.ts";

/** One file of the project; its syntax is read when somebody asks. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  private parsed: SyntaxNode | null = null;
  private walked: readonly Placed[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get lines(): readonly string[] {
    return this.text.replace(/\n$/, "").split("\n");
  }

  /** Every node of the syntax tree, in the order of the text. */
  get nodes(): readonly Placed[] {
    this.walked ??= walk(this.syntax);
    return this.walked;
  }

  get syntax(): SyntaxNode {
    this.parsed ??= parseSource(this.path, this.text);
    return this.parsed;
  }
}

/** Everything that a rule may look at: the files by path, their sizes, and the hardware's rows. */
export interface Project {
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Bytes of every file, those without text included. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly banks: readonly Bank[];
  readonly commands: readonly CommandRow[];
}

/** A small project made up to show a rule something. */
export interface Example {
  readonly files?: Readonly<Record<string, string>>;
  /** Files that only have a size. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly banks?: readonly Bank[];
  readonly commands?: readonly CommandRow[];
}

/** What one rule has against one place. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** One of our manners, with what it must catch and what it must let pass. */
export interface Rule {
  readonly name: string;
  check(project: Project): Iterable<Violation>;
  /** Each is caught with a message that contains `says`. */
  readonly bad: readonly [Bad, Bad, ...Bad[]];
  readonly good: readonly [Example, ...Example[]];
}

/** An example that breaks a rule. */
export interface Bad extends Example {
  readonly says: string;
}

/** The project of an example. */
export function exampleProject(example: Example): Project {
  const files = new Map<string, SourceFile>();
  const sizes = new Map<string, number>();
  for (const [path, text] of Object.entries(example.files ?? {})) {
    files.set(path, new SourceFile(path, text));
    sizes.set(path, Buffer.byteLength(text));
  }
  for (const [path, size] of Object.entries(example.sizes ?? {})) sizes.set(path, size);
  return { files, sizes, banks: example.banks ?? [], commands: example.commands ?? [] };
}

const WITHOUT_TEXT = /\.(mcap|png|gz|wasm)$/;

/** The project that lies in a folder, without what its .gitignore names. */
export function readProject(root: string): Project {
  const ignored = readIgnored(root);
  const files = new Map<string, SourceFile>();
  const sizes = new Map<string, number>();
  for (const path of listFiles(root, "", ignored)) {
    sizes.set(path, statSync(join(root, path)).size);
    if (WITHOUT_TEXT.test(path)) continue;
    files.set(path, new SourceFile(path, readFileSync(join(root, path), "utf8")));
  }
  return { files, sizes, banks: REGISTER_BANKS, commands: COMMAND_ROWS };
}

/** The patterns of .gitignore that this project uses: `name`, `name/`, `/name`, `*.ending`. */
function readIgnored(root: string): (path: string) => boolean {
  const patterns = readFileSync(join(root, ".gitignore"), "utf8").split("\n").filter(Boolean);
  const names = new Set([".git", ...patterns.map((pattern) => pattern.replace(/^\/|\/$/g, ""))]);
  const endings = patterns.filter((pattern) => pattern.startsWith("*")).map((pattern) => pattern.slice(1));
  return (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return names.has(name) || endings.some((ending) => name.endsWith(ending));
  };
}

function* listFiles(root: string, folder: string, ignored: (path: string) => boolean): Generator<string> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (ignored(path)) continue;
    if (entry.isDirectory()) yield* listFiles(root, path, ignored);
    else if (entry.isFile()) yield path;
  }
}

/** The TypeScript files below any of these folders. */
export function codeFiles(project: Project, ...folders: string[]): SourceFile[] {
  const wanted = (path: string): boolean => folders.some((folder) => path.startsWith(`${folder}/`));
  return [...project.files.values()].filter(({ path }) => path.endsWith(".ts") && wanted(path));
}

/** The tables: long by nature, one row a line. */
export function isTable(path: string): boolean {
  return /^src\/hw\/(registers|commands)\//.test(path);
}
