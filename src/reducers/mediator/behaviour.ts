import type { Core } from "../core.ts";

/**
 * What a register's word means after a guest's write: `at` the byte offset, `id` its row in the index,
 * `before` and `after` the stored word around the row's rule, `value` what the guest wrote. May store another
 * word.
 */
export type OnWrite = (
  core: Core,
  v: number,
  at: number,
  id: number,
  before: number,
  after: number,
  value: number,
) => void;

/** What a guest reads where it is more than the stored word. */
export type OnRead = (core: Core, v: number, at: number, id: number) => number;
