import { COMMAND_ROWS } from "../hw/commands/index.ts";
import { compileRegisters } from "../hw/compile.ts";
import { compileEngines } from "../hw/compile-commands.ts";
import { REGISTER_BANKS } from "../hw/registers/tables.ts";
import type { Configuration } from "./configuration.ts";
import type { Setting } from "./core.ts";
import type { PageStore } from "./pages.ts";

/** Compile the tables of the configuration's platform. Costs some milliseconds: once a machine. */
export function settingOf(configuration: Configuration, store: PageStore): Setting {
  return {
    registers: compileRegisters(configuration.platform, REGISTER_BANKS),
    commands: compileEngines(COMMAND_ROWS, configuration.platform),
    configuration,
    store,
  };
}
