import type { Bank } from "../register.ts";
import { DISPLAY_BANKS } from "./display/tables.ts";
import { GT_BANKS } from "./gt-tables.ts";

/** Every bank of registers of the modelled GPUs. */
export const REGISTER_BANKS: readonly Bank[] = [...GT_BANKS, ...DISPLAY_BANKS];
