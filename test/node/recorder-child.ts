/**
 * Program text of a process that records until it is killed; it prints the seq of the last row handed to a
 * seal, and stats.
 */
export function childProgram(dist: string, file: string): string {
  return `
    import { K } from "${dist}/events/kinds.js";
    import { loadTools } from "${dist}/node/codecs.js";
    import { createRecorder } from "${dist}/node/recorder.js";
    import { PageStore } from "${dist}/reducers/pages.js";
    import { describe } from "${dist}/replay/recording/profile.js";
    const tools = await loadTools();
    const store = new PageStore(tools.hashPage);
    const base = { kind: "reset", configuration: {}, goldenHash: null };
    const meta = describe({ id: "00112233445566778899aabbccddeeff", createdAt: "2024-01-01T00:00:00Z", base });
    const recorder = await createRecorder("${file}", meta, tools, store);
    const page = new Uint8Array(4096);
    let n = 0;
    const timer = setInterval(() => {
      for (let k = 0; k < 2000; k++) {
        const i = recorder.rows.add(K["mmio.written"]);
        recorder.rows.at[i] = (n * 4) & 0xffff;
        recorder.rows.lo[i] = n++;
        if (n % 500 === 0) {
          page.set([n, n >> 8, n >> 16]);
          recorder.rows.page[recorder.rows.add(K["guest.fetched"])] = store.intern(page);
        }
        recorder.sealIfFull(() => []);
      }
      if (recorder.sealDue(performance.now() * 1000)) recorder.seal([]);
      const { blocks, bytes, largestWindowMs } = recorder.stats;
      const seq = recorder.rows.firstSeq + recorder.rows.count;
      console.log(JSON.stringify({ seq, blocks, bytes, largestWindowMs, failed: recorder.failed }));
      if (recorder.failed !== null) {
        clearInterval(timer);
        process.exitCode = 4;
      }
    }, 5);
  `;
}
