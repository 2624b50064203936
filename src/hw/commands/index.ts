import type { CommandRow } from "../command.ts";
import { BLT_COMMANDS } from "./blt.ts";
import { MEDIA_COMMANDS } from "./media.ts";
import { MI_COMMANDS } from "./mi.ts";
import { RENDER_COMMANDS } from "./render.ts";

/** Every command row of every engine and platform. */
export const COMMAND_ROWS: readonly CommandRow[] = [
  ...MI_COMMANDS,
  ...BLT_COMMANDS,
  ...RENDER_COMMANDS,
  ...MEDIA_COMMANDS,
];
