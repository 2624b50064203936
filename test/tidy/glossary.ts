import { codeFiles, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";

const GLOSSARY = "docs/words.md";

/** Words that mean something of our own, wherever a command or an error says them. */
const OURS = [
  "agent",
  "attachment",
  "base",
  "block",
  "branch",
  "checkpoint",
  "component",
  "digest",
  "divergence",
  "epoch",
  "failsafe",
  "golden",
  "inferred",
  "invariant",
  "keyframe",
  "level",
  "mark",
  "outcome",
  "owed",
  "parent",
  "part",
  "path",
  "payload",
  "pool",
  "predicate",
  "purpose",
  "row",
  "segment",
  "share",
  "stale",
  "stall",
  "standalone",
  "strict",
  "suspect",
  "symptom",
  "ticket",
  "trailer",
  "turn",
  "window",
  "world input",
  "writers",
];

interface Headword {
  readonly word: string;
  readonly line: number;
}

function* checkGlossary(project: Project): Generator<Violation> {
  const page = project.files.get(GLOSSARY);
  const words = page === undefined ? [] : headwordsOf(page);
  const files = codeFiles(project, "src");
  const text = files.map((file) => file.text).join("\n");
  const seen = new Set<string>();
  for (const { word, line } of words) {
    if (seen.has(word)) yield { path: GLOSSARY, line, message: `${word}: stands here twice` };
    seen.add(word);
    if (!uses(word).test(text)) yield { path: GLOSSARY, line, message: `${word}: nothing in src says it` };
  }
  for (const word of OURS) {
    if (seen.has(word)) continue;
    const place = files.map((file) => said(file, uses(word))).find((found) => found !== null);
    if (place) yield { ...place, message: `"${word}" is said, and ${GLOSSARY} does not explain it` };
  }
}

/** The words in the first cells of the page's tables. */
function headwordsOf({ lines }: SourceFile): Headword[] {
  const words: Headword[] = [];
  for (const [i, text] of lines.entries()) {
    const cell = /^\| ([^|]+) \|/.exec(text)?.[1];
    if (cell === undefined || cell === "word" || /^-+$/.test(cell)) continue;
    for (const word of cell.split(",")) words.push({ word: word.trim(), line: i + 1 });
  }
  return words;
}

function uses(word: string): RegExp {
  return new RegExp(`\\b${word}(s|es|ed)?\\b`, "i");
}

/** Where a file says a word: in a string, not in a comment. */
function said(file: SourceFile, word: RegExp): { path: string; line: number } | null {
  for (const { node } of file.nodes) {
    const text =
      node.type === "StringLiteral"
        ? (node.value as string)
        : node.type === "TemplateElement"
          ? (node.value as { readonly raw: string }).raw
          : "";
    if (text.includes(" ") && word.test(text)) return { path: file.path, line: node.loc.start.line };
  }
  return null;
}

const page = (...rows: string[]) => ({
  [GLOSSARY]: `# Words\n\n| word | means |\n|---|---|\n${rows.join("\n")}\n`,
});

/** Who meets a word of ours can look it up, and no word is explained that nobody says. */
export const GLOSSARY_RULE: Rule = {
  name: "our words are explained, and nothing else",
  check: checkGlossary,
  bad: [
    {
      files: { ...page("| owed | later |", "| lent | gone |"), "src/a.ts": "/** A read is owed. */" },
      says: "docs/words.md:6 lent: nothing in src says it",
    },
    {
      files: { ...page("| owed, due | later |", "| owed | now |"), "src/a.ts": "// owed, due" },
      says: "docs/words.md:6 owed: stands here twice",
    },
    {
      files: { ...page("| row | a line |"), "src/cli/a.ts": 'x();\nprint("the row is owed");' },
      says: 'src/cli/a.ts:2 "owed" is said',
    },
    { files: { "src/cli/a.ts": "print(`two keyframes`);" }, says: '"keyframe" is said' },
  ],
  good: [
    {
      files: {
        ...page("| row, ticket | a line |", "| keyframe | a state |"),
        "src/cli/a.ts": '/** An owed row. */ print("two rows, two keyframes", "ticket", "owed");',
      },
    },
  ],
};
