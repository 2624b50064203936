import type { AddressOperand, Bits, Target } from "../command.ts";

/** Operands of command rows, said shortly. */

type Own = Partial<Omit<AddressOperand, "dword" | "bits" | "what" | "access">>;
type Operand = (dword: number, bits: readonly [number, number], what: Target, own?: Own) => AddressOperand;

function operand(access: AddressOperand["access"]): Operand {
  return (dword, bits, what, own = {}) => ({ dword, bits, what, access, space: "ppgtt", ...own });
}

export const reads = operand("read");
export const writes = operand("write");
export const both = operand("readWrite");
/** The end of a range: nothing is read or written there by this operand. */
export const limit = (dword: number): AddressOperand => operand("none")(dword, FULL, "limit");

/** Bits of the addresses: all of two dwords, and those whose lowest bits are something else. */
export const FULL = [63, 0] as const;
export const QWORD_48 = [47, 3] as const;
export const DWORD_48 = [47, 2] as const;
export const DWORD_64 = [63, 2] as const;
export const LINE_48 = [47, 6] as const;
export const LINE_64 = [63, 6] as const;
export const KIB_64 = [63, 10] as const;
export const PAGE_64 = [63, 12] as const;
export const PAGE_32 = [31, 12] as const;

/** One bit of a command. */
export function bit(dword: number, number: number): Bits {
  return { dword, mask: (1 << number) >>> 0 };
}

/** Bit 22 of dword 0: the GGTT, MI_GLOBAL_GTT of intel_gpu_commands.h. */
export const GLOBAL: Bits = bit(0, 22);
/** The post-sync operation, at bits 15:14 of a dword: anything but none. */
export const postSync = (dword: number): Bits => ({ dword, mask: 0xc000, any: true });
