/** What must hold of a boot. Every message names the folder where the logs are. */
import { join } from "node:path";
import { expect } from "vitest";
import { lastWords } from "./boot.ts";
import { parseFont } from "./font.ts";
import type { Run } from "./guest.ts";
import { KNOWN_LINES } from "./lines.ts";
import { knownLines, readPicture, withStrideFault } from "./screen.ts";
import { screen, verify } from "./server.ts";
import type { Tools } from "./tools.ts";

/** The driver is bound in vGPU mode, everything it offers is there, and it has nothing to complain about. */
export function expectHealthy({ report, logs }: Run, tools: Tools): void {
  expect(report.ended, `${logs}\n${lastWords(logs)}`).toBe("power-off");
  expect(report.warnings, logs).toEqual([]);
  expect(report.errors, logs).toEqual([]);
  expect(report.dmesg.join("\n"), logs).toContain("Virtual GPU for Intel GVT-g detected");
  const { card0, renderD128, fb0, wedged, fontName, lines } = report;
  expect({ card0, renderD128, fb0, wedged, fontName, lines }, logs).toEqual({
    card0: true,
    renderD128: true,
    fb0: true,
    wedged: "0",
    fontName: tools.fontName,
    lines: KNOWN_LINES,
  });
  expect(new Set(report.modprobe), logs).toEqual(new Set([0]));
  // "24:  41  ...  i915": the first number after the colon is the count.
  expect(Number(/^\S+:\s+(\d+)/.exec(report.interrupts)?.[1] ?? 0), report.interrupts).toBeGreaterThan(0);
}

/** The benchmarks ended by themselves; reset, unload and load again worked. */
export function expectGem({ report, logs }: Run): void {
  const results = Object.fromEntries(report.benchmarks.map(({ name, code }) => [name, code]));
  expect(results, `${logs}\n${lastWords(logs)}`).toEqual({
    "gem_exec_nop.rcs": 0,
    "gem_exec_nop.bcs": 0,
    "gem_exec_nop.vcs": 0,
    "gem_exec_nop.vecs": 0,
    gem_latency: 0,
    modetest: 0,
    kms_vblank: 0,
    "during_reset.gem_exec_nop.rcs": 0,
    reset: 0,
    "after_reset.gem_exec_nop.bcs": 0,
    rmmod: 0,
    "after_reload.gem_latency": 0,
  });
  const flips = report.benchmarks.find(({ name }) => name === "modetest")?.output ?? [];
  expect(flips.join("\n"), logs).toMatch(/^freq: /m);
  expect(report.dmesg.join("\n"), logs).toMatch(/[Rr]esetting/);
  expect(report.modprobe, logs).toHaveLength(2);
}

/** The driver took the south bridge that it was given for the one of its GPU. */
export function expectPch({ report, logs }: Run): void {
  expect(report.pch.join("\n"), logs).toMatch(/SunrisePoint/);
}

/** The recording replays exactly, in a fresh process. */
export async function expectExact(recording: string): Promise<void> {
  const { exact, code, stdout, stderr } = await verify(recording);
  expect({ exact, code }, `${recording}\n${stdout}${stderr}`).toEqual({ exact: true, code: 0 });
}

/** The known lines can be read from the recorded screen; through a wrong stride they could not. */
export async function expectScreen({ recording, vgpu, logs }: Run, tools: Tools): Promise<void> {
  const png = join(logs, "screen.png");
  expect(await screen(recording, vgpu, png)).toMatchObject({ code: 0 });
  const font = parseFont(tools.font);
  const picture = readPicture(png);
  expect(knownLines(picture, font), png).toEqual(KNOWN_LINES);
  expect(knownLines(withStrideFault(picture, 1), font)).toEqual([]);
  expect(knownLines(withStrideFault(picture, 64), font)).toEqual([]);
}
