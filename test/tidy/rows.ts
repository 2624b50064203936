import { READ_BEHAVIOURS, WRITE_BEHAVIOURS } from "../../src/hw/behaviours.ts";
import type { CommandRow } from "../../src/hw/command.ts";
import type { Bank, RegisterFacts, RegisterRow } from "../../src/hw/register.ts";
import type { Platform } from "../../src/hw/units.ts";
import type { Project, Rule, Violation } from "./project.ts";

const REGISTERS = { path: "src/hw/registers", line: 1 };
const COMMANDS = { path: "src/hw/commands", line: 1 };
const BEHAVIOURS = { path: "src/hw/behaviours.ts", line: 1 };

/** Named rows of Kaby Lake: what stock kernels touch in boot, mode set, idle, reset and unload. */
const KBL_ROWS = 600;

/** Behaviours that no row asks for yet, each with what it waits for. */
const RESERVED: Readonly<Record<string, string>> = {};

interface Named {
  readonly name: string;
  readonly component: string;
  readonly at: number;
  readonly row: RegisterRow;
}

function* registersOf(banks: readonly Bank[], platform: Platform): Generator<Named> {
  for (const bank of banks) {
    if (!isOn(bank.on, platform)) continue;
    for (const [component, base] of Object.entries(bank.bases)) {
      if (!isOn(bank.instanceOn?.[component], platform)) continue;
      for (const [name, row] of Object.entries(bank.rows)) {
        if (!isOn(row.on, platform)) continue;
        yield { name, component, at: base + row.offset, row };
      }
    }
  }
}

function isOn(on: readonly Platform[] | undefined, platform: Platform): boolean {
  return on === undefined || on.includes(platform);
}

function* checkNames(project: Project): Generator<Violation> {
  for (const platform of ["bdw", "kbl"] as const) {
    const seen = new Set<string>();
    for (const { name, component, at, row } of registersOf(project.banks, platform)) {
      const path = `${component}.${name}`;
      if (seen.has(path)) yield { ...REGISTERS, message: `${path}: two rows of this name on ${platform}` };
      seen.add(path);
      for (const offset of new Set([at, row.offset]))
        if (names(name, offset))
          yield { ...REGISTERS, message: `${path} is named by its offset ${offset.toString(16)}` };
    }
    const commands = new Set<string>();
    for (const { name, engines, on } of project.commands) {
      if (!isOn(on, platform)) continue;
      for (const engine of engines) {
        const path = `${engine} ${name}`;
        if (commands.has(path))
          yield { ...COMMANDS, message: `${path}: two rows of this name on ${platform}` };
        commands.add(path);
      }
    }
  }
}

/** Does a name hold this number in hexadecimal, in three digits or more? Letters alone may also be a word. */
function names(name: string, offset: number): boolean {
  const hex = offset.toString(16).toUpperCase();
  if (hex.length < 3) return false;
  const upper = name.toUpperCase();
  return /[0-9]/.test(hex) ? upper.includes(hex) : upper.split(/[^0-9A-F]+/).includes(hex);
}

function* checkBehaviours(project: Project): Generator<Violation> {
  const used = new Set<string | undefined>(["then none", "read none"]);
  const use = ({ then, read }: RegisterFacts): void => {
    used.add(`then ${then}`).add(`read ${read}`);
  };
  for (const bank of project.banks) {
    for (const row of Object.values(bank.rows)) {
      use(row);
      for (const facts of Object.values(row.variants ?? {})) use(facts);
    }
  }
  const all = [
    ...WRITE_BEHAVIOURS.map((name) => `then ${name}`),
    ...READ_BEHAVIOURS.map((name) => `read ${name}`),
  ];
  for (const name of all) {
    const reserved = Object.hasOwn(RESERVED, name);
    if (!used.has(name) && !reserved) yield { ...BEHAVIOURS, message: `${name}: no row asks for it` };
    if (used.has(name) && reserved)
      yield { ...BEHAVIOURS, message: `${name}: reserved, but a row asks for it` };
  }
}

function* checkBreadth(project: Project): Generator<Violation> {
  const names = new Set<string>();
  for (const { name } of registersOf(project.banks, "kbl")) names.add(name);
  if (names.size < KBL_ROWS)
    yield { ...REGISTERS, message: `kbl has ${names.size} named rows, fewer than ${KBL_ROWS}` };
}

const cite = "i915_reg.h";
const bankOf = (rows: Readonly<Record<string, RegisterRow>>, bases = { gt: 0 }): Bank => {
  return { bases, rows };
};
const command = (name: string, own: Partial<CommandRow> = {}): CommandRow => {
  return {
    name,
    mask: 0,
    opcode: 0,
    length: 1,
    engines: ["rcs0"],
    action: "skip",
    cost: 0,
    cite,
    ...own,
  };
};

/** Names are the field's, and say which register is meant. */
export const NAMES: Rule = {
  name: "registers and commands have names of their own",
  check: checkNames,
  bad: [
    {
      banks: [bankOf({ REG_4030: { offset: 0x4030, cite } })],
      says: "gt.REG_4030 is named by its offset 4030",
    },
    {
      banks: [bankOf({ CTL_134: { offset: 0x134, cite } }, { gt: 0x2000 })],
      says: "named by its offset 134",
    },
    { banks: [bankOf({ X_FDC: { offset: 0xfdc, cite } })], says: "named by its offset fdc" },
    {
      banks: [bankOf({ TAIL: { offset: 0x30, cite } }), bankOf({ TAIL: { offset: 0x34, cite } })],
      says: "gt.TAIL: two rows of this name",
    },
    { commands: [command("MI_NOOP"), command("MI_NOOP")], says: "rcs0 MI_NOOP: two rows of this name" },
  ],
  good: [
    {
      banks: [
        bankOf({ GEN8_ROW: { offset: 0x108, cite }, DEADFACED: { offset: 0xface, cite } }),
        bankOf({ RING_TAIL: { offset: 0x30, cite } }, { gt: 0x2000 }),
        bankOf({ TAIL: { offset: 0x30, on: ["bdw"], cite }, HEAD: { offset: 0x30, on: ["kbl"], cite } }),
      ],
      commands: [command("MI_NOOP"), command("MI_NOOP", { engines: ["bcs0"] })],
    },
  ],
};

const allBehaviours = [
  ...WRITE_BEHAVIOURS.map((then): RegisterRow => ({ offset: 0, cite, then })),
  ...READ_BEHAVIOURS.map((read): RegisterRow => ({ offset: 0, cite, read })),
];
const behaving = (skip: number): Bank => {
  const rows = allBehaviours.filter((_, i) => i !== skip).map((row, i) => [`R${i}`, row] as const);
  return bankOf(Object.fromEntries(rows));
};

/** A behaviour is there because a row asks for it. */
export const BEHAVIOUR_USE: Rule = {
  name: "every behaviour is used by a row",
  check: checkBehaviours,
  bad: [
    { banks: [behaving(1)], says: `then ${WRITE_BEHAVIOURS[1]}: no row asks for it` },
    {
      banks: [behaving(allBehaviours.length - 1)],
      says: `read ${READ_BEHAVIOURS.at(-1)}: no row asks for it`,
    },
  ],
  good: [{ banks: [behaving(-1)] }],
};

const manyRows = (count: number, on: readonly Platform[]): Bank => {
  const rows = Array.from({ length: count }, (_, i) => [`R${i}X`, { offset: 0, on, cite }] as const);
  return bankOf(Object.fromEntries(rows));
};

/** A register that a guest touches has a name. */
export const BREADTH: Rule = {
  name: `kbl has at least ${KBL_ROWS} named rows`,
  check: checkBreadth,
  bad: [
    { banks: [manyRows(KBL_ROWS - 1, ["kbl"])], says: "kbl has 599 named rows" },
    { banks: [manyRows(KBL_ROWS, ["bdw"])], says: "kbl has 0 named rows" },
  ],
  good: [{ banks: [manyRows(KBL_ROWS, ["bdw", "kbl"])] }],
};
