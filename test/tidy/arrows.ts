import { importsOf } from "./imports.ts";
import { codeFiles, type Project, type Rule, type Violation } from "./project.ts";

/**
 * The rooms, and which of them each may import. Types count like code: an arrow is about what a room knows.
 * `.` stands for the room itself.
 */
const PURE = ["hw", "events", "reducers", "replay"];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  hw: ["hw"],
  events: ["hw", "events"],
  reducers: ["hw", "events", "reducers"],
  replay: PURE,
  formats: [...PURE, "formats"],
  node: [...PURE, "node"],
  web: [...PURE, "formats", "web"],
  // A port knows events and effects, never state.
  ports: ["hw", "events", "replay", "node", "ports"],
  campaign: [...PURE, "node", "campaign"],
  cli: [...PURE, "formats", "node", "ports", "campaign", "cli"],
  "pure.ts": [...PURE, "formats"],
  "index.ts": [...PURE, "formats", "node", "ports", "campaign"],
};

/** Rooms that may import modules of Node. */
const ON_NODE = ["node", "ports", "campaign", "cli"];

/** Who we are stands there alone: name and version. */
const MANIFEST = "package.json";

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function half(path: string): string | null {
  return /^src\/reducers\/(device|mediator)\//.exec(path)?.[1] ?? null;
}

function* checkRooms(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src")) {
    const room = roomOf(file.path);
    const allowed = MAY_IMPORT[room];
    if (allowed === undefined) {
      yield { path: file.path, line: 1, message: `${room} is no room of the house` };
      continue;
    }
    for (const { source, target, line } of importsOf(file)) {
      if (target === null || target === MANIFEST) continue;
      const at = { path: file.path, line };
      if (!target.startsWith("src/")) yield { ...at, message: `src must not import ${source}` };
      else if (!allowed.includes(roomOf(target)))
        yield { ...at, message: `${room} must not import ${source}` };
      const [mine, other] = [half(file.path), half(target)];
      if (mine !== null && other !== null && mine !== other)
        yield { ...at, message: `${mine} must not import ${other}: they speak through the seam` };
    }
  }
}

function* checkNode(project: Project): Generator<Violation> {
  for (const file of codeFiles(project, "src")) {
    const room = roomOf(file.path);
    if (ON_NODE.includes(room)) continue;
    for (const { source, line } of importsOf(file)) {
      if (!source.startsWith("node:")) continue;
      yield {
        path: file.path,
        line,
        message: `${room} must not import ${source}: it also runs in a browser`,
      };
    }
  }
}

/** Who may import whom among the rooms of src. */
export const ARROWS: Rule = {
  name: "import arrows",
  check: checkRooms,
  bad: [
    { files: { "src/hw/a.ts": 'import { K } from "../events/kinds.ts";' }, says: "hw must not import" },
    {
      files: { "src/ports/sim/a.ts": 'import type { State } from "../../reducers/machine.ts";' },
      says: "ports must not import",
    },
    { files: { "src/replay/a.ts": 'export * from "../node/files.ts";' }, says: "replay must not import" },
    { files: { "src/cli/a.ts": 'const a = await import("../web/page.ts");' }, says: "cli must not import" },
    {
      files: { "src/reducers/device/a.ts": 'import { submit } from "../mediator/execlist.ts";' },
      says: "device must not import mediator",
    },
    {
      files: { "src/reducers/mediator/display/a.ts": 'import { flushTlb } from "../../device/gtt.ts";' },
      says: "mediator must not import device",
    },
    {
      files: { "src/pure.ts": 'export { openFile } from "./node/files.ts";' },
      says: "pure.ts must not import",
    },
    {
      files: { "src/node/a.ts": 'import { sample } from "../../test/samples.ts";' },
      says: "src must not import",
    },
    { files: { "src/helpers/a.ts": "export {};" }, says: "no room" },
  ],
  good: [
    {
      files: {
        "src/reducers/core.ts":
          'import { K } from "../events/kinds.ts";\nimport { E } from "../hw/units.ts";',
        "src/cli/main.ts": 'import { serve } from "../ports/vfio-user/session.ts";',
        "src/ports/sim/a.ts": '// import "../../reducers/core.ts"\nimport "../../replay/session.ts";',
        "test/a.test.ts": 'import { K } from "../src/events/kinds.ts";',
        "src/node/version.ts": 'readFileSync(new URL("../../package.json", import.meta.url));',
      },
    },
  ],
};

/** Modules of Node are for the edge only. */
export const NODE_EDGE: Rule = {
  name: "node: only from src/node on",
  check: checkNode,
  bad: [
    { files: { "src/replay/a.ts": 'import { readFileSync } from "node:fs";' }, says: "node:fs" },
    { files: { "src/reducers/a.ts": 'const fs = await import("node:fs");' }, says: "node:fs" },
    { files: { "src/index.ts": 'import type { Socket } from "node:net";' }, says: "node:net" },
  ],
  good: [
    {
      files: {
        "src/node/files.ts": 'import { readFileSync } from "node:fs";',
        "src/ports/vfio-user/wire.ts": 'import * as net from "node:net";',
      },
    },
  ],
};
