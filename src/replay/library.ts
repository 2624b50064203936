/**
 * What both entrances of the package have in common: rows, machines, recordings that are open, and ways to
 * look at them. Nothing of Node's.
 *
 * @module
 */
export type { Digest } from "../events/digest.ts";
export { K, KIND_NAMES, type KindName } from "../events/kinds.ts";
export { Rows } from "../events/rows.ts";
export type { Configuration, VgpuConfiguration } from "../reducers/configuration.ts";
export { Machine, type State } from "../reducers/machine.ts";
export { PageStore } from "../reducers/pages.ts";
export { type Breakpoint, breakpointOf, goBack, goOn, type Hit } from "./breakpoints.ts";
export type { Cause } from "./causes.ts";
export { configure, type MachineOptions } from "./create.ts";
export { type Divergence, divergenceText } from "./divergence.ts";
export { RowFormatter, type RowText } from "./format.ts";
export { type Found, lookUp } from "./lookup.ts";
export { type Mark, marksOf } from "./marks.ts";
export type { OpenedRecording } from "./opened.ts";
export { RecordingError } from "./recording/errors.ts";
export type { Recording } from "./recording/recording.ts";
export { type ReplayStep, replay } from "./replay.ts";
export { configurationOf, machineOf } from "./run.ts";
export { lastScreens, type ScreenShot } from "./screen.ts";
export { DivergedError, seekTo } from "./state.ts";
export { type Statistics, statisticsOf } from "./statistics.ts";
export { type StepColumns, Steps } from "./steps.ts";
export { type Summary, summaryOf } from "./summary.ts";
export { Timeline, type TimelineOptions } from "./timeline.ts";
export { type Verification, type VerifyOptions, verify } from "./verify.ts";
export { Asker, causeText, type Why, whyText } from "./why.ts";
