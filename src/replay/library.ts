/**
 * What both entrances of the package have in common: rows, machines, recordings that are open, and ways to
 * look at them. Nothing of Node's.
 *
 * @module
 */
export type { Digest } from "../events/digest.ts";
export { K, KIND_NAMES, type KindName } from "../events/kinds.ts";
export { Rows } from "../events/rows.ts";
export type { AddressOperand, CommandRow } from "../hw/command.ts";
export { COMMAND_ROWS } from "../hw/commands/index.ts";
export { type CommandIndex, commandLength, commandRow, compileCommands } from "../hw/compile-commands.ts";
export {
  addressesOf,
  type DecodedAddress,
  type DecodedField,
  decodeCommand,
  isPrivileged,
} from "../hw/decode-command.ts";
export type { Configuration, VgpuConfiguration } from "../reducers/configuration.ts";
export { Machine, type State } from "../reducers/machine.ts";
export { PageStore } from "../reducers/pages.ts";
export { reduceState, type Step } from "../reducers/step.ts";
export { configure, type MachineOptions } from "./engine/create.ts";
export { type Divergence, divergenceText } from "./engine/divergence.ts";
export { RowFormatter, type RowText } from "./engine/format.ts";
export type { OpenedRecording } from "./engine/opened.ts";
export { type ReplayStep, replay } from "./engine/replay.ts";
export { configurationOf, machineOf } from "./engine/run.ts";
export { lastScreens, type ScreenShot } from "./engine/screen.ts";
export { DivergedError, seekTo } from "./engine/state.ts";
export { type Statistics, statisticsOf } from "./engine/statistics.ts";
export { type Summary, summaryOf } from "./engine/summary.ts";
export { type Found, lookUp } from "./names/lookup.ts";
export { type StepColumns, Steps } from "./names/steps.ts";
export { RecordingError } from "./recording/errors.ts";
export type { Recording } from "./recording/recording.ts";
export { type Mark, marksOf } from "./rerun/marks.ts";
export { type Breakpoint, breakpointOf, goBack, goOn, type Hit } from "./timeline/breakpoints.ts";
export { Timeline, type TimelineOptions } from "./timeline/timeline.ts";
export { type Verification, type VerifyOptions, verify } from "./verify/verify.ts";
export type { Cause } from "./why/causes.ts";
export { Asker, causeText, type Why, whyText } from "./why/why.ts";
