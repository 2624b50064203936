// A live machine with two vGPUs, recorded: node examples/serve.mjs [FOLDER]; Ctrl-C closes the recording.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "gvt-replay";

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), "gvt-"));
const server = await serve(
  {
    recording: join(folder, "two-guests.mcap"),
    vgpus: [
      { socket: join(folder, "vgpu1.sock"), ram: join(folder, "vgpu1.ram") },
      { socket: join(folder, "vgpu2.sock"), edid: "none" },
    ],
  },
  (event) => console.log(event),
);
process.once("SIGINT", () => server.close());
console.log(
  `listening on ${folder}/vgpu1.sock and vgpu2.sock; start guests by: gvt guest --socket ... --run`,
);
const { recording, inputs, bytes, largestWindowMs } = await server.ended;
console.log(
  `closed ${recording}: ${inputs} inputs, ${bytes} bytes, at most ${largestWindowMs.toFixed(1)} ms unsynced`,
);
