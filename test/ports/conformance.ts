/**
 * What `src/ports/port.ts` promises, as checks that any port can be put through. A harness makes a port with one
 * guest behind it and a world that writes down what it is told.
 */
import { expect } from "vitest";
import { PORT_COHERENT, PORT_MSI } from "../../src/events/codes.ts";
import { DONE, type Hands, PENDING, type Region } from "../../src/replay/live/session.ts";
import { type FakeWorld, until } from "./vfio-user-world.ts";

/** A port with a guest, as its hypervisor and its driver see them. RAM: 1 MiB from address 0 on. */
export interface Trial {
  readonly world: FakeWorld;
  readonly hands: Hands;
  /** Interrupts that reached the guest, in order. */
  readonly interrupts: readonly { readonly address: number; readonly data: number }[];
  /** Plug the guest in, with its memory. */
  attach(): Promise<void>;
  read(region: Region, at: number, size: number): Promise<bigint>;
  write(region: Exclude<Region, "aperture">, at: number, size: number, value: bigint): void;
  /** Dwords through the aperture. */
  writeAperture(at: number, words: readonly number[]): void;
  /** Everything that was sent, both ways, has arrived. */
  settle(): Promise<void>;
  /** The guest's own memory, as its CPU sees it; a copy. */
  memory(address: number, length: number): Buffer;
  setMemory(address: number, bytes: Uint8Array): void;
  leave(): Promise<void>;
  dispose(): Promise<void>;
}

/** One promise. */
export interface Check {
  readonly name: string;
  readonly run: (trial: Trial) => Promise<void>;
}

const PAGE = 4096;
const GFN = 0x20;
const EFAULT = 14;
const ENODEV = 19;
const pattern = (seed: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0xff));

/** Does the port say that memory is coherent? */
function isCoherent(world: FakeWorld): boolean {
  return (bitsOf(world) & PORT_COHERENT) !== 0;
}

function bitsOf(world: FakeWorld): number {
  const line = world.calls.find((call) => call.startsWith("attached "));
  return Number(line?.split(" ")[2] ?? -1);
}

/** Fetch a page the way the port does it: in place, or by a late answer. */
async function fetchPage(
  trial: Trial,
  gfn: number,
  ticket: number,
  coherent: boolean,
): Promise<Buffer | number> {
  const { world, hands } = trial;
  const page = Buffer.alloc(PAGE);
  let late: Buffer | null = null;
  world.onFetched = (_, bytes) => {
    late = Buffer.from(bytes);
  };
  const before = world.calls.length;
  const answer = hands.fetch(1, gfn, ticket, page);
  expect(world.calls.length, "a hand calls the world").toBe(before);
  if (answer === DONE) return page;
  if (answer !== PENDING) return answer;
  expect(coherent, "coherent memory is answered in place").toBe(false);
  const failed = `fetchFailed ${ticket} `;
  const isAnswer = (line: string): boolean => line === `fetched ${ticket} ${PAGE}` || line.startsWith(failed);
  await settleUntil(trial, () => world.calls.slice(before).some(isAnswer));
  const line = world.calls.slice(before).find((one) => one.startsWith(failed));
  return line === undefined ? (late ?? 0) : Number(line.split(" ")[2]);
}

/** Write, and wait until the port says that it is done. */
async function writeGuest(trial: Trial, at: number, bytes: Uint8Array, ticket: number): Promise<void> {
  const { world, hands } = trial;
  const coherent = isCoherent(world);
  const before = world.calls.length;
  const answer = hands.write(1, at, 0, coherent ? 0 : ticket, bytes);
  expect(world.calls.length, "a hand calls the world").toBe(before);
  if (coherent) expect(answer).toBe(DONE);
  if (answer === DONE) return;
  expect(answer).toBe(PENDING);
  await settleUntil(trial, () => world.calls.slice(before).includes(`written ${ticket}`));
}

async function settleUntil(trial: Trial, done: () => boolean): Promise<void> {
  await trial.settle();
  await until(done, "a late answer");
}

export const CHECKS: readonly Check[] = [
  {
    name: "a guest is announced first, and its capabilities and memory agree",
    run: async (trial) => {
      await trial.attach();
      const [first, ...rest] = trial.world.calls;
      expect(first).toMatch(/^attached 1 \d+$/);
      expect(bitsOf(trial.world) & PORT_MSI).toBe(PORT_MSI);
      const maps = rest.filter((line) => line.startsWith("mapped 1 0 "));
      expect(maps).toHaveLength(1);
      expect(maps[0]).toContain(isCoherent(trial.world) ? " coherent rw" : " apart rw");
    },
  },
  {
    name: "accesses keep order, size and value",
    run: async (trial) => {
      await trial.attach();
      trial.world.take();
      const expected: string[] = [];
      for (let n = 0; n < 20; n++) {
        trial.write("mmio", 0x2000 + 8 * n, 4, BigInt(0x1000 + n));
        expected.push(`write 1 mmio ${(0x2000 + 8 * n).toString(16)} 4 ${(0x1000 + n).toString(16)}`);
        trial.write("gtt", 8 * n, 8, 0x1_0000_0000n * BigInt(n + 1) + 3n);
        expected.push(`write 1 gtt ${(8 * n).toString(16)} 8 ${(n + 1).toString(16)}:3`);
        if (n % 5 === 4) {
          expect(await trial.read("mmio", 0x2000 + 8 * n, 4)).toBe(BigInt(0x1000 + n));
          expected.push(`read 1 mmio ${(0x2000 + 8 * n).toString(16)} 4`);
        }
      }
      await trial.settle();
      expect(trial.world.take().slice(0, expected.length)).toEqual(expected);
    },
  },
  {
    name: "aperture writes keep their place among other accesses, byte for byte",
    run: async (trial) => {
      await trial.attach();
      trial.world.take();
      trial.writeAperture(0x100, [1, 2, 3]);
      trial.write("mmio", 0x2000, 4, 7n);
      trial.writeAperture(0x100, [4]);
      trial.writeAperture(0x104, [5]);
      await trial.read("aperture", 0x104, 4);
      const memory = new Map<number, number>();
      const seen: string[] = [];
      for (const line of trial.world.take()) {
        const [kind, , at, size, data] = line.split(" ");
        if (kind !== "aperture") seen.push([...memory.values()].join(), line);
        else
          for (let i = 0; i < data.length / 8; i++)
            memory.set(
              Number.parseInt(at, 16) + Number(size) * i,
              Buffer.from(data, "hex").readUInt32LE(4 * i),
            );
      }
      expect(seen.slice(0, 4)).toEqual(["1,2,3", "write 1 mmio 2000 4 7", "4,5,3", "read 1 aperture 104 4"]);
    },
  },
  {
    name: "a fetch gives the page as it is at that moment",
    run: async (trial) => {
      await trial.attach();
      const coherent = isCoherent(trial.world);
      for (let n = 0; n < 5; n++) {
        const bytes = pattern(n, PAGE);
        trial.setMemory(GFN * PAGE, bytes);
        const got = await fetchPage(trial, GFN, 10 + n, coherent);
        expect(Buffer.isBuffer(got) && got.equals(bytes), `content ${n}`).toBe(true);
      }
    },
  },
  {
    name: "a page that the guest does not have is an errno",
    run: async (trial) => {
      await trial.attach();
      expect(await fetchPage(trial, 0x7_0000, 5, isCoherent(trial.world))).toBe(EFAULT);
    },
  },
  {
    name: "a write is told as done only when the guest can see it, and the later write wins",
    run: async (trial) => {
      await trial.attach();
      for (let n = 0; n < 4; n++) {
        const bytes = pattern(n + 1, 100);
        await writeGuest(trial, GFN * PAGE + 4060, bytes, 20 + n);
        expect(trial.memory(GFN * PAGE + 4060, 100).equals(bytes), `write ${n}`).toBe(true);
      }
      const ticket = isCoherent(trial.world) ? 0 : 40;
      for (let n = 0; n < 8; n++) {
        trial.hands.write(1, GFN * PAGE, 0, ticket && ticket + n, Uint8Array.of(n, n, n, n));
      }
      await trial.settle();
      await until(() => trial.memory(GFN * PAGE, 1)[0] === 7, "the last write");
      await trial.settle();
      expect([...trial.memory(GFN * PAGE, 4)]).toEqual([7, 7, 7, 7]);
    },
  },
  {
    name: "every interrupt arrives, in order, and none overtakes a write",
    run: async (trial) => {
      await trial.attach();
      for (let n = 0; n < 9; n++) {
        await writeGuest(trial, GFN * PAGE, Uint8Array.of(n + 1), 60 + n);
        trial.hands.inject(1, 0xfee0_1000, 0x40 + n);
        await trial.settle();
        await until(() => trial.interrupts.length > n, `interrupt ${n}`, 2000);
        expect(trial.memory(GFN * PAGE, 1)[0]).toBe(n + 1);
      }
      const expected = Array.from({ length: 9 }, (_, n) => ({ address: 0xfee0_1000, data: 0x40 + n }));
      expect(trial.interrupts).toEqual(expected);
    },
  },
  {
    name: "a guest that leaves is told of once, and after that nothing of it",
    run: async (trial) => {
      await trial.attach();
      trial.write("mmio", 0x2000, 4, 1n);
      await trial.settle();
      trial.world.take();
      await trial.leave();
      await until(() => trial.world.calls.length > 0, "the detachment");
      trial.hands.inject(1, 0xfee0_1000, 1);
      expect(trial.hands.fetch(1, GFN, 1, Buffer.alloc(PAGE))).toBe(ENODEV);
      expect(trial.hands.write(1, GFN * PAGE, 0, 2, Uint8Array.of(1))).toBe(ENODEV);
      await trial.settle();
      expect(trial.world.take()).toEqual(["detached 1"]);
      expect(trial.interrupts).toEqual([]);
    },
  },
];
