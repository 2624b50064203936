import type { Bank } from "../../src/hw/register.ts";
import { PLATFORMS } from "../../src/hw/units.ts";
import { codeFiles, type Project, type Rule, type Violation } from "./project.ts";
import { lineOf, nameOf, type SyntaxNode } from "./syntax.ts";

/** Below this a number may be anything: bits, counts, distances from an engine's base. */
const LOWEST = 0x2000;

interface Named {
  readonly names: ReadonlySet<string>;
  readonly places: ReadonlyMap<number, string>;
}

function namesOf(banks: readonly Bank[]): Named {
  const names = new Set<string>();
  const places = new Map<number, string>();
  for (const bank of banks) {
    for (const [name, row] of Object.entries(bank.rows)) {
      names.add(name);
      for (const [component, base] of Object.entries(bank.bases)) {
        for (let i = 0; i < (row.count ?? 1); i++)
          places.set(base + row.offset + i * (row.stride ?? 4), `${component}.${name}`);
      }
    }
  }
  return { names, places };
}

/** Are the bits that are set one next to the other? Then it is a mask, or a size. */
function isRun(value: number): boolean {
  let bits = value;
  while (bits !== 0 && (bits & 1) === 0) bits >>>= 1;
  return (bits & (bits + 1)) === 0;
}

function hexOf(node: SyntaxNode): number | null {
  if (node.type !== "NumericLiteral") return null;
  const { raw } = node.extra as { raw: string };
  return /^0x/i.test(raw) ? Number(node.value) : null;
}

function* checkOffsets(project: Project): Generator<Violation> {
  const { names, places } = namesOf(project.banks);
  for (const file of codeFiles(project, "src")) {
    if (!file.path.startsWith("src/reducers/")) continue;
    for (const { node, parent } of file.nodes) {
      const value = hexOf(node);
      if (value === null) continue;
      const at = { path: file.path, line: lineOf(node) };
      const declared = parent?.type === "VariableDeclarator" ? nameOf(parent.id) : null;
      const place = value >= LOWEST && !isRun(value) ? places.get(value) : undefined;
      if (place !== undefined)
        yield { ...at, message: `${value.toString(16)} is ${place}: ask its row for it` };
      else if (declared != null && names.has(declared))
        yield { ...at, message: `${declared} is a register: ask its row for its place` };
    }
  }
}

function* checkPlatforms(project: Project): Generator<Violation> {
  const platforms: ReadonlySet<unknown> = new Set(PLATFORMS);
  for (const file of codeFiles(project, "src")) {
    // Which platform a machine is has to be said once.
    if (!file.path.startsWith("src/reducers/") || file.path === "src/reducers/configuration.ts") continue;
    for (const { node, parent } of file.nodes) {
      const name =
        node.type === "StringLiteral"
          ? node.value
          : parent?.type === "ObjectProperty" && parent.key === node
            ? nameOf(node)
            : null;
      if (platforms.has(name))
        yield {
          path: file.path,
          line: lineOf(node),
          message: `${name}: ask for a feature of hw/platforms.ts`,
        };
    }
  }
}

const bank: Bank = {
  bases: { rcs0: 0x2000, bcs0: 0x2_2000 },
  rows: {
    RING_TAIL: { offset: 0x30, cite: "gt/intel_engine_regs.h" },
    RING_GPR: { offset: 0x600, count: 4, stride: 8, cite: "gt/intel_engine_regs.h" },
  },
};

/** Where a register is, its row says. */
export const RAW_OFFSETS: Rule = {
  name: "reducers take a register's place from its row",
  check: checkOffsets,
  bad: [
    {
      banks: [bank],
      files: { "src/reducers/a.ts": "words.write(0x2_2030 >>> 2, 0);" },
      says: "22030 is bcs0.RING_TAIL",
    },
    {
      banks: [bank],
      files: { "src/reducers/a.ts": "const ring = [0x2618];" },
      says: "2618 is rcs0.RING_GPR",
    },
    {
      banks: [bank],
      files: { "src/reducers/device/a.ts": "const RING_TAIL = 0x30;" },
      says: "RING_TAIL is a register",
    },
  ],
  good: [
    {
      banks: [bank],
      files: {
        "src/reducers/a.ts":
          'const RING_TAIL = distanceOf("RING_TAIL");\nconst TAIL_MASK = 0x1f_fff8;\nconst low = 0x30;',
        "src/reducers/b.ts": "const nobody = 0x2_2038;\nconst count = 8752;",
        "src/hw/a.ts": "const TAIL = 0x2030;",
      },
    },
  ],
};

/** What differs between platforms has a name of its own. */
export const FEATURES_ONLY: Rule = {
  name: "reducers ask for features, not for platforms",
  check: checkPlatforms,
  bad: [
    { files: { "src/reducers/a.ts": 'if (platform === "kbl") go();' }, says: "kbl: ask for a feature" },
    { files: { "src/reducers/b/a.ts": "const PLANES = { bdw: 2 };" }, says: "bdw: ask for a feature" },
  ],
  good: [
    {
      files: {
        "src/reducers/a.ts": "if (features.dplls) go();",
        "src/reducers/configuration.ts": 'const platform = "kbl";',
        "src/hw/platforms.ts": "const FEATURES = { bdw: 2 };",
      },
    },
  ],
};
