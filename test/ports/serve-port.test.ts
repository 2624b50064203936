import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { MakePort, Port, PortOptions } from "../../src/ports/port.ts";
import type * as ServeModule from "../../src/ports/serve.ts";
import type { ServedVgpu } from "../../src/ports/serve-options.ts";

const dist = new URL("../../dist", import.meta.url).href;
// Workers load from dist: Node 20 cannot run TypeScript.
const { serve } = (await import(`${dist}/ports/serve.js`)) as typeof ServeModule;
const folder = mkdtempSync(join(tmpdir(), "gvt-port-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** MSI enable and bus master, as a driver sets them; then the master interrupt. */
const WRITES = [
  ["config", 0xac + 4, 4, 0xfee0_1000],
  ["config", 0xac + 8, 2, 0x41],
  ["config", 0xac + 2, 2, 1],
  ["config", 4, 2, 6],
  ["mmio", 0x4_4200, 4, 0x8000_0000],
] as const;

test("a machine is served through any port", async () => {
  const said: string[] = [];
  const attached = new Set<number>();
  const doors = new Map<number, PortOptions>();
  let worlds = 0;
  const makePort: MakePort<ServedVgpu> = (served, options, world): Port => {
    worlds++;
    said.push(`made ${options.vgpu} ${served.socket}`);
    doors.set(options.vgpu, options);
    const { vgpu } = options;
    return {
      hands: {
        fetch: () => 14,
        write: () => 0,
        inject: () => {},
        displayReady: () => {},
        noted: () => {},
      },
      get attached() {
        return attached.has(vgpu);
      },
      listen: async () => {
        said.push(`listens ${vgpu}`);
        attached.add(vgpu);
        world.attached(vgpu, 2);
        options.onGuest("attached", null);
        for (const [region, at, size, value] of WRITES) world.write(region, vgpu, at, size, value, 0);
        expect(world.read("mmio", vgpu, 0x7_8000, 8)).toMatchObject({ lo: 0x7654_4776 });
      },
      close: async () => {
        said.push(`closes ${vgpu}`);
        attached.delete(vgpu);
        world.detached(vgpu);
        options.onGuest("detached", null);
      },
    };
  };
  const events: string[] = [];
  const recording = join(folder, "any.mcap");
  const vgpus = [{ socket: "one door" }, { socket: "another" }];
  const server = await serve({ recording, vgpus }, (event) => events.push(event.type), makePort);
  expect(server.statistics()).toMatchObject({ guests: 2, attached: 2 });
  expect(doors.get(2)?.paused()).toBe(false);
  const { inputs, path } = { path: recording, ...(await server.close()) };
  expect(worlds).toBe(2);
  expect(said).toEqual([
    ...["made 1 one door", "made 2 another", "listens 1", "listens 2", "closes 1", "closes 2"],
  ]);
  expect(events).toEqual(["attached", "attached", "detached", "detached"]);
  expect(inputs).toBe(2 * 2 + 2 * (1 + WRITES.length + 1 + 1));
  expect(path).toBe(recording);
});
