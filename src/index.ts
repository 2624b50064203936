/**
 * gvt-replay as a library, for Node: record guests (`serve`), open recordings (`openRecording`), run them
 * (`replay`, `verify`), build machines of one's own (`createMachine`). `gvt-replay/pure` is the part that
 * runs anywhere.
 *
 * @module
 */
import { hashPage } from "./node/hash.ts";
import type { Machine } from "./reducers/machine.ts";
import { PageStore } from "./reducers/pages.ts";
import { createMachineWith, type MachineOptions } from "./replay/engine/create.ts";

export { openRecording } from "./node/open.ts";
export { encodePng, writePng } from "./node/screen-png.ts";
export { type ServeEvent, type Server, type ServeStatistics, serve } from "./ports/serve.ts";
export { type ServedVgpu, ServeError, type ServeOptions } from "./ports/serve-options.ts";
export { ALU, alu, Batch, COMPARE } from "./ports/sim/assembler.ts";
export { SimDriver } from "./ports/sim/driver.ts";
export { SimGuest } from "./ports/sim/guest.ts";
export { type SimCapabilities, SimPort } from "./ports/sim/port.ts";
export * from "./replay/library.ts";
export { Live } from "./replay/live/live.ts";
export { InlineRecorder } from "./replay/recording/inline.ts";

/**
 * A machine after reset, to be given rows one by one: `machine.apply(rows, i)`. Throws RangeError for wrong
 * options.
 */
export function createMachine(options: MachineOptions = {}): Machine {
  return createMachineWith(new PageStore(hashPage), options);
}
