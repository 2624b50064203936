import type { CommandRow } from "../../src/hw/command.ts";
import { decodeCommand } from "../../src/hw/decode-command.ts";

/**
 * Bits of a command that are set though no field has them, in words; and fields whose value is not what stands in their
 * bits.
 */
export function unnamedBits(row: CommandRow, dwords: ArrayLike<number>): string[] {
  const rest = Uint32Array.from(dwords);
  rest[0] &= ~row.mask;
  const wrong: string[] = [];
  for (const { path, bits, type, low, high } of decodeCommand(row, dwords)) {
    const inPlace = type === "a" || type === "o";
    for (let k = bits[1]; k <= bits[0]; k++) {
      const at = inPlace ? k - (bits[1] & ~31) : k - bits[1];
      const got = ((at < 32 ? low >>> at : high >>> (at - 32)) & 1) === 1;
      const is = ((dwords[k >>> 5] >>> (k & 31)) & 1) === 1;
      if (got !== is) wrong.push(`${row.name}: ${path} is wrong at bit ${k}`);
      rest[k >>> 5] &= ~(1 << (k & 31));
    }
  }
  rest.forEach((word, dword) => {
    if (word !== 0) wrong.push(`${row.name}: dword ${dword}, ${word.toString(16)} has no name`);
  });
  return wrong;
}
