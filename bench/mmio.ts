import { fork } from "node:child_process";
import * as net from "node:net";
import { fileURLToPath } from "node:url";
import type { Tools } from "../src/replay/recording/tools.ts";
import { BAR0, VfioUserClient } from "../test/ports/vfio-user-client.ts";
import { type Figure, printed, short } from "./figure.ts";
import { temporary } from "./files.ts";
import { percentile } from "./measure.ts";

const REGISTER = 0x70040;

/**
 * A guest's register read over the socket, beside a bare echo of as many bytes, both in one other process.
 */
export async function roundTripFigures(_tools: Tools, quick: boolean): Promise<Figure[]> {
  const [vfio, echo] = [temporary("vgpu.sock"), temporary("echo.sock")];
  const server = fork(fileURLToPath(new URL("./mmio-server.js", import.meta.url)), [vfio, echo]);
  try {
    await new Promise((resolve) => server.once("message", resolve));
    const count = quick ? 2000 : 10_000;
    const client = await VfioUserClient.connect({ path: vfio });
    await client.handshake(0x10_0000n);
    const reads: number[] = [];
    const echoes: number[] = [];
    const socket = await connect(echo);
    for (let round = 0; round < 5; round++) {
      reads.push(...(await trips(count / 5, () => client.read(BAR0, REGISTER))));
      echoes.push(...(await trips(count / 5, () => bounce(socket))));
    }
    await client.close();
    socket.destroy();
    const bare = `a bare echo: ${short(percentile(echoes, 50))} us`;
    return [printed("guest register read round trip p50", percentile(reads, 50), "us", bare)];
  } finally {
    server.kill();
  }
}

function connect(path: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => resolve(socket));
    socket.once("error", reject);
  });
}

/** As many bytes as a read's request, there and back. */
function bounce(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("data", () => resolve());
    socket.write(Buffer.alloc(32));
  });
}

/** Microseconds of each trip; the first fifth warms up. */
async function trips(count: number, trip: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await trip();
    samples.push((performance.now() - start) * 1000);
  }
  return samples.slice(count / 5);
}
