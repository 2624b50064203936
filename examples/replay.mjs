// The first submissions of a recording, as the driver made them: node examples/replay.mjs [FILE]
import { lookUp, openRecording, replay } from "gvt-replay";

const { recording, store, close } = await openRecording(process.argv[2] ?? "recordings/linux-6.1-boot.mcap");
let shown = 0;
for (const step of replay(recording, store)) {
  const submitted = step.texts().find(({ kind }) => kind === "workload.submitted");
  if (submitted === undefined) continue;
  const found = lookUp(step.machine, `${submitted.path}.RING_MI_MODE`);
  const value = found.type === "register" ? found.value.toString(16) : "?";
  console.log(`${step.seq}  ${step.time} us  ${submitted.path}  ${submitted.value}  RING_MI_MODE ${value}`);
  if (++shown === 3) break;
}
close();
