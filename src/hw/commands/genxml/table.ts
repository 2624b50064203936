import { GEN9 } from "./gen9.ts";

/**
 * Mesa's genxml as rows. The text that it is kept in has a line for each thing:
 *
 * - `enum PREFIX NAME`, `struct DWORDS NAME`, `register DWORDS OFFSET NAME`, `instruction DWORDS BIAS ENGINES NAME`
 *   (`-` for what it does not say) begin an entry;
 * - `FIRST-LAST TYPE NAME` is a field, its bits counted from the entry's (or group's) first: ` =N` after it is its
 *   constant, ` ^P` its values' prefix, ` !` says that 0 is wrong. Types: u, i, b, a (address), o (offset), f, fixed
 *   point as in s2.8, and `<NAME>` for a struct or an enum;
 * - `*COUNT FIRST BITS` begins a group of fields that repeats (COUNT 0: to the end of the command), `.` ends it;
 * - a line that begins with a blank names values of the field, or the enum, before it: `0=NAME; 1=NAME`.
 *
 * An entry is parsed when it is asked for: the table as a whole costs a start nothing.
 */

/** A field: bits [high, low] counted from the first of what holds it. */
export interface Field {
  readonly name: string;
  readonly bits: readonly [number, number];
  /** One of the types above, or a struct's or enum's name. */
  readonly type: string;
  readonly fixed?: number;
  readonly prefix?: string;
  readonly nonzero?: true;
  readonly values: ReadonlyMap<number, string>;
}

/** Fields that repeat, `size` bits apart; `count` 0: to the end of the command. */
export interface FieldGroup {
  readonly count: number;
  readonly first: number;
  readonly size: number;
  readonly fields: readonly Field[];
}

export type Kind = "enum" | "struct" | "register" | "instruction";

/** One entry of the table. */
export interface Layout {
  readonly kind: Kind;
  readonly name: string;
  /** Dwords, where the XML says a number. */
  readonly length?: number | undefined;
  /** Of an instruction: what is added to its length field, and its engines in the XML's words. */
  readonly bias?: number | undefined;
  readonly engines?: readonly string[] | undefined;
  /** Of a register: bytes. */
  readonly offset?: number | undefined;
  /** Of an enum. */
  readonly prefix?: string | undefined;
  readonly values: ReadonlyMap<number, string>;
  readonly fields: readonly Field[];
  readonly groups: readonly FieldGroup[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  enum: "enum",
  struct: "struct",
  register: "register",
  instruction: "instruction",
};

/** Entries of the table, by kind and name: their text, until somebody asks. */
export class LayoutTable {
  private readonly texts = new Map<string, string>();
  private readonly parsed = new Map<string, Layout>();

  /** Throws where the text is not one. */
  constructor(text: string) {
    for (const entry of text.split(/\n(?=enum |struct |register |instruction )/)) {
      const { kind, name } = parseHead(entry.split("\n", 1)[0]);
      this.texts.set(`${kind} ${name}`, entry);
    }
  }

  /** Names of a kind, in the table's order. */
  names(kind: Kind): string[] {
    return [...this.texts.keys()].flatMap((key) =>
      key.startsWith(`${kind} `) ? [key.slice(kind.length + 1)] : [],
    );
  }

  /** An entry; undefined where there is none. */
  get(kind: Kind, name: string): Layout | undefined {
    const key = `${kind} ${name}`;
    const known = this.parsed.get(key);
    if (known !== undefined) return known;
    const text = this.texts.get(key);
    if (text === undefined) return undefined;
    const layout = parseLayout(text);
    this.parsed.set(key, layout);
    return layout;
  }
}

let gen9: LayoutTable | undefined;

/** What Mesa's gen9.xml says. */
export function gen9Table(): LayoutTable {
  gen9 ??= new LayoutTable(GEN9);
  return gen9;
}

type Head = Omit<Layout, "values" | "fields" | "groups">;

function parseHead(line: string): Head {
  const [word, ...rest] = line.split(" ");
  const kind = KINDS[word];
  const number = (text: string): number | undefined => (text === "-" ? undefined : Number(text));
  switch (kind) {
    case "enum":
      return { kind, name: rest.slice(1).join(" "), prefix: rest[0] === "-" ? undefined : rest[0] };
    case "struct":
      return { kind, name: rest.slice(1).join(" "), length: number(rest[0]) };
    case "register":
      return {
        kind,
        name: rest.slice(2).join(" "),
        length: number(rest[0]),
        offset: Number.parseInt(rest[1], 16),
      };
    case "instruction":
      return {
        kind,
        name: rest.slice(3).join(" "),
        length: number(rest[0]),
        bias: Number(rest[1]),
        engines: rest[2] === "-" ? undefined : rest[2].split("|"),
      };
    default:
      throw new Error(`no entry begins like this: ${line}`);
  }
}

/** Parse an entry's text; the fields of a row may be written in the same way. Throws where a line is none. */
export function parseLayout(text: string): Layout {
  const [head, ...lines] = text.split("\n").filter((line) => line !== "");
  const values = new Map<number, string>();
  const fields: Field[] = [];
  const groups: FieldGroup[] = [];
  let into = fields;
  let named: Map<number, string> = values;
  for (const line of lines) {
    if (line.startsWith(" ")) {
      for (const pair of line.slice(1).split("; ")) {
        const at = pair.indexOf("=");
        named.set(Number(pair.slice(0, at)), pair.slice(at + 1));
      }
    } else if (line.startsWith("*")) {
      const [count, first, size] = line.slice(1).split(" ").map(Number);
      into = [];
      groups.push({ count, first, size, fields: into });
    } else if (line === ".") {
      into = fields;
    } else {
      named = new Map();
      into.push(parseField(line, named));
    }
  }
  return { ...parseHead(head), values, fields, groups };
}

const FIELD = /^(\d+)(?:-(\d+))? (?:<([^>]+)>|([a-z][\d.]*)) (.+?)(?: =(\d+))?(?: \^(\S+))?( !)?$/;

function parseField(line: string, values: ReadonlyMap<number, string>): Field {
  const match = FIELD.exec(line);
  if (match === null) throw new Error(`no field: ${line}`);
  const [, low, high, reference, type, name, fixed, prefix, nonzero] = match;
  return {
    name,
    bits: [Number(high ?? low), Number(low)],
    type: reference ?? type,
    values,
    ...(fixed !== undefined && { fixed: Number(fixed) }),
    ...(prefix !== undefined && { prefix }),
    ...(nonzero !== undefined && { nonzero: true as const }),
  };
}
