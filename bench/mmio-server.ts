import * as net from "node:net";
import { loadTools } from "../src/node/codecs.ts";
import { VfioUserServer } from "../src/ports/vfio-user/session.ts";
import { Machine } from "../src/reducers/machine.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { settingOf } from "../src/reducers/platform.ts";
import { Live } from "../src/replay/live/live.ts";
import type { Hands } from "../src/replay/live/session.ts";
import { evenConfiguration, NullRecorder } from "./world.ts";

/** The other process of the round trip figure: a vGPU on one socket, an echo on another. */

const [vfio, echo] = process.argv.slice(2);
const tools = await loadTools();
const store = new PageStore(tools.hashPage);
const machine = new Machine(settingOf(evenConfiguration(1), store));
const port: { hands: Hands | null } = { hands: null };
const hands: Hands = {
  fetch: (...operands) => port.hands?.fetch(...operands) ?? 0,
  write: (...operands) => port.hands?.write(...operands) ?? 0,
  inject: (...operands) => port.hands?.inject(...operands),
  displayReady: () => {},
  noted: () => {},
};
const clock = (): number => Math.floor(performance.now() * 1000);
const live = new Live(machine, store, new NullRecorder(), hands, clock);
live.create(1);
const server = new VfioUserServer({ socketPath: vfio, vgpu: 1 }, live);
port.hands = server.hands;
await server.listen();
net.createServer((socket) => socket.pipe(socket)).listen(echo, () => process.send?.("ready"));
