import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileRegisters } from "../../src/hw/compile.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { openRecording } from "../../src/node/open.ts";
import { configurationOf } from "../../src/replay/engine/run.ts";
import { statisticsOf } from "../../src/replay/engine/statistics.ts";
import { verify } from "../../src/replay/verify/verify.ts";
import { digestText } from "./digests.ts";

const folder = fileURLToPath(new URL("../../recordings/", import.meta.url));
const names = fs.readdirSync(folder).filter((name) => name.endsWith(".mcap"));

/** How many registers a boot of each platform's driver touches, at the least. */
const REGISTERS = { kbl: 250, bdw: 200 };

/** What the project promises to have. */
const PROMISED = [
  ...["linux-6.1-boot", "linux-6.12-boot", "linux-7.2-boot", "linux-6.1-gem"],
  ...["linux-6.1-messages", "linux-6.1-bdw", "two-guests"],
];

describe("golden recordings", () => {
  it("are all there", () => {
    expect(names.map((name) => name.replace(".mcap", ""))).toEqual(expect.arrayContaining(PROMISED));
  });

  it("show each kind of guest that they are named for", async () => {
    const told = async (name: string) => {
      const { recording } = await openRecording(`${folder}${name}.mcap`);
      const { platform, vgpus } = configurationOf(recording);
      const { kinds } = statisticsOf(recording, compileRegisters(platform, REGISTER_BANKS));
      const count = (kind: string) => kinds.find((one) => one.kind === kind)?.count ?? 0;
      return {
        platform,
        guests: vgpus.length,
        screens: count("display.ready"),
        answers: count("guest.fetched"),
      };
    };
    expect(await told("linux-6.1-boot")).toEqual({ platform: "kbl", guests: 1, screens: 1, answers: 0 });
    expect(await told("linux-6.1-bdw")).toEqual({ platform: "bdw", guests: 1, screens: 1, answers: 0 });
    expect(await told("two-guests")).toEqual({ platform: "kbl", guests: 2, screens: 2, answers: 0 });
    expect((await told("linux-6.1-messages")).answers).toBeGreaterThan(1000);
  });

  it.each(names)("%s replays exactly, every outcome and digest compared", async (name) => {
    const { recording, store } = await openRecording(folder + name);
    const result = verify(recording, store);
    expect(result).toMatchObject({ exact: true, divergence: null, damage: null, warnings: [] });
    expect(recording.closed).toBe(true);
    expect(result.digests).toBe(result.digestsRecorded);
    expect(result.outcomes).toBeGreaterThan(1000);
  });

  it.each(names)("%s names every register that the guest touched", async (name) => {
    const { recording } = await openRecording(folder + name);
    const { platform } = configurationOf(recording);
    const statistics = statisticsOf(recording, compileRegisters(platform, REGISTER_BANKS));
    expect(statistics.unknownAccesses).toBe(0);
    expect(statistics.registers.single).toBeGreaterThanOrEqual(REGISTERS[platform]);
  });

  it.each(names)("%s: nothing that its drivers' commands and contexts do is refused", async (name) => {
    const { recording } = await openRecording(folder + name);
    const registers = compileRegisters(configurationOf(recording).platform, REGISTER_BANKS);
    const kinds = statisticsOf(recording, registers).kinds.map(({ kind }) => kind);
    expect(kinds).toContain("workload.completed");
    expect(kinds).not.toContain("audit.refused");
  });

  it.each(names)("%s has the digests that are pinned beside this test", async (name) => {
    const { recording } = await openRecording(folder + name);
    await expect(digestText(recording)).toMatchFileSnapshot(`./${name.replace(".mcap", ".digests.txt")}`);
  });
});
