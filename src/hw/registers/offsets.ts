import { fieldRange } from "../compile.ts";
import type { Bank, RegisterRow } from "../register.ts";
import { REGISTER_BANKS } from "./tables.ts";

/**
 * Rows by name, for who knows a register and needs its place: looked up once, when a module is loaded, never while a
 * machine runs.
 */

interface Placed {
  readonly bank: Bank;
  readonly row: RegisterRow;
}

let byName: Map<string, Placed[]> | undefined;

function placedAs(name: string): readonly Placed[] {
  byName ??= collect(REGISTER_BANKS);
  const placed = byName.get(name);
  if (placed === undefined) throw new Error(`no register is called ${name}`);
  return placed;
}

function collect(banks: readonly Bank[]): Map<string, Placed[]> {
  const found = new Map<string, Placed[]>();
  for (const bank of banks) {
    for (const [name, row] of Object.entries(bank.rows)) {
      const others = found.get(name);
      if (others === undefined) found.set(name, [{ bank, row }]);
      else others.push({ bank, row });
    }
  }
  return found;
}

function single(name: string, what: string, values: readonly number[]): number {
  const [first, ...others] = values;
  if (first === undefined) throw new Error(`${name}: no ${what}`);
  if (others.some((other) => other !== first)) throw new Error(`${name}: more than one ${what}`);
  return first;
}

/**
 * Byte offset of a register by its full name, of the instance that is named, or where there is one only. Throws
 * where that is not one place.
 */
export function offsetOf(name: string, instance?: string): number {
  const places = placedAs(name).flatMap(({ bank, row }) =>
    Object.entries(bank.bases).flatMap(([component, base]) =>
      instance === undefined || component === instance ? [base + row.offset] : [],
    ),
  );
  return single(name, `place${instance === undefined ? "" : ` in ${instance}`}`, places);
}

/** Bytes from the base of its bank's instance to a register: from an engine's base to RING_TAIL. */
export function distanceOf(name: string): number {
  return single(
    name,
    "distance",
    placedAs(name).map(({ row }) => row.offset),
  );
}

/** The bits of a field, in place. */
export function maskOf(name: string, field: string): number {
  const masks = placedAs(name).flatMap(({ row }) => {
    const bits = row.fields?.[field];
    if (bits === undefined) return [];
    const [high, low] = fieldRange(bits);
    return [((0xffff_ffff >>> (31 - high + low)) << low) >>> 0];
  });
  return single(name, `field ${field}`, masks);
}
