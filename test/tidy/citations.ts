import { posix } from "node:path";
import type { CommandRow } from "../../src/hw/command.ts";
import type { Bank, RegisterRow } from "../../src/hw/register.ts";
import type { Project, Rule, SourceFile, Violation } from "./project.ts";

const REGISTERS = { path: "src/hw/registers", line: 1 };
const COMMANDS = { path: "src/hw/commands", line: 1 };

/** What a public source looks like: somebody else can open it. A citation has one, or a page of our facts. */
const SOURCES: readonly RegExp[] = [
  /**
   * A file of the kernel below drivers/gpu/drm/i915 (or beside it), with the symbols that were read there.
   */
  /^(Linux )?([a-z0-9_-]+\/)*(i915|intel|skl|xe)[a-z0-9_]*\.[ch]\b/,
  /^(Linux )?([a-z0-9_-]+\/)*(gvt|gt|gem|display|uc|regs)\/[a-z0-9_]+\.[ch]\b/,
  /^Mesa .*gen[0-9]+\.xml\b/,
  /^intel\/media-driver [\w/.-]+$/,
  /^IGT [\w/.-]+\.(txt|c|h)\b/,
  /^PRM (Vol|vol)/,
];

/** A section of our own facts. */
const FACTS = /^docs\/facts\/[\w-]+\.md#[\w-]+/;

/** Pages of other projects that a comment names without a path of ours. */
const ELSEWHERE: ReadonlySet<string> = new Set(["lz4_Frame_format.md", "lz4_Block_format.md"]);

/** A page that a text names, with the section after it. */
const PAGE = /(?<![\w@/.-])(?:\.{1,2}\/)*([\w-][\w./-]*\.md)\b(?:#([\w-]+))?/g;

function* checkCitations(project: Project): Generator<Violation> {
  for (const { rows } of project.banks)
    for (const [name, { cite }] of Object.entries(rows)) yield* checkCitation(project, name, cite, REGISTERS);
  for (const { name, cite } of project.commands) yield* checkCitation(project, name, cite, COMMANDS);
}

function* checkCitation(
  project: Project,
  name: string,
  cite: string,
  at: typeof REGISTERS,
): Generator<Violation> {
  const parts = cite.split(";").map((part) => part.trim());
  if (parts.some((part) => part === "")) yield { ...at, message: `${name}: an empty citation` };
  else if (!parts.some((part) => FACTS.test(part) || SOURCES.some((source) => source.test(part))))
    yield { ...at, message: `${name}: "${cite}" names no source that can be opened` };
  for (const [link, page, section] of cite.matchAll(PAGE)) {
    const wrong = missing(project, page, section);
    if (wrong !== null) yield { ...at, message: `${name}: ${link}: ${wrong}` };
  }
}

function* checkLinks(project: Project): Generator<Violation> {
  for (const file of project.files.values()) {
    const ours = /\.md$/.test(file.path) && !/^(recordings|test)\//.test(file.path);
    const code = /^(src|test|bench|examples)\/.*\.ts$/.test(file.path);
    if (!ours && !code) continue;
    for (const [i, line] of file.lines.entries()) {
      if (code && !isComment(line)) continue;
      for (const [link, page, section] of line.matchAll(PAGE)) {
        const path = ours ? fromHere(project, file, link, page) : page;
        const wrong = ELSEWHERE.has(page) ? null : missing(project, path, section);
        if (wrong !== null) yield { path: file.path, line: i + 1, message: `${link}: ${wrong}` };
      }
    }
  }
}

function isComment(line: string): boolean {
  return /^\s*(\*|\/\*|\/\/)/.test(line);
}

/** A page links relative to where it lies; in its text it may also name a file from the top. */
function fromHere(project: Project, file: SourceFile, link: string, page: string): string {
  const near = posix.join(posix.dirname(file.path), link.replace(/#.*$/, ""));
  return project.files.has(near) ? near : page;
}

/** What is wrong with a link to a page of the project; null where it leads somewhere. */
function missing(project: Project, path: string, section: string | undefined): string | null {
  const page = project.files.get(path);
  if (page === undefined) return "there is no such page";
  return section === undefined || sectionsOf(page).has(section) ? null : "the page has no such section";
}

/** The names of a page's sections, as links write them. */
function sectionsOf(page: SourceFile): Set<string> {
  const names = new Set<string>();
  for (const line of page.lines) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined)
      names.add(
        heading
          .toLowerCase()
          .replace(/[^\w\s-]/g, "")
          .trim()
          .replaceAll(" ", "-"),
      );
  }
  return names;
}

const facts = { "docs/facts/mmio.md": "# MMIO\n\n## BAR 0\n\n## What's read-only\n" };
const bankOf = (cite: string): Bank => {
  const row: RegisterRow = { offset: 0, cite };
  return { bases: { gt: 0 }, rows: { A: row } };
};
const command = (cite: string): CommandRow => {
  return { name: "MI_NOOP", mask: 0, opcode: 0, length: 1, engines: ["rcs0"], action: "skip", cost: 0, cite };
};

/** Every fact has a source. */
export const CITATIONS: Rule = {
  name: "every row cites a source",
  check: checkCitations,
  bad: [
    { banks: [bankOf("")], says: "A: an empty citation" },
    { banks: [bankOf("i915_reg.h; ")], says: "A: an empty citation" },
    { banks: [bankOf("the manual")], says: "names no source" },
    { commands: [command("notes.md 2.12")], says: "MI_NOOP: notes.md: there is no such page" },
    { commands: [command("notes.md 2.12")], says: "names no source" },
    { commands: [command("PRM name")], says: "names no source" },
    { banks: [bankOf("docs/facts/mmio.md")], files: facts, says: "names no source" },
    { banks: [bankOf("i915_reg.h; docs/facts/gone.md#bar-0")], files: facts, says: "there is no such page" },
    { banks: [bankOf("docs/facts/mmio.md#bar-1")], files: facts, says: "the page has no such section" },
  ],
  good: [
    {
      files: facts,
      banks: [
        bankOf("gt/intel_engine_regs.h; the upper half is the lock of the lower"),
        bankOf("gvt/handlers.c, csfe_chicken1_mmio_write; docs/facts/mmio.md#bar-0"),
        bankOf("docs/facts/mmio.md#whats-read-only, 14"),
        bankOf("IGT tools/registers/skl_display.txt"),
      ],
      commands: [command("Mesa 22.3.6 src/intel/genxml/gen9.xml (MIT)")],
    },
  ],
};

/** What a comment or a page names is there for everybody. */
export const LINKS: Rule = {
  name: "every page that is named is in the repository",
  check: checkLinks,
  bad: [
    { files: { "src/hw/a.ts": "/** Source: notes.md 2.6. */" }, says: "notes.md: there is no such page" },
    {
      files: { ...facts, "src/hw/a.ts": "x();\n  // docs/facts/mmio.md#bar-1" },
      says: "src/hw/a.ts:2 docs/facts/mmio.md#bar-1: the page has no such section",
    },
    {
      files: { ...facts, "test/a.ts": " * See mmio.md#bar-0." },
      says: "mmio.md#bar-0: there is no such page",
    },
    { files: { "README.md": "See [here](docs/words.md)." }, says: "docs/words.md: there is no such page" },
    {
      files: { ...facts, "docs/facts/ggtt.md": "# GGTT\n\nSee [BAR 0](mmio.md#bar-2)." },
      says: "the page has no such section",
    },
  ],
  good: [
    {
      files: {
        ...facts,
        "STYLE.md": "# Style",
        "README.md":
          "[BAR 0](docs/facts/mmio.md#bar-0); STYLE.md; https://example.org/a.md; `recordings/X.mcap`",
        "docs/facts/ggtt.md": "[BAR 0](mmio.md#bar-0), [style](../../STYLE.md), STYLE.md",
        "src/hw/a.ts": '/** docs/facts/mmio.md#bar-0; STYLE.md. */\nconst name = "notes.md"; // none.md',
        "src/replay/lz4.ts": "/** lz4_Frame_format.md of lz4. */",
      },
    },
  ],
};
