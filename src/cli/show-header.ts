import { Rows } from "../events/rows.ts";
import { preferredTiming } from "../hw/edid.ts";
import type { Configuration } from "../reducers/configuration.ts";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { configurationOf } from "../replay/engine/run.ts";
import { type Statistics, statisticsOf } from "../replay/engine/statistics.ts";
import type { CheckpointBase, RecordingMeta } from "../replay/recording/profile.ts";
import { marksOf } from "../replay/rerun/marks.ts";
import { settingOfRecording } from "./recordings.ts";
import { bytesText, columns, count, grouped, secondsText } from "./table.ts";
import { paint, print, printJson, withProgress } from "./terminal.ts";

const MIB = 1 << 20;

/** What a recording is, and what it holds. Reads and checks every byte first. */
export function showHeader(opened: OpenedRecording, json: boolean): void {
  const { recording } = opened;
  withProgress("read", (progress) => {
    const of = recording.blockCount;
    recording.checkWhole(new Rows(1 << 15), (n) => progress(n + 1, of));
  });
  const { registers } = settingOfRecording(opened);
  const statistics = withProgress("count", (progress) => statisticsOf(recording, registers, progress));
  const configuration = configurationOf(recording);
  if (json) printJson(jsonHeader(opened, configuration, statistics));
  else printHeader(opened, configuration, statistics);
}

function jsonHeader(
  { recording }: OpenedRecording,
  configuration: Configuration,
  statistics: Statistics,
): object {
  const { id, schema, createdAt, tool, sources, base } = recording.meta;
  const { name, size, blockCount, closed, damage, warnings, unknownKinds, lineage } = recording;
  const parent =
    lineage === null ? null : { file: lineage.parent.name, id: lineage.parent.meta.id, seq: lineage.lastSeq };
  return {
    ...{ file: name, id, schema, createdAt, tool, sources, base: base.kind, parent, configuration },
    ...{ firstRow: recording.firstRow },
    ...{ bytes: size, blocks: blockCount, closed, damage, warnings, unknownKinds, marks: marksOf(recording) },
    ...statistics,
    bytesPerEvent: statistics.events === 0 ? null : size / statistics.events,
  };
}

function printHeader({ recording }: OpenedRecording, configuration: Configuration, s: Statistics): void {
  const { meta, size, blockCount, closed, lineage } = recording;
  const { platform, deviceId, revision, mode, screenEvery } = configuration;
  const machine = `${platform} 8086:${deviceId.toString(16)} revision ${revision}, ${mode}`;
  section(recording.name, [
    ["recording", `${meta.id}, schema ${meta.schema}, ${closed ? "closed" : "not closed"}`],
    ["made", `${meta.createdAt} by ${meta.tool}`],
    ["machine", `${machine}, screen every ${secondsText(screenEvery, 1)}`],
    ...configuration.vgpus.map((share, i) => [`vgpu${i + 1}`, shareText(share)]),
    ["base", baseText(meta.base)],
    ...(lineage === null
      ? []
      : [["branch", `of ${lineage.parent.name}, which it leaves after row ${lineage.lastSeq}`]]),
    ["size", `${bytesText(size)} in ${count(blockCount, "block")}`],
  ]);
  const perEvent = s.events === 0 ? "" : `, ${(size / s.events).toFixed(2)} bytes an event`;
  section("log", [
    ["events", `${grouped(s.events)} of ${count(s.rows, "row")}${perEvent}`],
    ["duration", `${secondsText(s.duration)} of model time`],
    ["registers", registersText(s)],
    ["unknown", `${count(s.unknownAccesses, "access", "accesses")} to no register (mmio.unknown)`],
    [
      "memory",
      `${count(s.told + s.fetched, "page")} told (${grouped(s.fetched)} under a ticket), ` +
        `${grouped(s.pages)} different (${bytesText(s.pages * 4096)}); ${count(s.pieces, "piece")} written`,
    ],
    ["aperture", `${bytesText(s.apertureBytes)} written`],
    ["interrupts", grouped(s.interrupts)],
    ...(s.unknownRows > 0 ? [["skipped", `${count(s.unknownRows, "row")} of unknown kinds`]] : []),
  ]);
  if (s.engines.length > 0) {
    print(paint.bold("engines"));
    const rows = s.engines.map((e) => [
      `  ${e.engine}`,
      ...[e.submitted, e.completed, e.switches].map(grouped),
    ]);
    for (const line of columns([["", "submitted", "completed", "switches"], ...rows], [1, 2, 3])) print(line);
    print();
  }
  const marks = marksOf(recording).map(({ seq, text }) => [String(seq), text]);
  if (marks.length > 0) section("marks", marks);
  print(paint.bold("rows by kind"));
  for (const line of columns(
    s.kinds.map(({ kind, count }) => [`  ${kind}`, grouped(count)]),
    [1],
  ))
    print(line);
}

function baseText(base: RecordingMeta["base"]): string {
  if (base.kind === "reset") return "reset";
  const { seq, now } = base as CheckpointBase;
  return `an embedded checkpoint after row ${seq}, ${secondsText(now)} of model time`;
}

function registersText({ registers: { single, arrays, accesses } }: Statistics): string {
  return `${grouped(single)} by name and ${count(arrays, "array")} touched in ${count(accesses, "access", "accesses")}`;
}

function shareText(share: Configuration["vgpus"][number]): string {
  const { mappableSize, unmappableSize, fences, pciClass, edid } = share;
  const timing = edid === null ? null : preferredTiming(edid);
  const monitor =
    edid === null ? "no monitor" : `monitor ${timing === null ? "?" : `${timing.width}x${timing.height}`}`;
  const memory = `${mappableSize / MIB} + ${unmappableSize / MIB} MiB of GGTT, ${fences} fences`;
  return `${memory}, class ${pciClass.toString(16).padStart(6, "0")}, ${monitor}`;
}

function section(title: string, rows: readonly (readonly string[])[]): void {
  print(paint.bold(title));
  for (const line of columns(rows.map(([name, value]) => [`  ${name}`, value]))) print(line);
  print();
}
