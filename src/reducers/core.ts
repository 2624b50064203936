import { createDraft, finishDraft, type Objectish } from "immer";
import { K } from "../events/kinds.ts";
import { Rows } from "../events/rows.ts";
import type { RegisterIndex } from "../hw/compile.ts";
import type { CommandIndex } from "../hw/compile-commands.ts";
import { VGPU_MAX } from "../hw/units.ts";
import { type AnswerSource, NOBODY } from "./answers.ts";
import type { Configuration } from "./configuration.ts";
import type { PageStore } from "./pages.ts";
import { PLANES, TICKETS } from "./planes.ts";
import { Ram } from "./ram.ts";
import type { Down, Up } from "./seam.ts";
import { cloneTree, type DeviceTree, type Tree, type VgpuTree } from "./trees.ts";
import { eachWord, PAGE_MASK, Words } from "./words.ts";

const TICKET_WORDS = 8;
// Own copies, as these are read often: see words.ts.
const TICKET_PLANE = TICKETS;
const MASK = PAGE_MASK;
/**
 * Slots of the table of open tickets: seven vGPUs' screens of 1920x1200 being fetched at once need half of
 * them.
 */
const TICKET_SLOTS = 1 << 15;
const TICKET_RESERVE = 1 << 11;
const TICKET_ROW = 16;
/** A ticket's second word: kind + 1 in 8 bits, the agent in 4, the upper 20 bits of the asking row's seq. */
const KIND_MASK = 0xff;
const AGENT_SHIFT = 8;
const ASKED_MASK = 0xfff;
const ROW_SHIFT = 12;
const TWO_32 = 0x1_0000_0000;

/** The ticket being opened. Holds nothing between events. */
const TICKET = new Uint32Array(TICKET_WORDS);
const NO_TICKET = new Uint32Array(TICKET_WORDS);

/**
 * What never changes while a machine runs: the tables compiled for its platform, its configuration, its
 * page contents.
 */
export interface Setting {
  readonly registers: RegisterIndex;
  /** By engine. */
  readonly commands: readonly CommandIndex[];
  readonly configuration: Configuration;
  readonly store: PageStore;
  /** Who is told of every write; a machine that nobody listens to pays nothing for it. */
  readonly trace?: Trace;
}

/**
 * The editors of a machine whose writes somebody listens to, and who is told that a tree is opened to be
 * changed.
 */
export interface Trace {
  readonly words: Words;
  ram(v: number, store: PageStore): Ram;
  /** 0 the device's tree, 1-7 the vGPUs'. */
  opened(tree: number): void;
}

/**
 * What every reducer works on: words, trees, guest memory, clock and tickets of one machine, and the rows
 * it answers with. Trees are opened by whoever changes them: hot, they are owned objects; pure, immer
 * drafts. Recipes cannot tell.
 */
export class Core {
  readonly setting: Setting;
  readonly registers: RegisterIndex;
  readonly words: Words;
  readonly ram: readonly Ram[];
  /** Outcomes of the input being reduced, in order. */
  readonly out = new Rows(64, 4096);
  readonly pure: boolean;
  /**
   * Does somebody carry the effects out? Comparing them needs only the hash of what is written, not the
   * bytes.
   */
  carriesOut = true;
  /** seq of the input being reduced. */
  seq = 0;
  /**
   * Row that what is answered from now on comes from: a submission, who asked, who armed; -1: the input being
   * reduced. Every input starts at -1.
   */
  cause = -1;
  /** Model time in microseconds. */
  now = 0;
  lastTicket = 0;
  /** Stamps handed out for freshness: turns, accesses, draws. */
  lastStamp = 0;
  /** Reply of the read being reduced. */
  replyLo = 0;
  replyHi = 0;
  /** Who answers what is asked in place. */
  source: AnswerSource = NOBODY;
  /** How much the input being reduced has asked in place. */
  told = 0;
  /** 0 the device, 1-7 the vGPUs. */
  readonly trees: Tree[];
  private readonly owned: boolean[];
  private readonly drafts: (Tree | null)[];
  private treesChanged = false;
  private readonly trace: Trace | null;

  readonly down: Down;
  readonly up: Up;

  constructor(setting: Setting, pure: boolean, trees: readonly Tree[], down: Down, up: Up) {
    this.setting = setting;
    this.trace = setting.trace ?? null;
    this.words = this.trace?.words ?? new Words(PLANES);
    this.down = down;
    this.up = up;
    this.registers = setting.registers;
    this.pure = pure;
    this.trees = [...trees];
    this.owned = trees.map(() => false);
    this.drafts = trees.map(() => null);
    const { store } = setting;
    this.ram = Array.from({ length: VGPU_MAX + 1 }, (_, v) => this.trace?.ram(v, store) ?? new Ram(store));
  }

  /** The device's tree, to change. */
  device(): DeviceTree {
    return this.open(0) as DeviceTree;
  }

  /** The device's tree, to look at. */
  seeDevice(): DeviceTree {
    return (this.drafts[0] ?? this.trees[0]) as DeviceTree;
  }

  /** A vGPU's tree, to change. */
  vgpu(v: number): VgpuTree {
    return this.open(v) as VgpuTree;
  }

  /** A vGPU's tree, to look at. */
  seeVgpu(v: number): VgpuTree {
    return (this.drafts[v] ?? this.trees[v]) as VgpuTree;
  }

  /** Pure mode: turn the drafts of this input into the trees of the next state. */
  finishDrafts(): void {
    for (let i = 0; i < this.drafts.length; i++) {
      const draft = this.drafts[i];
      if (draft === null) continue;
      this.trees[i] = finishDraft(draft as Objectish) as Tree;
      this.drafts[i] = null;
      this.treesChanged = true;
    }
  }

  /** Trees are shared with a snapshot from now on. Has one changed since the last call of this? */
  sealTrees(): boolean {
    const changed = this.treesChanged;
    if (changed) this.owned.fill(false);
    this.treesChanged = false;
    return changed;
  }

  /** Go on from the trees of a state. */
  restoreTrees(trees: readonly Tree[]): void {
    for (let i = 0; i < trees.length; i++) {
      this.trees[i] = trees[i];
      this.drafts[i] = null;
      this.owned[i] = false;
    }
    this.treesChanged = false;
  }

  /** Answer with a row of this kind; the caller fills its columns. */
  emit(kind: number, agent: number): number {
    const o = this.out.add(kind);
    this.out.agent[o] = agent;
    this.out.cause[o] = this.causeOf(o);
    return o;
  }

  /** What column `cause` of outcome `o` says: how far back the row stands that it comes from; 0: its input. */
  causeOf(o: number): number {
    return this.cause < 0 || this.cause === this.seq ? 0 : this.seq + 1 + o - this.cause;
  }

  /** What is answered from now on comes from row `seq`. Returns what it came from before, to go back to. */
  comesFrom(seq: number): number {
    const before = this.cause;
    this.cause = seq;
    return before;
  }

  /** seq of the outcome that comes next. */
  get nextRow(): number {
    return this.seq + 1 + this.out.count;
  }

  /**
   * Open a ticket. `kind` is the effect's, `row` the seq of who asks; the operands are what its answer must fit,
   * `dHigh` the upper half of d.
   */
  openTicket(
    kind: number,
    agent: number,
    row: number,
    a: number,
    b: number,
    c: number,
    d: number,
    dHigh = 0,
  ): number {
    const ticket = this.nextTicket();
    const at = (ticket % TICKET_SLOTS) * TICKET_WORDS;
    TICKET[0] = ticket;
    TICKET[1] = (kind + 1) | (agent << AGENT_SHIFT) | (Math.floor(row / TWO_32) << ROW_SHIFT);
    TICKET[2] = row >>> 0;
    TICKET[3] = a;
    TICKET[4] = b;
    TICKET[5] = c;
    TICKET[6] = d;
    TICKET[7] = dHigh;
    this.words.writeRun(TICKET_PLANE, at, TICKET, TICKET_WORDS);
    return ticket;
  }

  /** The next number whose slot is free: a ticket that nobody ever answers is stepped over. */
  private nextTicket(): number {
    for (let tries = 0; tries < TICKET_SLOTS; tries++) {
      // Tickets have 32 bits: a day of submissions goes round. 0 is no ticket.
      this.lastTicket = (this.lastTicket + 1) >>> 0;
      const ticket = this.lastTicket;
      if (ticket !== 0 && this.words.read(TICKET_PLANE, (ticket % TICKET_SLOTS) * TICKET_WORDS) === 0)
        return ticket;
    }
    throw new Error(`all ${TICKET_SLOTS} tickets are open`);
  }

  /**
   * Do open tickets crowd the table? Whatever may ask for thousands of things at once (tiled writes, screens)
   * then asks for no more, so that there is always one left for an engine or a timer.
   */
  isCrowded(): boolean {
    // One that is old and open says nothing; a row of them does.
    for (let n = 0; n < TICKET_ROW; n++) {
      const ahead = (this.lastTicket + TICKET_RESERVE + n) % TICKET_SLOTS;
      if (this.words.read(TICKET_PLANE, ahead * TICKET_WORDS) === 0) return false;
    }
    return true;
  }

  /** Open tickets in ascending order. */
  openTickets(): number[] {
    const open: number[] = [];
    eachWord(this.words.roots[TICKETS], (index, value) => {
      if (index % TICKET_WORDS === 0) open.push(value);
    });
    return open.sort((a, b) => a - b);
  }

  isOpen(ticket: number): boolean {
    return ticket !== 0 && this.words.read(TICKET_PLANE, (ticket % TICKET_SLOTS) * TICKET_WORDS) === ticket;
  }

  /** Is this an open ticket of an effect of that kind, of that agent's? */
  isAsked(ticket: number, kind: number, agent: number): boolean {
    const at = (ticket % TICKET_SLOTS) * TICKET_WORDS;
    const page = this.words.page(TICKET_PLANE, at);
    const first = at & MASK;
    const asked = (kind + 1) | (agent << AGENT_SHIFT);
    return ticket !== 0 && page[first] === ticket && (page[first + 1] & ASKED_MASK) === asked;
  }

  /** Kind of the effect that opened the ticket. */
  ticketKind(ticket: number): number {
    const word = this.words.read(TICKET_PLANE, (ticket % TICKET_SLOTS) * TICKET_WORDS + 1);
    return (word & KIND_MASK) - 1;
  }

  ticketAgent(ticket: number): number {
    const word = this.words.read(TICKET_PLANE, (ticket % TICKET_SLOTS) * TICKET_WORDS + 1);
    return (word & ASKED_MASK) >>> AGENT_SHIFT;
  }

  /** seq of the row that opened the ticket: the effect's. */
  ticketRow(ticket: number): number {
    const at = (ticket % TICKET_SLOTS) * TICKET_WORDS;
    const high = this.words.read(TICKET_PLANE, at + 1) >>> ROW_SHIFT;
    return high * TWO_32 + this.words.read(TICKET_PLANE, at + 2);
  }

  /** Operand 0 to 3 of an open ticket; 4 is the upper half of the last one. */
  ticketOperand(ticket: number, n: number): number {
    return this.words.read(TICKET_PLANE, (ticket % TICKET_SLOTS) * TICKET_WORDS + 3 + n);
  }

  endTicket(ticket: number): void {
    const at = (ticket % TICKET_SLOTS) * TICKET_WORDS;
    this.words.writeRun(TICKET_PLANE, at, NO_TICKET, TICKET_WORDS);
  }

  /**
   * Arm a timer for model time `deadline` (microseconds); `code` says what it is for. Returns its ticket.
   */
  armTimer(agent: number, deadline: number, code: number): number {
    const high = Math.floor(deadline / TWO_32);
    const ticket = this.openTicket(K["timer.arm"], agent, this.nextRow, deadline >>> 0, high, code, 0);
    const o = this.emit(K["timer.arm"], agent);
    this.out.ticket[o] = ticket;
    this.out.lo[o] = deadline >>> 0;
    this.out.hi[o] = high;
    this.out.code[o] = code;
    return ticket;
  }

  /** Cancel an armed timer; 0 is no timer. */
  cancelTimer(ticket: number): void {
    if (!this.isOpen(ticket)) return;
    const o = this.emit(K["timer.cancel"], this.ticketAgent(ticket));
    this.out.ticket[o] = ticket;
    this.out.code[o] = this.ticketOperand(ticket, 2);
    this.endTicket(ticket);
  }

  /** Say something that nobody acts on. `code` is an index into NOTES. */
  note(agent: number, code: number, engine: number, at: number, lo: number, hi: number): void {
    const o = this.emit(K.note, agent);
    this.out.code[o] = code;
    this.out.engine[o] = engine;
    this.out.at[o] = at;
    this.out.lo[o] = lo;
    this.out.hi[o] = hi;
  }

  newStamp(): number {
    return ++this.lastStamp;
  }

  private open(i: number): Tree {
    if (this.trace !== null) this.trace.opened(i);
    if (this.pure) {
      let draft = this.drafts[i];
      if (draft === null) {
        draft = createDraft(this.trees[i] as Objectish) as Tree;
        this.drafts[i] = draft;
      }
      return draft;
    }
    if (!this.owned[i]) {
      this.trees[i] = cloneTree(this.trees[i]);
      this.owned[i] = true;
      this.treesChanged = true;
    }
    return this.trees[i];
  }
}
