import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machineFor, readServeOptions, ServeError } from "../../src/ports/serve-options.ts";
import { BAR0, VfioUserClient } from "../ports/vfio-user-client.ts";
import { GVT, gvt, jsonOf, run, temporaryFolder } from "./gvt.ts";
import { connect, type Serving, startServe, until } from "./serving.ts";

const folder = temporaryFolder();
const lastEvent = ({ out }: Serving): Record<string, unknown> =>
  JSON.parse(out.stdout.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;

describe("gvt serve", () => {
  test("records a guest of each of two vGPUs; SIGTERM closes and packs", async () => {
    const config = join(folder, "two.json");
    const sockets = ["two-1.sock", "two-2.sock"];
    const vgpus = [{ socket: sockets[0] }, { socket: sockets[1], edid: "none", class: "vga" }];
    writeFileSync(config, JSON.stringify({ recording: "two.mcap", deviceId: "0x5916", vgpus }));
    const serving = await startServe(["--config", config]);
    for (const socket of sockets) {
      const path = join(folder, socket);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const client = await connect(path);
      const magic = await client.read(BAR0, 0x78000, 4);
      expect(magic).toBe(0x7654_4776n);
    }
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
    expect(lastEvent(serving)).toMatchObject({ type: "ended", guests: 2, attached: 0 });
    expect(lastEvent(serving).largestWindowMs).toBeGreaterThan(0);
    const recording = join(folder, "two.mcap");
    expect(statSync(recording).mode & 0o777).toBe(0o600);
    expect(existsSync(`${recording}.part`)).toBe(false);
    for (const socket of sockets) expect(existsSync(join(folder, socket))).toBe(false);
    expect(jsonOf(await gvt("verify", recording, "--json"))).toMatchObject({ exact: true, closed: true });
    expect(jsonOf(await gvt("show", recording, "--json"))).toMatchObject({
      vgpus: [1, 2],
      configuration: { vgpus: [{ pciClass: 0x38000 }, { pciClass: 0x30000, edid: null }] },
    });
  });

  test("--once ends with the guest", async () => {
    const socket = join(folder, "once.sock");
    const recording = join(folder, "once.mcap");
    const serving = await startServe([recording, "--socket", socket, "--messages", "--once"]);
    const client = await connect(socket);
    client.close();
    expect(await serving.ended).toBe(0);
    const types = serving.out.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(["listening", "attached", "detached", "ended"]);
    expect((await gvt("verify", recording)).code).toBe(0);
    const again = await gvt("serve", recording, "--socket", socket, "--messages");
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("replace it by --force") });
  });

  test("one line for a guest that turns interrupts on without MSI, one for a second guest", async () => {
    const socket = join(folder, "nomsi.sock");
    const recording = join(folder, "nomsi.mcap");
    const serving = await startServe([recording, "--socket", socket, "--messages", "--once"]);
    const client = await connect(socket);
    for (let n = 0; n < 3; n++) {
      for (const value of [0x8000_0000, 0]) client.write(BAR0, 0x4_4200, value);
      await client.read(BAR0, 0x4_4200);
    }
    const second = await VfioUserClient.connect({ path: socket });
    await expect(second.version()).rejects.toThrow("refused with errno 16");
    client.close();
    expect(await serving.ended).toBe(0);
    const events = serving.out.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; message?: string });
    expect(events.map(({ type }) => type)).toEqual([
      ...["listening", "attached", "warning", "warning", "detached", "ended"],
    ]);
    expect(events[2].message).toMatch(/^vGPU 1: .*interrupts.*without MSI.*pci=nomsi$/);
    expect(events[3].message).toMatch(/^vGPU 1: .*nomsi\.sock: a second guest was refused/);
  });

  test("kill -9: what was synced is exact; pack closes it; the stale socket is replaced", async () => {
    const socket = join(folder, "killed.sock");
    const recording = join(folder, "killed.mcap");
    const args = [recording, "--socket", socket, "--messages"];
    const serving = await startServe(args);
    const client = await connect(socket);
    const before = statSync(`${recording}.part`).size;
    for (let n = 0; n < 200; n++) await client.read(BAR0, 0x2034, 4);
    await until(() => statSync(`${recording}.part`).size > before);
    serving.child.kill("SIGKILL");
    await serving.ended;
    const part = await gvt("verify", `${recording}.part`, "--json");
    expect(part.code).toBe(0);
    expect(jsonOf(part)).toMatchObject({ exact: true, closed: false });
    const taken = await gvt("serve", ...args);
    expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining("finish it by: gvt pack") });
    expect(jsonOf(await gvt("pack", recording, "--json"))).toMatchObject({ packed: true, file: recording });
    expect(jsonOf(await gvt("pack", recording, "--json"))).toMatchObject({ packed: false });
    const rows = jsonOf(part).rows;
    expect(jsonOf(await gvt("verify", recording, "--json"))).toMatchObject({
      exact: true,
      closed: true,
      rows,
    });
    const second = await startServe([...args, "--force"]);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });

  test("a socket that somebody listens on is refused, and nothing is left behind", async () => {
    const socket = join(folder, "live.sock");
    const serving = await startServe([join(folder, "live.mcap"), "--socket", socket, "--messages"]);
    const other = join(folder, "other.mcap");
    const refused = await gvt("serve", other, "--socket", socket, "--messages");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^gvt: \S+live\.sock: another server listens on it; .*\n$/);
    expect(existsSync(other) || existsSync(`${other}.part`)).toBe(false);
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
  });

  test("--force takes nothing away where no server comes of it", async () => {
    const socket = join(folder, "busy.sock");
    const recording = join(folder, "busy.mcap");
    const serving = await startServe([recording, "--socket", socket, "--messages"]);
    const earlier = join(folder, "earlier.mcap");
    for (const path of [earlier, `${earlier}.part`]) writeFileSync(path, path);
    const refused = await gvt("serve", earlier, "--socket", socket, "--messages", "--force");
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("another server listens") });
    for (const path of [earlier, `${earlier}.part`]) expect(readFileSync(path, "utf8")).toBe(path);
    const here = await gvt("serve", folder, "--socket", join(folder, "x.sock"), "--messages", "--force");
    expect(here).toMatchObject({ code: 2, stderr: expect.stringContaining("is no regular file") });
    expect(readdirSync(folder).filter((name) => name.endsWith(".replaced"))).toEqual([]);
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
  });

  test.runIf(process.platform === "linux")("a part that is being written is nobody else's", async () => {
    const recording = join(folder, "mine.mcap");
    const serving = await startServe([recording, "--socket", join(folder, "mine.sock"), "--messages"]);
    const { pid } = serving.child;
    const packed = await gvt("pack", recording);
    expect(packed).toMatchObject({ code: 2, stdout: "" });
    expect(packed.stderr).toContain(`mine.mcap.part: process ${pid} is still recording it`);
    const forced = await gvt(
      "serve",
      recording,
      "--socket",
      join(folder, "other.sock"),
      "--messages",
      "--force",
    );
    expect(forced).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`process ${pid} is writing it`),
    });
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
    expect((await gvt("verify", recording)).code).toBe(0);
  });

  test("a disk that takes no more ends the recording, and the machine where asked: one line, exit 4", async () => {
    const socket = join(folder, "full.sock");
    const recording = join(folder, "full.mcap");
    const limit = 'ulimit -f 16; exec "$@"';
    const options = ["--socket", socket, "--messages", "--stop-with-recording"];
    const serving = await startServe([recording, ...options], limit);
    const client = await connect(socket);
    try {
      for (let n = 0; n < 20_000 && !client.isClosed; n++) await client.read(BAR0, 0x2034, 4);
    } catch {
      // The server closed the socket in mid-read: what is wanted.
    }
    expect(await serving.ended).toBe(4);
    expect(serving.out.stderr).toMatch(
      /^gvt: the recording cannot be written: EFBIG.*; the recording up to then is .*\n$/,
    );
    expect(existsSync(socket)).toBe(false);
    const left = existsSync(recording) ? recording : `${recording}.part`;
    expect((await gvt("verify", left)).code).toBe(0);
  });
});

test("the line that starts a guest can be pasted into a shell", async () => {
  const odd = join(folder, "it's odd $(x)");
  mkdirSync(odd);
  const ram = join(odd, "a ram");
  const serving = await startServe(
    [join(odd, "x.mcap"), "--socket", join(odd, "s"), "--ram", ram],
    undefined,
    { json: false },
  );
  const line = serving.out.stdout.split("\n").find((one) => one.includes("gvt guest"))!;
  const words = line.slice(line.indexOf("gvt guest"));
  const told = await run("sh", ["-c", `gvt() { printf '%s\\n' "$@"; }; ${words}`]);
  expect(told.stdout.split("\n").slice(1, 5)).toEqual(["--socket", join(odd, "s"), "--ram", ram]);
  serving.child.kill("SIGTERM");
  expect(await serving.ended).toBe(0);
});

test("a name that is no UTF-8 is told, not looked for", async () => {
  const said = await run("sh", [
    "-c",
    `exec "${process.execPath}" "${GVT}" verify "$(printf 'a\\377.mcap')"`,
  ]);
  expect(said).toMatchObject({ code: 2, stderr: expect.stringMatching(/^gvt: .*is no UTF-8.*ln -s.*\n$/) });
  const meant = await gvt("verify", join(folder, "a\ufffd.mcap"));
  expect(meant).toMatchObject({ code: 3, stderr: expect.stringContaining("cannot be opened: ENOENT") });
});

describe("a configuration that cannot be", () => {
  const config = join(folder, "bad.json");

  test.each([
    ["{", /bad\.json: .*JSON.*; give a JSON file/],
    ["[]", /bad\.json: is no object/],
    ["{}", /bad\.json: no "recording"/],
    ['{"recording": "a.mcap"}', /bad\.json: no "vgpus"/],
    ['{"recording": "a.mcap", "vgpus": []}', /"vgpus" has 0 entries; give 1 to 7/],
    ['{"recording": "a.mcap", "vgpus": [{}]}', /vgpus\[0\]: no "socket"/],
    [
      '{"recording": "a.mcap", "vgpus": [{"socket": "a", "rom": 1}]}',
      /unknown key "rom"; known are socket, ram/,
    ],
    [
      '{"recording": "a.mcap", "vgpus": [{"socket": "a"}, {"socket": "a"}]}',
      /"socket" is that of vgpus\[0\]/,
    ],
    [
      '{"recording": "a.mcap", "platform": "skl", "vgpus": [{"socket": "a"}]}',
      /"platform" is "skl"; give "bdw" or "kbl"/,
    ],
    ['{"recording": "a.mcap", "screenEvery": -1, "vgpus": [{"socket": "a"}]}', /"screenEvery" is -1; give/],
    ['{"recording": 7, "vgpus": [{"socket": "a"}]}', /"recording" is 7; give a path/],
    ['{"recording": "a.mcap", "vgpus": [{"socket": "a", "edid": "none.bin"}]}', /none\.bin: ENOENT/],
  ])("%s", (text, says) => {
    writeFileSync(config, text);
    expect(() => machineFor(readServeOptions(config))).toThrow(ServeError);
    expect(() => machineFor(readServeOptions(config))).toThrow(says);
    expect(() => machineFor(readServeOptions(config))).not.toThrow("\n");
  });

  test("is wrong usage, told in one line, and touches nothing", async () => {
    writeFileSync(config, '{"recording": "a.mcap", "vgpus": [{"socket": "a", "rom": 1}]}');
    const outcome = await gvt("serve", "--config", config);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
    expect(outcome.stderr).toMatch(/^gvt: \S+bad\.json: vgpus\[0\]: unknown key "rom"; .*\n$/);
    expect(existsSync(join(folder, "a.mcap.part"))).toBe(false);
  });

  test("a place that cannot be written is the world's failure", async () => {
    const outcome = await gvt("serve", "/proc/no/a.mcap", "--socket", join(folder, "x.sock"), "--messages");
    expect(outcome).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("/proc/no/a.mcap: cannot be recorded to"),
    });
  });
});
