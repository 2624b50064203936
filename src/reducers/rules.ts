/** The arithmetic of a row's rule. Numbers in the order of hw RULES. */
export const READ_ONLY = 1;
export const MASKED_BITS = 2;
export const ONE_TO_CLEAR = 3;
const DISCARD = 4;

/** What a write leaves in the word, by the row's rule alone. */
export function applyRule(
  rule: number,
  writable: number,
  oneToClear: number,
  before: number,
  value: number,
): number {
  switch (rule) {
    case READ_ONLY:
    case DISCARD:
      return before;
    case MASKED_BITS: {
      const mask = (value >>> 16) & writable;
      return ((before & ~mask) | (value & mask)) >>> 0;
    }
    case ONE_TO_CLEAR:
      return (before & ~(value & writable)) >>> 0;
    default: {
      const plain = (before & ~writable) | (value & writable);
      return oneToClear === 0 ? plain >>> 0 : ((plain & ~oneToClear) | (before & oneToClear & ~value)) >>> 0;
    }
  }
}
