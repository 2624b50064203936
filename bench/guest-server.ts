import { rmSync } from "node:fs";
import { loadTools } from "../src/node/codecs.ts";
import { createRecorder } from "../src/node/recorder.ts";
import { handsOf } from "../src/ports/port.ts";
import { Pump } from "../src/ports/pump.ts";
import { machineFor } from "../src/ports/serve-options.ts";
import { VfioUserServer } from "../src/ports/vfio-user/session.ts";
import { PageStore } from "../src/reducers/pages.ts";
import { createMachineWith } from "../src/replay/engine/create.ts";
import { Live } from "../src/replay/live/live.ts";
import { metaFor, NullRecorder } from "./world.ts";

/** A vGPU for a real guest, recorded or not, and nothing else is different. Ends when it is told anything. */

const [way, socket, ram, recording] = process.argv.slice(2);
const SEAL_MS = 10;
const tools = await loadTools();
const store = new PageStore(tools.hashPage);
const machine = createMachineWith(store, machineFor({ recording, vgpus: [{ socket, ram }] }));
const { configuration } = machine.core.setting;
const recorder =
  way === "recorded"
    ? await createRecorder(recording, metaFor(configuration), tools, store)
    : new NullRecorder();
const servers = new Map<number, VfioUserServer>();
const hands = { ...handsOf(servers), displayReady: () => {}, noted: () => {} };
const live = new Live(machine, store, recorder, hands, () => Math.floor(performance.now() * 1000));
live.create(1);
const server = new VfioUserServer({ socketPath: socket, vgpu: 1, pump: new Pump(live), ramPath: ram }, live);
servers.set(1, server);
await server.listen();
const seal = setInterval(() => live.sealIfDue(), SEAL_MS);
process.once("message", async () => {
  clearInterval(seal);
  await server.close();
  await recorder.close(machine.digests());
  rmSync(recording, { force: true });
  process.disconnect();
});
process.send?.("ready");
