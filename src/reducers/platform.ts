import { COMMAND_ROWS } from "../hw/commands/index.ts";
import { compileRegisters } from "../hw/compile.ts";
import { compileEngines } from "../hw/compile-commands.ts";
import { REGISTER_BANKS } from "../hw/registers/tables.ts";
import type { Platform } from "../hw/units.ts";
import type { Configuration } from "./configuration.ts";
import type { Setting } from "./core.ts";
import type { PageStore } from "./pages.ts";

type Tables = Pick<Setting, "registers" | "commands">;

/** What was compiled already: it costs some milliseconds, a machine does not change it, and it is asked for often. */
const compiled = new Map<Platform, Tables>();

/** The configuration's machine: the tables of its platform, the same ones for every machine. */
export function settingOf(configuration: Configuration, store: PageStore): Setting {
  return { ...tablesOf(configuration.platform), configuration, store };
}

function tablesOf(platform: Platform): Tables {
  let tables = compiled.get(platform);
  if (tables === undefined) {
    tables = {
      registers: compileRegisters(platform, REGISTER_BANKS),
      commands: compileEngines(COMMAND_ROWS, platform),
    };
    compiled.set(platform, tables);
  }
  return tables;
}
