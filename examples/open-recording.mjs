// What is in a recording: node examples/open-recording.mjs [FILE]
import { configurationOf, openRecording, Rows } from "gvt-replay";

const file = process.argv[2] ?? "recordings/linux-6.1-boot.mcap";
const { recording, close } = await openRecording(file);
const { deviceId, vgpus } = configurationOf(recording);
console.log(
  `${file}: 8086:${deviceId.toString(16)} with ${vgpus.length} vGPU, ${recording.rowCount} rows, ${recording.eventCount} events`,
);

// Rows come block by block, as columns.
const rows = new Rows();
const { firstSeq, lastSeq } = recording.readBlock(0, rows);
console.log(`rows ${firstSeq} to ${lastSeq}; the first took ${rows.dt[0]} us`);
close();
