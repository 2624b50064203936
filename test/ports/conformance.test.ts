import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { GTT_OFFSET } from "../../src/hw/units.ts";
import { SimGuest } from "../../src/ports/sim/guest.ts";
import { SimPort } from "../../src/ports/sim/port.ts";
import type { Hands, Region } from "../../src/replay/live/session.ts";
import { DONE } from "../../src/replay/live/session.ts";
import { CHECKS, type Trial } from "./conformance.ts";
import { BAR0, BAR2, BAR4, CONFIG, type VfioUserClient } from "./vfio-user-client.ts";
import { FakeWorld, makeRig, temporaryFolder, until } from "./vfio-user-world.ts";

const RAM = 0x10_0000;

/** The port of scripted guests. `coherent`: else answers come a call later. */
async function simTrial(coherent: boolean): Promise<Trial> {
  const port = new SimPort();
  const world = new FakeWorld();
  port.connect(world);
  const guest = new SimGuest(port, 1, { coherent, fetchDelay: 1, writeDelay: 1 });
  for (let gfn = 0; gfn < RAM / 4096; gfn++) guest.memory.frame(gfn);
  return {
    world,
    hands: port,
    interrupts: guest.host.interrupts,
    attach: async () => guest.attach(),
    read: async (region, at, size) => {
      const { lo, hi } = guest.read64(region, at, size);
      return BigInt(lo) + (BigInt(hi) << 32n);
    },
    write: (region, at, size, value) =>
      guest.write(region, at, size, Number(value & 0xffff_ffffn), Number(value >> 32n)),
    writeAperture: (at, words) => guest.setAperture(at, ...words),
    settle: async () => void port.deliver(),
    memory: (address, length) =>
      Buffer.from(
        Array.from({ length }, (_, i) => {
          const at = address + i;
          return guest.memory.frame(Math.floor(at / 4096))[at % 4096];
        }),
      ),
    setMemory: (address, bytes) => guest.memory.put(address, bytes),
    leave: async () => guest.detach(),
    dispose: async () => {},
  };
}

/** The vfio-user port, with a client of its own. `coherent`: RAM is a shared file; else DMA by messages. */
async function vfioTrial(coherent: boolean): Promise<Trial> {
  const folder = temporaryFolder();
  const ramPath = path.join(folder, "ram");
  fs.writeFileSync(ramPath, Buffer.alloc(RAM));
  const fd = fs.openSync(ramPath, "r+");
  const rig = await makeRig(coherent ? { ramPath } : {});
  const own = Buffer.alloc(RAM);
  const at = (address: number, length: number): Buffer | null =>
    address + length <= RAM ? own.subarray(address, address + length) : null;
  const client: VfioUserClient = await rig.connect({ memory: at });
  const place = (region: Region, offset: number): [number, number] => {
    if (region === "gtt") return [BAR0, GTT_OFFSET + offset];
    return [{ mmio: BAR0, aperture: BAR2, io: BAR4, config: CONFIG }[region], offset];
  };
  const write = (region: Region, offset: number, size: number, value: bigint): void =>
    client.write(...place(region, offset), value, size);
  return {
    world: rig.world,
    hands: rig.server.hands,
    interrupts: client.msis,
    attach: async () => {
      await client.version();
      await client.map(0n, BigInt(RAM), 0n);
    },
    read: (region, offset, size) => client.read(...place(region, offset), size),
    write,
    writeAperture: (offset, words) => {
      for (const [i, word] of words.entries()) write("aperture", offset + 4 * i, 4, BigInt(word));
    },
    // A round trip through the hole between registers and page table, which the world does not see.
    settle: async () => void (client.isClosed || (await client.read(BAR0, GTT_OFFSET - 8))),
    memory: (address, length) => {
      if (!coherent) return Buffer.from(own.subarray(address, address + length));
      const bytes = Buffer.alloc(length);
      fs.readSync(fd, bytes, 0, length, address);
      return bytes;
    },
    setMemory: (address, bytes) => {
      own.set(bytes, address);
      if (coherent) fs.writeSync(fd, bytes, 0, bytes.length, address);
    },
    leave: async () => {
      await client.close();
      await until(() => !rig.server.attached, "the server to notice");
    },
    dispose: async () => {
      fs.closeSync(fd);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PORTS = [
  ["sim, coherent", () => simTrial(true)],
  ["sim, by messages", () => simTrial(false)],
  ["vfio-user, coherent", () => vfioTrial(true)],
  ["vfio-user, by messages", () => vfioTrial(false)],
] as const;

const trials: Trial[] = [];
afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.dispose();
});

describe.each(PORTS)("%s", (_name, make) => {
  test.each(CHECKS.map(({ name, run }) => [name, run] as const))("%s", async (_promise, run) => {
    const trial = await make();
    trials.push(trial);
    await run(trial);
  });
});

/** Ports with one fault each, and the promise that it breaks. */
type Lie = (hands: Hands) => Partial<Hands>;

const cached: Lie = (hands) => {
  const pages = new Map<number, Uint8Array>();
  return {
    fetch: (vgpu, gfn, ticket, into) => {
      const known = pages.get(gfn);
      if (known !== undefined) {
        into.set(known);
        return DONE;
      }
      const answer = hands.fetch(vgpu, gfn, ticket, into);
      if (answer === DONE) pages.set(gfn, into.slice());
      return answer;
    },
  };
};

/** Writes are kept back until the next one, and said to be done. */
const lazy: Lie = (hands) => {
  let held: (() => void) | null = null;
  return {
    write: (vgpu, at, atHigh, ticket, bytes) => {
      held?.();
      const copy = bytes.slice();
      held = () => void hands.write(vgpu, at, atHigh, ticket, copy);
      return DONE;
    },
  };
};

/** Of two writes the second one goes first. */
const reordered: Lie = (hands) => {
  let held: (() => number) | null = null;
  return {
    write: (vgpu, at, atHigh, ticket, bytes) => {
      const copy = bytes.slice();
      const now = (): number => hands.write(vgpu, at, atHigh, ticket, copy);
      if (bytes.length !== 4 || held !== null) {
        const answer = now();
        held?.();
        held = null;
        return answer;
      }
      held = now;
      return DONE;
    },
  };
};

const deaf: Lie = (hands) => {
  let count = 0;
  return {
    inject: (vgpu, address, data) => {
      if (++count % 3 !== 0) hands.inject(vgpu, address, data);
    },
  };
};

const LIES: readonly [string, Lie, RegExp][] = [
  ["keeps pages and calls its memory coherent", cached, /as it is at that moment/],
  ["says done before the guest can see it", lazy, /only when the guest can see it/],
  ["lets a write overtake the one before it", reordered, /the later write wins/],
  ["drops every third interrupt", deaf, /every interrupt arrives/],
];

describe.each(PORTS.filter(([name]) => name.endsWith("coherent")))(
  "a lie about %s is found",
  (_name, make) => {
    test.each(LIES)("a port that %s", async (_lie, lie, promise) => {
      for (const { name, run } of CHECKS) {
        const trial = await make();
        trials.push(trial);
        const { hands } = trial;
        const bound: Hands = {
          fetch: hands.fetch.bind(hands),
          write: hands.write.bind(hands),
          inject: hands.inject.bind(hands),
          displayReady: hands.displayReady.bind(hands),
          noted: hands.noted.bind(hands),
        };
        const held = run({ ...trial, hands: { ...bound, ...lie(bound) } });
        if (promise.test(name)) await expect(held, name).rejects.toThrow();
        else await held.catch(() => {});
      }
    });

    test("a port that swaps two writes of its guest's, or says coherent of memory by messages", async () => {
      const order = CHECKS.find(({ name }) => name.startsWith("accesses keep order"))!;
      const swapping = await make();
      trials.push(swapping);
      let held: (() => void) | null = null;
      const write: Trial["write"] = (...operands) => {
        if (held === null) {
          held = () => swapping.write(...operands);
          return;
        }
        swapping.write(...operands);
        held();
        held = null;
      };
      await expect(order.run({ ...swapping, write })).rejects.toThrow();
    });
  },
);

test("memory by messages that is called coherent is found", async () => {
  const trial = await simTrial(false);
  const { attached, mapped } = trial.world;
  trial.world.attached = (vgpu, bits) => attached.call(trial.world, vgpu, bits | 1);
  trial.world.mapped = (vgpu, at, atHigh, lo, hi, _coherent, writable) =>
    mapped.call(trial.world, vgpu, at, atHigh, lo, hi, true, writable);
  const fetch = CHECKS.find(({ name }) => name.startsWith("a fetch gives"))!;
  await expect(fetch.run(trial)).rejects.toThrow(/answered in place/);
});
