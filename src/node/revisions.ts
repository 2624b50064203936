import type { RegisterIndex } from "../hw/compile.ts";
import type { StateDifference } from "../replay/diff/diff-states.ts";
import type { Divergence } from "../replay/engine/divergence.ts";
import { diffStatesUnder } from "./bisect-code.ts";
import { Checkouts } from "./checkouts.ts";
import { commitOf } from "./git.ts";
import { probe, type Verdict } from "./probe.ts";

export interface CompareOptions {
  readonly repository: string;
  readonly revisions: readonly [string, string];
  /** Path of the recording. */
  readonly recording: string;
  readonly registers: RegisterIndex;
  /** Row after which states are compared; null: where one of the two first diverges, else the last one. */
  readonly seq: number | null;
  readonly last: number;
}

/** What becomes of a recording under one revision. */
export interface RevisionRun {
  readonly id: string;
  readonly subject: string;
  readonly verdict: Verdict;
  readonly divergence: Divergence | null;
}

/** Two revisions over one recording. */
export interface RevisionComparison {
  readonly runs: readonly RevisionRun[];
  readonly seq: number;
  /** Where their states differ after row `seq`; null where one of them cannot say, and `reason` says why. */
  readonly state: readonly StateDifference[] | null;
  readonly reason: string;
}

/** Build two revisions elsewhere and run a recording under both. Rejects with RevisionError. */
export async function compareRevisions(options: CompareOptions): Promise<RevisionComparison> {
  const { repository, recording, registers } = options;
  const commits = [
    await commitOf(repository, options.revisions[0]),
    await commitOf(repository, options.revisions[1]),
  ];
  const checkouts = new Checkouts(repository);
  try {
    const runs: RevisionRun[] = [];
    const built: string[] = [];
    for (const commit of commits) {
      const model = await checkouts.build(commit);
      if (!("cli" in model))
        return { runs, seq: -1, state: null, reason: `${commit.sha.slice(0, 12)} ${model.reason}` };
      const { verdict, divergence, reason } = await probe(model.cli, [recording], 0);
      if (verdict === "skip")
        return { runs, seq: -1, state: null, reason: `${commit.sha.slice(0, 12)}: ${reason}` };
      runs.push({ id: commit.sha, subject: commit.subject, verdict, divergence });
      built.push(model.cli);
    }
    const seq = options.seq ?? firstDivergence(runs) ?? options.last;
    const state = await diffStatesUnder(built[0], built[1], recording, seq, { registers });
    return { runs, seq, state, reason: state === null ? "one of the two has no way to tell its state" : "" };
  } finally {
    await checkouts.close();
  }
}

function firstDivergence(runs: readonly RevisionRun[]): number | null {
  const rows = runs.flatMap(({ divergence }) => (divergence === null ? [] : [divergence.seq]));
  return rows.length === 0 ? null : Math.min(...rows);
}
