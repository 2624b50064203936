import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Outcome, ROOT, run, temporaryFolder } from "../cli/gvt.ts";
import { sampleRecording } from "../cli/sample.ts";

const folder = temporaryFolder();

/** What npm says where it cannot reach a registry: then nothing can be said of the package. */
const UNREACHABLE =
  /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E50\d)\b/;

test("npm pack, installed into an empty folder, verifies a recording there", async (context) => {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
  expect(packed, packed.stderr).toMatchObject({ code: 0 });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const empty = join(folder, "empty");
  mkdirSync(empty);
  writeFileSync(join(empty, "package.json"), '{"name": "empty", "version": "1.0.0", "private": true}');
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
  const installed = await run("npm", ["install", ...quiet, join("..", tarball)], empty);
  if (installed.code !== 0 && UNREACHABLE.test(installed.stderr)) {
    return context.skip(`no registry: ${firstError(installed)}`);
  }
  expect(installed.code, installed.stderr).toBe(0);
  writeFileSync(join(empty, "sample.mcap"), await sampleRecording());
  const verified = await run("npx", ["gvt", "verify", "sample.mcap", "--json"], empty);
  expect(verified.code, verified.stderr).toBe(0);
  expect(JSON.parse(verified.stdout)).toMatchObject({ exact: true, divergence: null });
  await expectEntrances(empty);
}, 180_000);

/** Both entrances of the package resolve from where it is installed, for code and for types. */
async function expectEntrances(cwd: string): Promise<void> {
  const script = `
    import * as all from "gvt-replay";
    import * as pure from "gvt-replay/pure";
    const names = ["openRecording", "replay", "verify", "createMachine", "serve"];
    console.log(JSON.stringify([all, pure].map((entrance) => names.filter((name) => name in entrance))));
  `;
  writeFileSync(join(cwd, "entrances.mjs"), script);
  const { stdout, stderr } = await run(process.execPath, ["entrances.mjs"], cwd);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual([
    ["openRecording", "replay", "verify", "createMachine", "serve"],
    ["openRecording", "replay", "verify", "createMachine"],
  ]);
  for (const name of ["index.d.ts", "pure.d.ts"]) {
    expect(readdirSync(join(cwd, "node_modules/gvt-replay/dist"))).toContain(name);
  }
  expect(ROOT).not.toBe(cwd);
}

function firstError({ stderr }: Outcome): string {
  return stderr.split("\n").find((line) => UNREACHABLE.test(line)) ?? "npm cannot install";
}
