import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Revisions of a repository, by the git that is on PATH. Nothing here changes what is checked out, or the
 * index.
 */

/** A revision or a repository is not there, or git is not. The message is one line. */
export class RevisionError extends Error {
  override readonly name = "RevisionError";
}

export interface Commit {
  readonly sha: string;
  readonly subject: string;
}

/** Variables that git sets for its children, and that would lead ours to another repository. */
const INHERITED = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"];
const BUFFER_BYTES = 256 << 20;

/** The environment for programs that must not notice that git called us. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of INHERITED) delete environment[name];
  return environment;
}

function argumentsOf(repository: string, args: readonly string[]): string[] {
  // A hook of the user's has no business in a checkout that only we see.
  return ["-C", repository, "-c", "core.hooksPath=/dev/null", ...args];
}

/** Run git in a repository; its standard output. Rejects with RevisionError. */
export function git(repository: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: plainEnvironment(), maxBuffer: BUFFER_BYTES };
    execFile("git", argumentsOf(repository, args), options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new RevisionError(`git ${args[0]}: ${firstLine(stderr) || error.message}`));
    });
  });
}

/** The same while the process ends; whatever goes wrong is passed over. */
export function gitAtExit(repository: string, ...args: string[]): void {
  try {
    execFileSync("git", argumentsOf(repository, args), { env: plainEnvironment(), stdio: "ignore" });
  } catch {
    // There is nobody left to tell.
  }
}

/** The repository of this program's source at or above a folder. Rejects with RevisionError. */
export async function repositoryAt(folder: string): Promise<string> {
  const none = `${folder}: no git repository of gvt-replay; name one by --repo`;
  const top = await git(folder, "rev-parse", "--show-toplevel").catch(() => {
    throw new RevisionError(none);
  });
  const root = top.trim();
  const description = join(root, "package.json");
  const name = existsSync(description)
    ? (JSON.parse(readFileSync(description, "utf8")) as { name?: string }).name
    : "";
  if (name !== "gvt-replay") throw new RevisionError(none);
  return root;
}

/** The commit that a revision names. Rejects with RevisionError. */
export async function commitOf(repository: string, revision: string): Promise<Commit> {
  const none = new RevisionError(`${revision}: no such revision in ${repository}`);
  if (revision.startsWith("-")) throw none;
  const sha = await git(repository, "rev-parse", "--verify", "--quiet", `${revision}^{commit}`).catch(() => {
    throw none;
  });
  const subject = await git(repository, "show", "--no-patch", "--format=%s", sha.trim());
  return { sha: sha.trim(), subject: subject.trim() };
}

/**
 * Commits after `good` up to `bad`, the oldest first, along first parents: a merge counts as one step.
 * Rejects with RevisionError where `good` is no ancestor of `bad`.
 */
export async function commitsBetween(repository: string, good: Commit, bad: Commit): Promise<Commit[]> {
  await git(repository, "merge-base", "--is-ancestor", good.sha, bad.sha).catch(() => {
    throw new RevisionError(`${good.sha.slice(0, 12)} is no ancestor of ${bad.sha.slice(0, 12)}`);
  });
  const range = `${good.sha}..${bad.sha}`;
  const log = await git(repository, "log", "--reverse", "--first-parent", "--format=%H %s", range);
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ sha: line.slice(0, 40), subject: line.slice(41) }));
}

/** The first line that is not empty. */
export function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}
