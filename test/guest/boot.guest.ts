/**
 * The real guest test (`npm run test:guest`): stock kernels on a stock QEMU against `gvt serve`.
 *
 * GUEST=optional      no boot at all is no failure
 * GUEST_RECORD=DIR    copies the recordings that passed into DIR
 */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, type TestContext, test } from "vitest";
import type { Suite } from "./apt.ts";
import { expectExact, expectGem, expectHealthy, expectPch, expectScreen } from "./expectations.ts";
import {
  closeGuests,
  type Prepared,
  prepare,
  type Run,
  type RunOptions,
  runGuest,
  runGuests,
} from "./guest.ts";
import { closePackages, Unavailable } from "./packages.ts";
import { pack, partOf, startServer, verify } from "./server.ts";

const tally = { booted: 0, skipped: [] as string[], canaries: [] as string[] };

/** Gets all that a boot needs; what the world does not give skips the boot, with its reason. */
async function need(context: TestContext, suite: Suite): Promise<Prepared> {
  try {
    const prepared = await prepare(suite);
    const { kernel, qemu } = prepared;
    console.log(`Linux ${kernel.release} on QEMU ${qemu.version} (${qemu.origin})`);
    if (kernel.note !== undefined) console.log(`note: ${kernel.note}`);
    return prepared;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    tally.skipped.push(`${context.task.name}: ${error.message}`);
    return context.skip(error.message);
  }
}

/** What holds for every boot that ends by itself. */
async function expectGood(run: Run, prepared: Prepared): Promise<void> {
  await expectGuest(run, prepared);
  await expectExact(run.recording);
}

/** What holds for every guest of such a boot, however many share the recording. */
async function expectGuest(run: Run, prepared: Prepared): Promise<void> {
  expectHealthy(run, prepared.tools);
  expect(run.serverCode, "exit code of gvt serve").toBe(0);
  await expectScreen(run, prepared.tools);
}

function keep(run: Run, name: string): void {
  const folder = process.env.GUEST_RECORD;
  if (folder === undefined || !existsSync(run.recording)) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(run.recording, join(folder, `${name}.mcap`));
}

interface Stable extends Pick<RunOptions, "name" | "messages" | "model"> {
  readonly suite: Suite;
  readonly series: RegExp;
}

const stable: readonly Stable[] = [
  { name: "linux-6.1-boot", suite: "bookworm", series: /^6\.1\./ },
  { name: "linux-6.12-boot", suite: "trixie", series: /^6\.12\./ },
  { name: "linux-6.1-messages", suite: "bookworm", series: /^6\.1\./, messages: true },
  {
    ...{ name: "linux-6.1-bdw", suite: "bookworm", series: /^6\.1\./ },
    model: { platform: "bdw", deviceId: 0x1616 },
  },
];

for (const { suite, series, ...boot } of stable) {
  const { name } = boot;
  test(name, async (context) => {
    const prepared = await need(context, suite);
    expect(prepared.kernel.release).toMatch(series);
    const run = await runGuest(prepared, { ...boot, machine: "q35", run: "boot" });
    tally.booted++;
    await expectGood(run, prepared);
    keep(run, name);
  });
}

/**
 * A newer kernel than the one this was made with: told loudly what happened, but not our bug until looked at.
 */
async function canary(prepared: Prepared): Promise<void> {
  const { release } = prepared.kernel;
  const name = `linux-${release}-canary`;
  try {
    const run = await runGuest(prepared, { name, machine: "q35", run: "boot" });
    tally.booted++;
    await expectGood(run, prepared);
    tally.canaries.push(`Linux ${release} passed; its recording: ${run.recording}`);
  } catch (error) {
    tally.canaries.push(
      `LINUX ${release} FAILED (logs and recording: runs/${name}): ${(error as Error).message}`,
    );
  }
}

test("linux-7.2-boot", async (context) => {
  const name = "linux-7.2-boot";
  const prepared = await need(context, "sid");
  if (!prepared.kernel.release.startsWith("7.2.")) {
    await canary(prepared);
    // The kernel that is gone from the suite still gates, by its recording.
    return expectExact(`recordings/${name}.mcap`);
  }
  const run = await runGuest(prepared, { name, machine: "q35", run: "boot" });
  tally.booted++;
  await expectGood(run, prepared);
  keep(run, name);
});

test("linux-6.1-gem", async (context) => {
  const name = "linux-6.1-gem";
  const prepared = await need(context, "bookworm");
  const run = await runGuest(prepared, { name, machine: "q35", run: "gem" });
  tally.booted++;
  expectGem(run);
  await expectGood(run, prepared);
  keep(run, name);
});

test("two-guests", async (context) => {
  const name = "two-guests";
  const guests = [await need(context, "bookworm"), await need(context, "sid")];
  // What is newer than what this was made with is the canary's matter, alone.
  if (!guests[1].kernel.release.startsWith("7.2.")) return expectExact(`recordings/${name}.mcap`);
  const runs = await runGuests(guests, { name, machine: "q35", run: "boot" });
  tally.booted++;
  for (const [i, run] of runs.entries()) await expectGuest(run, guests[i]);
  await expectExact(runs[0].recording);
  keep(runs[0], name);
});

for (const machine of ["q35", "pc"] as const) {
  test(`finds its PCH on ${machine}`, async (context) => {
    const prepared = await need(context, "bookworm");
    const run = await runGuest(prepared, {
      name: `pch-${machine}`,
      machine,
      run: "boot",
      words: ["gvt.pch=1"],
    });
    tally.booted++;
    expectPch(run);
    await expectGood(run, prepared);
  });
}

test("kill -9 of the server in mid-boot loses nothing that was committed", async (context) => {
  const prepared = await need(context, "bookworm");
  const run = await runGuest(prepared, {
    name: "killed",
    machine: "q35",
    run: "boot",
    killAtBytes: 32 << 10,
  });
  tally.booted++;
  expect(run.killed, "the server was killed before the guest had finished").toBe(true);
  expect(run.report.phases, run.logs).toEqual(["load"]);
  await expectExact(partOf(run.recording));
  expect(await pack(run.recording)).toMatchObject({ code: 0 });
  await expectExact(run.recording);
  // A stale socket of the killed server is replaced.
  const { vgpus, logs } = run;
  const again = await startServer({ vgpus, logs, recording: join(logs, "again.mcap") });
  expect(await again.stop()).toBe(0);
  expect((await verify(join(logs, "again.mcap"))).code).toBe(0);
});

test("at least one guest was booted", () => {
  if (process.env.GUEST !== "optional") expect(tally.booted).toBeGreaterThan(0);
});

afterAll(async () => {
  await closePackages();
  closeGuests();
  for (const line of tally.canaries) console.log(`canary: ${line}`);
  for (const line of tally.skipped) console.log(`skipped: ${line}`);
  if (tally.skipped.length > 0) console.log("incomplete");
});
