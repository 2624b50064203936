// Does a recording replay exactly? node examples/verify.mjs [FILE]
import { divergenceText, openRecording, verify } from "gvt-replay";

const file = process.argv[2] ?? "recordings/linux-6.1-boot.mcap";
const { recording, store, close } = await openRecording(file);
const { exact, events, outcomes, digests, divergence } = verify(recording, store);
console.log(
  exact ? `exact: ${events} events, ${outcomes} outcomes and ${digests} digests are equal` : "not exact",
);
if (divergence !== null) console.log(divergenceText(divergence, file));
close();
