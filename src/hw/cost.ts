/**
 * What engine work costs, in nanoseconds of engine time. Stated, not measured on silicon: docs/facts/figures.md#costs.
 * A turn ends when it has used up one of the two budgets.
 */
export const TURN_NS = 20_000;
export const TURN_DWORDS = 4096;

export const FETCH_DWORD_NS = 2;
export const MI_COMMAND_NS = 20;
export const POST_SYNC_NS = 500;
/** 3DPRIMITIVE and GPGPU_WALKER. */
export const WALK_NS = 2000;
export const MOVE_KIB_NS = 50;
export const CONTEXT_SWITCH_NS = 5000;
/**
 * A semaphore that still waits, or a batch that the guest must rewrite, is looked at again after this long.
 */
export const POLL_NS = 50_000;
