import { codeFiles, type Project, type Rule, type SourceFile, type Violation } from "./project.ts";
import { lineOf, nameOf, type SyntaxNode } from "./syntax.ts";

const PAPERS = ["README.md", "ARCHITECTURE.md", "STYLE.md", "CHANGELOG.md", "LICENSE"];

function* checkPapers(project: Project): Generator<Violation> {
  for (const path of PAPERS)
    if ((project.files.get(path)?.text.trim() ?? "") === "") yield { path, line: 1, message: "missing" };
}

function* checkVerbs(project: Project): Generator<Violation> {
  const readme = project.files.get("README.md")?.text ?? "";
  for (const file of codeFiles(project, "src/cli")) {
    const texts = textsOf(file);
    for (const { verb, line } of verbsOf(file)) {
      const call = new RegExp(`\\bgvt ${verb}\\b`);
      if (call.test(readme) || texts.some((text) => call.test(text))) continue;
      yield { path: file.path, line, message: `neither README.md nor a help text shows gvt ${verb}` };
    }
  }
}

/** The verbs that a file declares: `addVerb(program, "serve", ...)`, `program.command("serve <config>")`. */
function* verbsOf(file: SourceFile): Generator<{ verb: string; line: number }> {
  for (const { node } of file.nodes) {
    if (node.type !== "CallExpression") continue;
    const [first, second] = node.arguments as (SyntaxNode | undefined)[];
    const callee = node.callee as SyntaxNode;
    const own = nameOf(callee) === "addVerb" ? nameOf(second) : null;
    // A verb of a group is called by both names: `gvt bisect time`.
    const group = nameOf(first);
    const name = own === null || group === "program" ? own : `${group} ${own}`;
    const command =
      nameOf(callee.property) === "command" && first?.type === "StringLiteral" ? nameOf(first) : null;
    const verb = name ?? command?.split(" ")[0];
    if (verb !== undefined) yield { verb, line: lineOf(node) };
  }
}

/** What a file can say: its strings, without its comments. */
function textsOf(file: SourceFile): string[] {
  const texts: string[] = [];
  for (const { node } of file.nodes) {
    if (node.type === "StringLiteral") texts.push(node.value as string);
    if (node.type === "TemplateElement") texts.push((node.value as { readonly raw: string }).raw);
  }
  return texts;
}

/** A stranger finds what every project has. */
export const PAPERS_RULE: Rule = {
  name: "the papers are there",
  check: checkPapers,
  bad: [
    { files: { "README.md": "gvt" }, says: "missing" },
    {
      files: Object.fromEntries(PAPERS.map((path) => [path, path === "LICENSE" ? "\n" : "x"])),
      says: "missing",
    },
  ],
  good: [{ files: Object.fromEntries(PAPERS.map((path) => [path, "x"])) }],
};

/** No verb is a secret. */
export const VERBS: Rule = {
  name: "every verb is explained",
  check: checkVerbs,
  bad: [
    { files: { "src/cli/main.ts": 'program.command("serve <config>");' }, says: "gvt serve" },
    {
      files: {
        "src/cli/show.ts": '// gvt show FILE\naddVerb(program, "show", "what is in it", []);',
        "README.md": "gvt shower; show",
      },
      says: "gvt show",
    },
  ],
  good: [
    {
      files: {
        "src/cli/main.ts": 'program.command("serve <config>"); program.command(name);',
        "src/cli/show.ts": 'addVerb(program, "show", "what is in it", ["gvt show boot.mcap"]);',
        "src/cli/bisect.ts": 'addVerb(bisect, "time", "when", ["gvt bisect time boot.mcap"]);',
        "README.md": "    gvt serve machine.json",
      },
    },
  ],
};
