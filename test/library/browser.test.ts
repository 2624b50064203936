import * as vm from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import type { Digest } from "../../src/events/digest.ts";
import { openRecording } from "../../src/node/open.ts";
import { seekTo } from "../../src/replay/engine/state.ts";
import { type Verification, verify } from "../../src/replay/verify/verify.ts";
import { ROOT } from "../cli/gvt.ts";
import { sampleRecording } from "../cli/sample.ts";

/** What every browser has beside the language itself, and nothing that only Node has. */
const BROWSER = { TextEncoder, TextDecoder, atob, fetch, console };

interface Answer {
  readonly found: Verification;
  readonly digests: readonly Digest[];
  readonly globals: readonly string[];
}

/** Runs where there is no Node: what it is given and what it answers are JSON. */
const SCRIPT = `
  (async () => {
    const { recording, store } = await gvt.openRecording(new Uint8Array(input));
    const found = gvt.verify(recording, store);
    const machine = gvt.seekTo(recording, store, recording.rowCount - 1);
    const globals = ["process", "require", "Buffer", "global"].filter((name) => name in globalThis);
    return JSON.stringify({ found, digests: machine.digests(), globals });
  })()
`;

async function bundle(): Promise<string> {
  const { outputFiles, warnings } = await build({
    ...{ absWorkingDir: ROOT, entryPoints: ["src/pure.ts"], write: false, bundle: true },
    ...{ platform: "browser", format: "iife", globalName: "gvt", target: "es2022", logLevel: "silent" },
  });
  expect(warnings).toEqual([]);
  return outputFiles[0].text;
}

test("the pure rooms run in a browser, and get the same digests as in Node", async () => {
  const code = await bundle();
  expect(code).not.toMatch(/["']node:/);
  const bytes = await sampleRecording();
  const context = vm.createContext({ ...BROWSER, input: [...bytes] });
  vm.runInContext(code, context);
  const answer = JSON.parse((await vm.runInContext(SCRIPT, context)) as string) as Answer;
  const { recording, store } = await openRecording(bytes);
  const mine = verify(recording, store);
  expect(mine.exact).toBe(true);
  expect(answer.globals).toEqual([]);
  expect(answer.found).toEqual(JSON.parse(JSON.stringify(mine)));
  expect(answer.digests).toEqual(seekTo(recording, store, recording.rowCount - 1).digests());
  expect(answer.digests.length).toBeGreaterThan(5);
});
