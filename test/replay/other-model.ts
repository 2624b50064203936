import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Rows } from "../../src/events/rows.ts";
import type { Configuration } from "../../src/reducers/configuration.ts";
import type { Machine } from "../../src/reducers/machine.ts";
import type { PageStore } from "../../src/reducers/pages.ts";
import type { settingOf } from "../../src/reducers/platform.ts";
import { configurationOf } from "../../src/replay/engine/run.ts";
import type { Recording } from "../../src/replay/recording/recording.ts";

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), "../../src");

/** A change of a source file of the model, as a commit would make it. */
export interface Patch {
  /** Path under `src`; a pattern with `everywhere`. */
  readonly file: string | RegExp;
  readonly find: string | RegExp;
  readonly replace: string;
}

interface ModelModule {
  readonly Machine: typeof Machine;
  readonly settingOf: typeof settingOf;
}

/**
 * A model built from this version's sources with some changes: what a checkout of another revision would
 * give.
 */
export class OtherModel {
  private readonly module: ModelModule;

  private constructor(module: ModelModule) {
    this.module = module;
  }

  /** Throws where a patch fits nowhere: then the sources have moved on, and the patch must follow them. */
  static async build(patches: readonly Patch[]): Promise<OtherModel> {
    const used = new Set<Patch>();
    const entry =
      'export { Machine } from "./reducers/machine.ts"; export { settingOf } from "./reducers/platform.ts";';
    const result = await build({
      stdin: { contents: entry, resolveDir: SRC, loader: "ts" },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      logLevel: "silent",
      plugins: [
        {
          name: "patches",
          setup: ({ onLoad }) => {
            onLoad({ filter: /\.ts$/ }, ({ path }) => ({
              contents: patched(relative(SRC, path).replaceAll("\\", "/"), patches, used),
              loader: "ts",
            }));
          },
        },
      ],
    });
    for (const patch of patches)
      if (!used.has(patch)) throw new Error(`${String(patch.file)}: nowhere is ${String(patch.find)}`);
    const code = Buffer.from(result.outputFiles[0].contents).toString("base64");
    return new OtherModel((await import(`data:text/javascript;base64,${code}`)) as ModelModule);
  }

  /** A machine of this model, as the recording's base says. */
  machine(recording: Recording, store: PageStore): Machine {
    return this.machineFor(configurationOf(recording), store);
  }

  /** A machine of this model. */
  machineFor(configuration: Configuration, store: PageStore): Machine {
    return new this.module.Machine(this.module.settingOf(configuration, store));
  }

  /** Does a strict replay on this model answer otherwise than recorded, in a row or in a digest? */
  differsStrictly(recording: Recording, store: PageStore): boolean {
    const machine = this.machine(recording, store);
    const rows = new Rows(1 << 12);
    for (let n = 0; n < recording.blockCount; n++) {
      const { digests } = recording.readBlock(n, rows);
      if (machine.batch(rows, 0, rows.count) < rows.count) return true;
      const mine = new Map(machine.digests().map((digest) => [digest.component, digest]));
      for (const { component, lo, hi } of digests)
        if (mine.get(component)?.lo !== lo || mine.get(component)?.hi !== hi) return true;
    }
    return false;
  }
}

function patched(file: string, patches: readonly Patch[], used: Set<Patch>): string {
  let text = readFileSync(resolve(SRC, file), "utf8");
  for (const patch of patches) {
    const fits = typeof patch.file === "string" ? patch.file === file : patch.file.test(file);
    if (!fits) continue;
    const after = text.replace(patch.find, patch.replace);
    if (after !== text) used.add(patch);
    text = after;
  }
  return text;
}
