import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DIST } from "../build.ts";
import { gvt, run, temporaryFolder } from "./gvt.ts";
import { sampleRecording } from "./sample.ts";
import { connect, eventsOf, startServe } from "./serving.ts";

const folder = temporaryFolder();
/** The command, module by module, with one invariant more: one that never holds. */
const planted = join(folder, "planted.mjs");
writeFileSync(
  planted,
  `import { INVARIANTS } from ${JSON.stringify(join(DIST, "reducers/invariants.js"))};
   INVARIANTS.push({ name: "planted", says: "never so", slow: false, broken: () => "vgpu1.tree is 5" });
   await import(${JSON.stringify(join(DIST, "cli/main.js"))});`,
);

test("verify --paranoid: a broken invariant is exit 1, by row, name and values", async () => {
  const file = join(folder, "sample.mcap");
  writeFileSync(file, await sampleRecording());
  expect(await gvt("verify", file, "--paranoid")).toMatchObject({ code: 0 });
  expect((await run(process.execPath, [planted, "verify", file])).code).toBe(0);
  const broken = await run(process.execPath, [planted, "verify", file, "--paranoid"]);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/^diverged at \d+ {2}invariant {2}planted\n {2}vgpu1\.tree is 5; never so\n/);
  expect(await gvt("verify", file, "--paranoid", "--level", "guest")).toMatchObject({ code: 2 });
});

test("serve --paranoid: guest and recording go on, a line says what broke, exit code 1", async () => {
  for (const [program, code] of [
    [undefined, 0],
    [planted, 1],
  ] as const) {
    const socket = join(folder, `${code}.sock`);
    const recording = join(folder, `${code}.mcap`);
    const serving = await startServe(
      [recording, "--socket", socket, "--messages", "--once", "--paranoid"],
      undefined,
      program === undefined ? {} : { main: program },
    );
    (await connect(socket)).close();
    expect(await serving.ended).toBe(code);
    const events = eventsOf(serving).filter(({ type }) => type === "broken" || type === "ended");
    expect(events.map(({ type }) => type)).toEqual(code === 0 ? ["ended"] : ["broken", "ended"]);
    if (code === 1) {
      expect(events[0]).toMatchObject({ name: "planted", what: "vgpu1.tree is 5" });
      expect(serving.out.stderr).toMatch(
        /^gvt: invariant planted is broken behind row \d+: vgpu1\.tree is 5; never so\n$/,
      );
    }
    expect((await gvt("verify", recording)).code).toBe(0);
  }
});
