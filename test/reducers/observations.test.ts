import { expect, test } from "vitest";
import { isInput, K, KIND_NAMES, KINDS } from "../../src/events/kinds.ts";
import { Rows } from "../../src/events/rows.ts";
import { Machine } from "../../src/reducers/machine.ts";
import { settingOf } from "../../src/reducers/platform.ts";
import { Bench, byName } from "./device/rig.ts";

/** A foreign trace has answers of somebody else's hardware beside its inputs: they never drive, nor diverge. */

const OBSERVED = KIND_NAMES.filter((name) => KINDS[name].class === "observation");

function sampleRig(): Bench["rig"] {
  const bench = new Bench();
  expect(bench.run((batch) => batch.noop(3).userInterrupt())).toBe(true);
  expect(bench.guest.mmio(0x4_4200)).toBeGreaterThan(0);
  return bench.rig;
}

/** The same rows with an observation, of each kind in turn, before each input and after them all. */
function observed(rows: Rows): Rows {
  const mixed = new Rows(rows.count * 2 + 1);
  const place: number[] = [];
  for (let i = 0; i <= rows.count; i++) {
    if (i === rows.count || isInput(rows.kind[i])) {
      const o = mixed.add(K[OBSERVED[i % OBSERVED.length]]);
      mixed.dt[o] = 1_000_000;
      mixed.agent[o] = i % 8;
      mixed.lo[o] = 0xdead;
    }
    if (i === rows.count) break;
    place.push(mixed.copyFrom(rows, i));
    // A cause is so many rows back, observations among them.
    if (!isInput(rows.kind[i]) && rows.cause[i] > 0)
      mixed.cause[place[i]] = place[i] - place[i - rows.cause[i]];
  }
  return mixed;
}

const stateOf = (machine: Machine): unknown => byName(machine.digests());

test("a strict run passes over them: as a batch, and row by row", () => {
  const rig = sampleRig();
  const rows = observed(rig.rows);
  const batch = new Machine(settingOf(rig.configuration, rig.store));
  expect(batch.batch(rows, 0, rows.count)).toBe(rows.count);
  const single = new Machine(settingOf(rig.configuration, rig.store));
  for (let i = 0; i < rows.count; ) {
    i = single.strict(rows, i, rows.count);
    expect(i).toBeGreaterThan(0);
  }
  // Rows are numbered otherwise; what a state says of numbers is left out by comparing the two ways with each other.
  expect(stateOf(single)).toEqual(stateOf(batch));
  const plain = new Machine(settingOf(rig.configuration, rig.store));
  expect(plain.batch(rig.rows, 0, rig.rows.count)).toBe(rig.rows.count);
  expect(single.core.now).toBe(plain.core.now);
  const planes = (machine: Machine): unknown =>
    machine.digests().filter(({ component }) => /^vgpu1\.(mmio|ggtt|config|ram)$/.test(component));
  expect(planes(single)).toEqual(planes(plain));
});

test("a changed outcome among them is still the divergence", () => {
  const rig = sampleRig();
  const rows = observed(rig.rows);
  const at = rows.kind.lastIndexOf(K["irq.inject"], rows.count - 1);
  expect(at).toBeGreaterThan(0);
  rows.lo[at] ^= 1;
  const machine = new Machine(settingOf(rig.configuration, rig.store));
  expect(machine.batch(rows, 0, rows.count)).toBe(at);
  const again = new Machine(settingOf(rig.configuration, rig.store));
  let i = 0;
  while (i >= 0 && i < rows.count) i = again.strict(rows, i, rows.count);
  expect(-i - 1).toBe(at);
});
