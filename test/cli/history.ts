import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./gvt.ts";

/** A synthetic history of this program, in a repository of its own. */
export interface History {
  readonly folder: string;
  /** Hashes in order; 0 is the program as it is here. */
  readonly commits: string[];
  git(...args: string[]): string;
  /**
   * Change files and commit; each change gets a file's text and must change it. Returns the commit's hash.
   */
  commit(subject: string, changes: Readonly<Record<string, Change>>): string;
  /** Replace a word wherever it stands in the source, and commit. */
  rename(subject: string, from: string, to: string): string;
  remove(): void;
}

export type Change = (text: string) => string;

const COPIED = [
  "src",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  ".gitignore",
];

/** The program as it is here as the first commit of a new repository. */
export function newHistory(): History {
  const folder = mkdtempSync(join(tmpdir(), "gvt-history-"));
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const git = (...args: string[]): string =>
    execFileSync(
      "git",
      ["-C", folder, "-c", "user.name=Test", "-c", "user.email=test@example.org", ...args],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    ).trim();
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(folder, ".git/info/exclude"), "node_modules\n");
  const commits: string[] = [];
  const save = (subject: string): string => {
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", subject);
    commits.push(git("rev-parse", "HEAD"));
    return commits[commits.length - 1];
  };
  save("The program as it was released");
  const edit = (path: string, change: Change): boolean => {
    const before = existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : "";
    const after = change(before);
    if (after !== before) writeFileSync(join(folder, path), after);
    return after !== before;
  };
  return {
    folder,
    commits,
    git,
    commit: (subject, changes) => {
      for (const [path, change] of Object.entries(changes))
        if (!edit(path, change)) throw new Error(`${subject}: ${path} is as it was`);
      return save(subject);
    },
    rename: (subject, from, to) => {
      const files = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" });
      const word = new RegExp(`\\b${from}\\b`, "g");
      const changed = files
        .filter((file) => file.endsWith(".ts"))
        .filter((file) => edit(join("src", file), (text) => text.replace(word, to)));
      if (changed.length === 0) throw new Error(`${from} is nowhere`);
      return save(subject);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Replace what must be there exactly once, or everywhere where `all` says so. */
export function swap(from: string, to: string, all = false): (text: string) => string {
  return (text) => {
    const times = text.split(from).length - 1;
    if (times === 0 || (times > 1 && !all)) throw new Error(`"${from}" is there ${times} times`);
    return text.replaceAll(from, to);
  };
}
