import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Digest } from "../../src/events/digest.ts";
import { isInput, KIND_NAMES } from "../../src/events/kinds.ts";
import { rowDifference } from "../../src/events/row-difference.ts";
import type { Rows } from "../../src/events/rows.ts";
import { Machine, type State } from "../../src/reducers/machine.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { reduceState } from "../../src/reducers/step.ts";
import { byName, type Rig } from "../reducers/device/rig.ts";
import { undisciplined } from "./discipline.ts";
import { law } from "./law.ts";
import { play, scripts } from "./script.ts";

/**
 * One law: pure, hot and batch are the same function of the log. Every event is a snapshot here, so every
 * digest is compared.
 */

const machineFor = (rig: Rig, pure = false): Machine =>
  new Machine(settingOf(rig.configuration, rig.store), pure);

/** The outcomes of input `i` are the rows behind it; returns the index of the next input. */
function compareOutcomes(rows: Rows, i: number, out: Rows, who: string): number {
  for (let o = 0; o < out.count; o++) {
    const difference = rowDifference(out, o, rows, i + 1 + o);
    if (difference !== null)
      expect.fail(`${who}: ${KIND_NAMES[rows.kind[i]]} at ${i}, outcome ${o}: ${difference}`);
  }
  const next = i + 1 + out.count;
  if (next < rows.count && !isInput(rows.kind[next])) expect.fail(`${who}: an outcome less at ${i}`);
  return next;
}

function same(a: readonly Digest[], b: readonly Digest[]): boolean {
  return (
    a.length === b.length &&
    a.every((d, n) => d.component === b[n].component && d.lo === b[n].lo && d.hi === b[n].hi)
  );
}

test("pure equals hot at every event, and every earlier state stays valid", async () => {
  await law(
    fc.property(scripts(90), (script) => {
      const rig = play(script);
      const hot = machineFor(rig);
      const pure = machineFor(rig, true);
      const past: { readonly state: State; readonly digests: readonly Digest[] }[] = [];
      const outcomes: { readonly i: number; readonly outcomes: Rows }[] = [];
      let state = pure.snapshot();
      for (let i = 0; i < rig.rows.count; ) {
        hot.apply(rig.rows, i);
        if (!hot.replyMatches(rig.rows, i)) expect.fail(`hot: reply at ${i}`);
        const next = compareOutcomes(rig.rows, i, hot.core.out, "hot");
        const step = reduceState(pure, state, rig.rows, i);
        if (!pure.replyMatches(rig.rows, i)) expect.fail(`pure: reply at ${i}`);
        compareOutcomes(rig.rows, i, step.outcomes, "pure");
        outcomes.push({ i, outcomes: step.outcomes });
        hot.snapshot();
        const digests = hot.digests();
        if (!same(digests, pure.digests())) {
          const kind = KIND_NAMES[rig.rows.kind[i]];
          expect(byName(pure.digests()), `at ${i}, ${kind}`).toEqual(byName(digests));
        }
        state = step.state;
        past.push({ state, digests });
        i = next;
      }
      expect(undisciplined(hot.core.trees)).toBe(null);
      expect(undisciplined(pure.core.trees)).toBe(null);
      for (const earlier of outcomes) compareOutcomes(rig.rows, earlier.i, earlier.outcomes, "kept");
      for (const { state: earlier, digests } of past) {
        pure.restore(earlier);
        if (!same(digests, pure.digests())) expect.fail(`the state at ${earlier.seq} has changed`);
      }
    }),
    { numRuns: 12 },
  );
});

test("batch equals hot, and trees keep their discipline at every event", async () => {
  await law(
    fc.property(scripts(250), (script) => {
      const rig = play(script);
      const hot = machineFor(rig);
      for (let i = 0; i < rig.rows.count; ) {
        hot.apply(rig.rows, i);
        const wrong = undisciplined(hot.core.trees);
        if (wrong !== null) expect.fail(`at ${i}, ${KIND_NAMES[rig.rows.kind[i]]}: ${wrong}`);
        i = compareOutcomes(rig.rows, i, hot.core.out, "hot");
      }
      const batch = machineFor(rig);
      expect(batch.batch(rig.rows, 0, rig.rows.count)).toBe(rig.rows.count);
      expect(byName(batch.digests())).toEqual(byName(rig.machine.digests()));
      expect(byName(hot.digests())).toEqual(byName(rig.machine.digests()));
    }),
    { numRuns: 15 },
  );
});

test("a snapshot is a place to go on from, on the same machine or another", async () => {
  await law(
    fc.property(scripts(150), fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), (script, cuts) => {
      const rig = play(script);
      const { rows } = rig;
      const first = machineFor(rig);
      const snapshots: { readonly state: State; readonly from: number }[] = [];
      const at = new Set(cuts.map((cut) => Math.floor((cut * rows.count) / 1001)));
      for (let i = 0; i < rows.count; ) {
        first.apply(rows, i);
        const next = compareOutcomes(rows, i, first.core.out, "first");
        for (let k = i; k < next; k++) if (at.has(k)) snapshots.push({ state: first.snapshot(), from: next });
        i = next;
      }
      const end = byName(first.digests());
      for (const { state, from } of snapshots) {
        for (const machine of [first, machineFor(rig), machineFor(rig, true)]) {
          machine.restore(state);
          expect(machine.batch(rows, from, rows.count)).toBe(rows.count);
          expect(byName(machine.digests())).toEqual(end);
        }
      }
    }),
    { numRuns: 12 },
  );
});
