import { openRecording } from "../src/node/open.ts";
import { Timeline } from "../src/replay/timeline/timeline.ts";

/** Prints the milliseconds from the opening of a recording to the state in its middle. */
const start = performance.now();
const { recording, store } = await openRecording(process.argv[2]);
new Timeline(recording, store).seek(recording.rowCount >> 1);
process.stdout.write(String(performance.now() - start));
