import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Rows } from "../../src/events/rows.ts";
import { compileRegisters, fieldValue } from "../../src/hw/compile.ts";
import { REGISTER_BANKS } from "../../src/hw/registers/tables.ts";
import { openRecording } from "../../src/node/open.ts";
import { mmioPath } from "../../src/reducers/path.ts";
import { gvt, jsonOf, temporaryFolder } from "./gvt.ts";
import { alterReply, replies, sampleRecording } from "./sample.ts";

const folder = temporaryFolder();
const file = join(folder, "sample.mcap");
let bytes: Uint8Array;

const save = (name: string, content: Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(async () => {
  bytes = await sampleRecording();
  writeFileSync(file, bytes);
}, 120_000);

describe("gvt verify", () => {
  test("what follows the end is named, and `exact` says what it covers", async () => {
    const size = bytes.length;
    for (const [name, more, what] of [
      ["joined.mcap", bytes, "a second recording, joined to this one"],
      ["tailed.mcap", Uint8Array.of(7), "not its own"],
    ] as const) {
      const path = save(name, Buffer.concat([bytes, more]));
      const plain = await gvt("verify", path);
      expect(plain.code).toBe(0);
      expect(plain.stderr).toContain(`${more.length} bytes after its end at byte ${size} (${what})`);
      expect(plain.stdout).toContain(`(the first ${size} bytes of ${size + more.length})`);
      const { covers, warnings } = jsonOf(await gvt("verify", path, "--json"));
      expect(covers).toEqual({ bytes: size, of: size + more.length });
      expect(warnings).toHaveLength(1);
      const marked = await gvt("mark", path, "here", "--at", "0");
      expect(marked).toMatchObject({ code: 3, stderr: expect.stringContaining("would overwrite them") });
      expect(statSync(path).size).toBe(size + more.length);
    }
  });

  test("an exact recording: how much was compared, and exit 0", async () => {
    const outcome = await gvt("verify", file, "--json");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const found = jsonOf(outcome);
    expect(found).toMatchObject({ exact: true, closed: true, divergence: null, damage: null, warnings: [] });
    for (const count of ["events", "outcomes", "fetches", "digests"])
      expect(found[count], count).toBeGreaterThan(5);
    expect(found.digests).toBe(found.digestsRecorded);
    expect(outcome.stdout.startsWith('{"exact":true,')).toBe(true);
    const plain = await gvt("verify", file);
    expect(plain.code).toBe(0);
    expect(plain.stdout.trimEnd().split("\n").at(-1)).toBe(`exact: ${found.events} events, 0 divergences`);
  });

  test("one bit of any reply altered: exit 1, and that row's number, register and field", async () => {
    const index = compileRegisters("kbl", REGISTER_BANKS);
    const candidates = await replies(bytes);
    const { recording } = await openRecording(bytes);
    const rows = new Rows();
    for (let n = 0; n < 10; n++) {
      const seq = candidates[Math.floor(Math.random() * candidates.length)];
      const bit = Math.floor(Math.random() * 32);
      const altered = await alterReply(bytes, seq, bit);
      const name = save(`altered-${n}.mcap`, altered.bytes);
      recording.readBlock(recording.blockOf(seq), rows);
      const i = seq - rows.firstSeq;
      const path = mmioPath(index, rows.agent[i], rows.at[i]);
      const what = `row ${seq}, bit ${bit}, ${path}`;
      const { expected, got } = altered;
      const at = rows.at[i];
      if (n === 0) {
        const json = await gvt("verify", name, "--json");
        expect(json.code, what).toBe(1);
        const divergence = { seq, kind: "mmio.read", path, at, column: "reply", expected, got };
        expect(jsonOf(json), what).toMatchObject({ exact: false, divergence });
      }
      const text = await gvt("verify", name);
      expect(text.code, what).toBe(1);
      const at16 = at.toString(16);
      expect(text.stdout, what).toContain(`diverged at ${seq}  mmio.read  ${path} (${at16})\n`);
      const fields = Object.entries(index.names[index.idOf[rows.at[i] >>> 2]]?.row.fields ?? {});
      const field = fields.find(([, bits]) => fieldValue(1 << bit, bits) !== 0)?.[0];
      if (field !== undefined) expect(text.stdout, what).toContain(`  field ${field}  expected `);
      else expect(text.stdout, what).toContain(`reply ${expected.toString(16).padStart(8, "0")}, got `);
    }
  }, 120_000);

  test("a replay of it diverges in the same place", async () => {
    const [seq] = await replies(bytes);
    const name = save("diverging.mcap", (await alterReply(bytes, seq, 0)).bytes);
    const outcome = await gvt("replay", name, "--screen", join(folder, "none.png"));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain(`diverged at ${seq}  mmio.read`);
    const behind = await gvt("show", name, "--at", String(seq + 5));
    expect(behind).toMatchObject({ code: 1, stdout: "" });
    expect(behind.stderr).toContain(`diverges at ${seq}`);
    expect((await gvt("show", name, "--at", String(seq - 1))).code).toBe(0);
  });

  test("at level guest what the guest saw is compared", async () => {
    const outcome = await gvt("verify", file, "--level", "guest");
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout.trimEnd().split("\n").at(-1)).toMatch(
      /^the guest agrees: \d+ events, 0 divergences$/,
    );
  });

  test("rows cut off: the verified prefix, and exit 3; as the part of a dead server it is exact", async () => {
    const { recording } = await openRecording(bytes);
    const two = recording.block(2).firstSeq;
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.55));
    const outcome = await gvt("verify", save("cut.mcap", cut), "--json");
    expect(outcome.code).toBe(3);
    expect(jsonOf(outcome)).toMatchObject({ exact: false, closed: false, divergence: null });
    expect(jsonOf(outcome).damage).toMatchObject({ reason: expect.stringContaining("the file ends") });
    const plain = await gvt("verify", join(folder, "cut.mcap"));
    expect(plain.stdout).toMatch(/^verified prefix exact: \d+ events, 0 divergences$/m);
    expect(plain.stderr).toMatch(
      /^gvt: \S+cut\.mcap: at byte \d+: the file ends .*verified before it: rows 0 to \d+ in/,
    );
    const part = await gvt("verify", save("dead.mcap.part", cut), "--json");
    expect(part.code).toBe(0);
    expect(jsonOf(part)).toMatchObject({ exact: true, closed: false });
    const hurt = Uint8Array.from(cut);
    hurt[hurt.length - 1 - Math.floor(bytes.length * 0.3)] ^= 1;
    expect((await gvt("verify", save("hurt.mcap.part", hurt))).code).toBe(3);
    expect(two).toBeGreaterThan(0);
  });

  test("a flipped byte in a block: exit 3; behind the rows: a warning", async () => {
    const flipped = bytes.slice();
    flipped[Math.floor(bytes.length * 0.6)] ^= 0x10;
    expect((await gvt("verify", save("flipped.mcap", flipped))).code).toBe(3);
    const tail = bytes.slice();
    tail[tail.length - 12] ^= 1;
    const outcome = await gvt("verify", save("tail.mcap", tail));
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/^gvt: warning: /);
  });
});

describe("files that are no recordings", () => {
  test.each([
    ["empty.mcap", new Uint8Array(0), "the file is empty"],
    ["text.mcap", new TextEncoder().encode("hello, world; this is a text"), "not an MCAP file"],
  ])("%s", async (name, content, reason) => {
    const path = save(name, content);
    for (const verb of ["verify", "replay", "show", "pack"]) {
      const outcome = await gvt(verb, path);
      expect(outcome, verb).toMatchObject({ code: 3, stdout: "" });
      expect(outcome.stderr, verb).toMatch(/^gvt: .*\n$/);
      expect(outcome.stderr, verb).toContain(`${path}: at byte 0: ${reason}`);
    }
  });

  test("a folder, and nothing at all", async () => {
    const path = join(folder, "folder.mcap");
    mkdirSync(path);
    expect(await gvt("verify", path)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("is a directory"),
    });
    expect(await gvt("show", join(folder, "absent.mcap"))).toMatchObject({ code: 3 });
  });
});
