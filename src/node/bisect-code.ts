import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RegisterIndex } from "../hw/compile.ts";
import { diffStates, type StateDifference } from "../replay/diff/diff-states.ts";
import type { Divergence } from "../replay/engine/divergence.ts";
import { type Built, Checkouts } from "./checkouts.ts";
import { commitOf, commitsBetween, RevisionError } from "./git.ts";
import { type Probe, probe, stateUnder, type Verdict } from "./probe.ts";

/** One model to be asked: a commit, or a built one by its path. */
interface Candidate {
  /** Full hash or path. */
  readonly id: string;
  readonly subject: string;
  build(): Promise<Built>;
}

/** What was found of one model. */
export interface Tested {
  readonly id: string;
  readonly subject: string;
  readonly verdict: Verdict;
  readonly level: Probe["level"];
  readonly reason: string;
}

/** The first bad commit, and what is wrong under it. */
export interface CodeAnswer {
  /** The first bad one; null where models that cannot tell stand before it. */
  readonly first: { readonly id: string; readonly subject: string } | null;
  /** One of these is the first bad one, the oldest first; a single one where it is known. */
  readonly suspects: readonly { readonly id: string; readonly subject: string }[];
  /** Every model asked, the oldest first, and how many rounds of asking it took. */
  readonly tested: readonly Tested[];
  readonly rounds: number;
  /** The recording that diverges under the first bad one (the last suspect), where, and at which level. */
  readonly recording: string;
  readonly level: Probe["level"];
  readonly divergence: Divergence | null;
  /** State after that row: from the last good model's to the bad one's; null where either cannot say. */
  readonly state: readonly StateDifference[] | null;
}

export interface BisectCodeOptions {
  readonly recordings: readonly string[];
  /** Names registers' fields. */
  readonly registers: RegisterIndex;
  /** A repository and two revisions of it; or built models by path, the oldest first. */
  readonly history:
    | { readonly repository: string; readonly good: string; readonly bad: string }
    | { readonly models: readonly string[] };
  /** Models asked at the same time. */
  readonly jobs: number;
  /** Milliseconds that one model may take over one recording; 0: any. */
  readonly timeout?: number;
  readonly progress?: (tested: Tested, done: number) => void;
}

/** The good revision is bad, or the bad one good. The message is one line. */
export class NotBetween extends Error {
  override readonly name = "NotBetween";
}

/**
 * First commit under which a recording no longer agrees with what its guest saw. Revisions are checked out
 * and built elsewhere and thrown away again; those that do not build or cannot read a recording are passed
 * over. Rejects with RevisionError, or NotBetween where the good one is bad or the bad one is good.
 */
export async function bisectCode(options: BisectCodeOptions): Promise<CodeAnswer> {
  const { history } = options;
  if ("models" in history) return new Bisection(history.models.map(modelAt), options).run();
  const { repository } = history;
  const [good, bad] = [await commitOf(repository, history.good), await commitOf(repository, history.bad)];
  const commits = [good, ...(await commitsBetween(repository, good, bad))];
  const checkouts = new Checkouts(repository);
  try {
    const candidates = commits.map((commit) => ({
      ...{ id: commit.sha, subject: commit.subject },
      build: () => checkouts.build(commit),
    }));
    return await new Bisection(candidates, options).run();
  } finally {
    await checkouts.close();
  }
}

/** A built model by the path of its checkout, its `dist` or its `main.js`. Throws RevisionError. */
function modelAt(path: string): Candidate {
  const places = ["", "dist/cli/main.js", "cli/main.js"].map((inner) => join(path, inner));
  const cli = places.find((place) => existsSync(place) && statSync(place).isFile());
  if (cli === undefined) throw new RevisionError(`${path}: no built model; build it, and name its folder`);
  return { id: path, subject: "", build: async () => ({ cli }) };
}

/** The search itself. The first candidate is good, the last is bad; between them good ones come first. */
class Bisection {
  private readonly candidates: readonly Candidate[];
  private readonly options: BisectCodeOptions;
  private readonly found = new Map<number, Probe>();
  private rounds = 0;

  constructor(candidates: readonly Candidate[], options: BisectCodeOptions) {
    this.candidates = candidates;
    this.options = options;
    if (candidates.length < 2) throw new RevisionError("the good and the bad revision are the same");
  }

  async run(): Promise<CodeAnswer> {
    const last = this.candidates.length - 1;
    await this.ask([0, last]);
    this.check(0, "good");
    this.check(last, "bad");
    let [low, high] = [0, last];
    for (let open = this.open(low, high); open.length > 0; open = this.open(low, high)) {
      await this.ask(spread(open, this.options.jobs));
      for (let i = low + 1; i < high; i++) if (this.found.get(i)?.verdict === "bad") high = i;
      for (let i = high - 1; i > low; i--) if (this.found.get(i)?.verdict === "good") low = i;
    }
    return this.answer(low, high);
  }

  /** Candidates between two that were not asked yet. */
  private open(low: number, high: number): number[] {
    const between = Array.from({ length: high - low - 1 }, (_, k) => low + 1 + k);
    return between.filter((i) => !this.found.has(i));
  }

  /** Ask several at the same time, at most `jobs`. */
  private async ask(which: readonly number[]): Promise<void> {
    this.rounds++;
    const waiting = [...new Set(which)];
    const worker = async (): Promise<void> => {
      for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
        this.found.set(i, await this.askOne(this.candidates[i]));
        this.options.progress?.(this.tested(i), this.found.size);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, this.options.jobs) }, worker));
  }

  private async askOne(candidate: Candidate): Promise<Probe> {
    const { recordings, timeout = 0 } = this.options;
    const built = await candidate.build();
    if ("cli" in built) return probe(built.cli, recordings, timeout);
    return {
      verdict: "skip",
      level: "guest",
      recording: recordings[0],
      reason: built.reason,
      divergence: null,
    };
  }

  private check(i: number, expected: Verdict): void {
    const { verdict, reason, divergence } = this.probeOf(i);
    if (verdict === expected) return;
    const name = `the ${expected} revision ${shortId(this.candidates[i].id)}`;
    if (verdict === "skip") throw new NotBetween(`${name} cannot tell: ${reason}`);
    throw new NotBetween(
      verdict === "good"
        ? `${name} agrees with every recording`
        : `${name} diverges already, at row ${divergence?.seq}`,
    );
  }

  private probeOf(i: number): Probe {
    const found = this.found.get(i);
    if (found === undefined) throw new Error(`candidate ${i} was not asked`);
    return found;
  }

  private tested(i: number): Tested {
    const { verdict, level, reason } = this.probeOf(i);
    const { id, subject } = this.candidates[i];
    return { id, subject, verdict, level, reason };
  }

  private async answer(low: number, high: number): Promise<CodeAnswer> {
    const name = ({ id, subject }: Candidate): { id: string; subject: string } => ({ id, subject });
    const suspects = this.candidates.slice(low + 1, high + 1).map(name);
    const { recording, divergence, level } = this.probeOf(high);
    return {
      first: suspects.length === 1 ? suspects[0] : null,
      suspects,
      tested: [...this.found.keys()].sort((a, b) => a - b).map((i) => this.tested(i)),
      rounds: this.rounds,
      ...{ recording, level, divergence },
      state: divergence === null ? null : await this.stateAt(recording, divergence.seq, low, high),
    };
  }

  private async stateAt(
    recording: string,
    seq: number,
    low: number,
    high: number,
  ): Promise<CodeAnswer["state"]> {
    const [good, bad] = await Promise.all([low, high].map((i) => this.candidates[i].build()));
    return "cli" in good && "cli" in bad
      ? diffStatesUnder(good.cli, bad.cli, recording, seq, this.options)
      : null;
  }
}

/**
 * States after a row under two built models, with answers by address: where they differ; null where either
 * cannot say.
 */
export async function diffStatesUnder(
  a: string,
  b: string,
  recording: string,
  seq: number,
  { registers, timeout = 0 }: Pick<BisectCodeOptions, "registers" | "timeout">,
): Promise<StateDifference[] | null> {
  const [dumpA, dumpB] = await Promise.all([a, b].map((cli) => stateUnder(cli, recording, seq, timeout)));
  return dumpA === null || dumpB === null ? null : diffStates(dumpA, dumpB, registers);
}

/** A commit's hash as people write it; a path as it is. */
export function shortId(id: string): string {
  return /^[0-9a-f]{40}$/.test(id) ? id.slice(0, 12) : id;
}

/** `count` of a list, evenly spread over it. */
function spread(list: readonly number[], count: number): number[] {
  const k = Math.min(count, list.length);
  return Array.from({ length: k }, (_, i) => list[Math.floor(((i + 1) * list.length) / (k + 1))]);
}
