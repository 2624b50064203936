import { fieldRange, fieldValue, type RegisterIndex, registerPath } from "../hw/compile.ts";
import type { FieldBits } from "../hw/register.ts";

/**
 * Names for what rows touch: the one grammar of paths, `vgpu1.rcs0.RING_TAIL.TailOffset`. For output, never
 * on a hot path.
 */

/** `vgpu1`, or `host` for agent 0. */
export function agentName(agent: number): string {
  return agent === 0 ? "host" : `vgpu${agent}`;
}

/** Path of a register by its byte offset: `vgpu1.rcs0.RING_TAIL`. */
export function mmioPath(index: RegisterIndex, agent: number, at: number): string {
  return `${agentName(agent)}.${registerPath(index, at)}`;
}

/** One field of a register whose values differ. */
export interface FieldDifference {
  readonly field: string;
  readonly expected: number;
  readonly got: number;
}

/** The named fields in which two values of the register at `at` differ. */
export function fieldDifferences(
  index: RegisterIndex,
  at: number,
  expected: number,
  got: number,
): FieldDifference[] {
  const fields = index.names[index.idOf[at >>> 2] ?? 0]?.row.fields ?? {};
  return Object.entries(fields)
    .filter(([, bits]) => fieldValue(expected, bits) !== fieldValue(got, bits))
    .map(([field, bits]) => ({ field, expected: fieldValue(expected, bits), got: fieldValue(got, bits) }));
}

/** A register's value as `Field=value` words, with the fields that are not 0. */
export function fieldText(fields: Readonly<Record<string, FieldBits>>, value: number): string {
  return Object.entries(fields)
    .filter(([, bits]) => fieldValue(value, bits) !== 0)
    .map(([field, bits]) => {
      const [high, low] = fieldRange(bits);
      return high === low ? field : `${field}=${fieldValue(value, bits).toString(16)}`;
    })
    .join(" ");
}
