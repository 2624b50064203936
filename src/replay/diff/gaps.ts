import { WRITE_TIME } from "../../events/codes.ts";
import { CLASS_OUTCOME, K, KIND_CLASS, KIND_NAMES, KIND_PAYLOAD, KIND_WORLD } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { ENGINES } from "../../hw/units.ts";
import { isRead } from "../../reducers/machine.ts";
import { agentName } from "../../reducers/path.ts";
import { NO_ENGINE, Pace } from "../answers/pace.ts";
import { rowColumns } from "../engine/format.ts";
import type { OpenedRecording } from "../engine/opened.ts";

/** Something that came out of the model, as one of a sequence that the guest can tell the order of. */
export interface Shown {
  /** Whose sequence: `vgpu1.rcs0.write`, `vgpu1.irq`, `rcs0.switch`. */
  readonly lane: string;
  readonly seq: number;
  readonly text: string;
}

/** A page that the model asked for and got. */
export interface Fetched {
  readonly seq: number;
  /** `vgpu1.ram.1f3a2` */
  readonly path: string;
  readonly page: number;
}

/** One world input and everything up to the next one. */
export interface Gap {
  readonly seq: number;
  readonly kind: number;
  readonly agent: number;
  /** Byte offset or address, and size of the access. */
  readonly at: number;
  readonly size: number;
  /** What the world did, as text: equal where two runs were given the same. */
  readonly key: string;
  /** The same without the value: what was done, and where. */
  readonly shape: string;
  /** The value that a write brought, in words; empty for others. */
  readonly value: string;
  /** Final reply to a read, low and high; 0 for others. */
  readonly reply: readonly [number, number];
  readonly shown: readonly Shown[];
  readonly fetched: readonly Fetched[];
  /** Texts of what may differ without harm: times, ticket numbers, order and number of fetches. */
  readonly times: string;
  readonly tickets: string;
  readonly fetches: string;
}

/** Reads a recording as gaps, in order; what stands before the first world input belongs to none. */
export function* gapsOf({ recording, store }: OpenedRecording): Generator<Gap> {
  const rows = new Rows(1 << 15);
  const pace = new Pace();
  let now = 0;
  let open: OpenGap | null = null;
  for (let n = 0; n < recording.blockCount; n++) {
    recording.readBlock(n, rows);
    for (let i = 0; i < rows.count; i++) {
      const kind = rows.kind[i];
      if (KIND_CLASS[kind] < CLASS_OUTCOME) {
        now += rows.dt[i];
        pace.input(rows, i, now);
      } else pace.outcome(rows, i);
      if (KIND_WORLD[kind] === 1) {
        if (open !== null) yield open.gap();
        open = new OpenGap(rows, i);
      } else open?.add(rows, i, pace.engine, (page) => Array.from(store.hash(page)).join());
    }
  }
  if (open !== null) yield open.gap();
}

/** What is kept of a text that is only ever compared: two lanes over its characters. */
class Mark {
  private low = 0x811c9dc5 | 0;
  private high = 0x2f0b4dd3 | 0;

  add(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193) + (this.low >>> 15);
    this.high = Math.imul(this.high + value, 0x85ebca6b) ^ (this.high >>> 13);
  }

  get text(): string {
    return `${this.low}:${this.high}`;
  }
}

class OpenGap {
  private readonly seq: number;
  private readonly kind: number;
  private readonly agent: number;
  private readonly at: number;
  private readonly size: number;
  private readonly key: string;
  private readonly shape: string;
  private readonly value: string;
  private readonly owed: number;
  private reply: readonly [number, number] = [0, 0];
  private readonly shown: Shown[] = [];
  private readonly fetched: Fetched[] = [];
  private readonly times = new Mark();
  private readonly tickets = new Mark();
  private readonly fetches = new Mark();

  constructor(rows: Rows, i: number) {
    const kind = rows.kind[i];
    this.seq = rows.firstSeq + i;
    this.kind = kind;
    this.agent = rows.agent[i];
    const columns = rowColumns(rows, i);
    this.at = columns.at ?? 0;
    this.size = columns.size ?? 0;
    this.owed = isRead(kind) ? rows.ticket[i] : 0;
    this.times.add(rows.dt[i]);
    this.tickets.add(this.owed);
    this.shape = `${kind} ${this.agent} ${this.at} ${this.size}`;
    if (isRead(kind)) {
      this.reply = [rows.lo[i], rows.hi[i]];
      this.value = "";
      this.key = this.shape;
      return;
    }
    const { dt: _, ticket: __, lo, hi = 0, ...rest } = columns;
    const payload = KIND_PAYLOAD[kind] === 1 ? markOf(rows.payloadOf(i)) : "";
    this.value =
      lo === undefined ? "" : `${hi === 0 ? "" : `${hi.toString(16)}:`}${lo.toString(16).padStart(8, "0")}`;
    this.key = `${this.shape} ${Object.values(rest).join(" ")} ${this.value} ${payload}`;
  }

  add(rows: Rows, i: number, engine: number, hashOf: (page: number) => string): void {
    const kind = rows.kind[i];
    const seq = rows.firstSeq + i;
    const columns = rowColumns(rows, i);
    if (columns.dt !== undefined) this.times.add(columns.dt);
    if (columns.ticket !== undefined) this.tickets.add(columns.ticket);
    if (columns.cause !== undefined) this.tickets.add(columns.cause);
    if (kind === K["guest.fetched"]) {
      this.fetched.push({
        seq,
        path: `${agentName(rows.agent[i])}.ram.${rows.at[i].toString(16)}`,
        page: rows.page[i],
      });
      for (const part of hashOf(rows.page[i]).split(",")) this.fetches.add(Number(part));
    }
    if (KIND_NAMES[kind].startsWith("guest.fetch")) {
      for (const value of [kind, rows.agent[i], rows.at[i]]) this.fetches.add(value);
      return;
    }
    if (kind === K["timer.arm"] || kind === K["timer.cancel"] || kind === K["timer.fired"]) {
      for (const value of [kind, columns.lo ?? 0, columns.hi ?? 0]) this.times.add(value);
      return;
    }
    if (kind === K["access.reply"] && rows.ticket[i] === this.owed) this.reply = [rows.lo[i], rows.hi[i]];
    else if (KIND_CLASS[kind] === CLASS_OUTCOME) this.show(rows, i, engine);
  }

  private show(rows: Rows, i: number, engine: number): void {
    const kind = rows.kind[i];
    const { cause: _, ticket: __, lo, hi, ...rest } = rowColumns(rows, i);
    const isTime = kind === K["guest.write"] && rows.code[i] === WRITE_TIME;
    // Which bits raised an interrupt is a matter of time: the guest sees them where it reads them.
    if (kind === K["irq.inject"]) delete rest.code;
    const value =
      kind === K["irq.inject"]
        ? (lo ?? 0).toString(16)
        : isTime
          ? "a time"
          : `${(hi ?? 0).toString(16)} ${(lo ?? 0).toString(16)}`;
    const where = Object.entries(rest).map(([name, n]) => `${name} ${n.toString(16)}`);
    const text = `${KIND_NAMES[kind]} ${where.join(" ")} ${value}`;
    this.shown.push({ lane: laneOf(rows, i, engine), seq: rows.firstSeq + i, text });
  }

  gap(): Gap {
    const { seq, kind, agent, at, size, key, shape, value, reply, shown, fetched } = this;
    const { times, tickets, fetches } = this;
    return {
      ...{ seq, kind, agent, at, size, key, shape, value, reply, shown, fetched },
      ...{ times: times.text, tickets: tickets.text, fetches: fetches.text },
    };
  }
}

function laneOf(rows: Rows, i: number, engine: number): string {
  const kind = rows.kind[i];
  const agent = agentName(rows.agent[i]);
  if (kind === K["guest.write"])
    return `${agent}.${engine === NO_ENGINE ? "aperture" : ENGINES[engine]}.write`;
  if (kind === K["irq.inject"] || kind === K["irq.level"]) return `${agent}.irq`;
  const of = rowColumns(rows, i).engine;
  return `${agent}.${of === undefined ? "" : `${ENGINES[of] ?? "host"}.`}${KIND_NAMES[kind]}`;
}

function markOf(bytes: Uint8Array): string {
  const mark = new Mark();
  for (const byte of bytes) mark.add(byte);
  return mark.text;
}
