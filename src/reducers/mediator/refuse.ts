import { NOTES } from "../../events/codes.ts";
import type { Core } from "../core.ts";

/** Why something that a guest asked for has no effect. */
export type Refusal = Extract<(typeof NOTES)[number], `${string}.refused`>;

const NO_ENGINE = 255;

/**
 * Say that a write is refused: where, what was written, and what stays in its place (of a map: its bytes). `engine`
 * is the one that the place belongs to, if any.
 */
export function refuse(
  core: Core,
  v: number,
  reason: Refusal,
  at: number,
  value: number,
  kept: number,
  engine = NO_ENGINE,
): void {
  core.note(v, NOTES.indexOf(reason), engine, at, value, kept);
}
