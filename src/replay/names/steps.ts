import { TOLD } from "../../events/codes.ts";
import type { ColumnName } from "../../events/columns.ts";
import { K, KIND_PAYLOAD, type KindName } from "../../events/kinds.ts";
import { Rows } from "../../events/rows.ts";
import { PAGE_BYTES } from "../../hw/units.ts";
import { isRead, type Machine, pending } from "../../reducers/machine.ts";
import { timerName } from "../engine/format.ts";
import { lookUp } from "./lookup.ts";
import { compilePredicate } from "./predicate.ts";
import { PathError } from "./reader.ts";

/** Columns of an input, those that are not 0; `dt`: microseconds since the one before. */
export type StepColumns = Partial<Record<ColumnName, number>>;

/** An entry of what the next input is told. */
interface Answer {
  readonly vgpu: number;
  readonly gfn: number;
  readonly purpose: number;
  readonly engine: number;
  readonly page: number;
  readonly status: number;
}

/** Drives a machine input by input, by names: what a test case made of a recording is written in. */
export class Steps {
  readonly machine: Machine;
  private readonly rows = new Rows(1);
  private nextSeq: number;
  private readonly answers: Answer[] = [];

  /** The machine stands where a recording starts: at its reset, or in an embedded checkpoint. */
  constructor(machine: Machine) {
    this.machine = machine;
    this.nextSeq = machine.core.seq + 1;
  }

  /** Any input, by its kind's name. Returns the low word of what a read was answered with. */
  input(kind: KindName, agent: number, columns: StepColumns = {}, bytes: readonly number[] = []): number {
    const { rows } = this;
    rows.clear(this.nextSeq);
    const i = rows.add(K[kind]);
    rows.agent[i] = agent;
    for (const [name, value] of Object.entries(columns)) rows[name as ColumnName][i] = value;
    if (KIND_PAYLOAD[K[kind]] === 1) rows.putPayload(i, Uint8Array.from(bytes));
    return this.run(i);
  }

  /** Reduce row i, which is told what `tell` has said since the last input. */
  private run(i: number): number {
    const { rows, machine } = this;
    for (const { vgpu, gfn, purpose, engine, page, status } of this.answers.splice(0))
      rows.tell(vgpu, gfn, purpose, engine, page, status);
    machine.apply(rows, i);
    this.nextSeq += 1 + machine.core.out.count;
    return isRead(rows.kind[i]) ? machine.core.replyLo : 0;
  }

  /**
   * The next input asks for this page of the guest's and is told it in place: its dwords that are not 0, by
   * index, or an errno. `engine`: a number, 255 where no engine asks.
   */
  tell(
    vgpu: number,
    gfn: number,
    purpose: number,
    engine: number,
    said: Readonly<Record<number, number>> | number,
  ): void {
    const page = typeof said === "number" ? 0 : this.contentOf(said);
    this.answers.push({ vgpu, gfn, purpose, engine, page, status: typeof said === "number" ? said : TOLD });
  }

  /** The guest writes through the aperture, in one go: runs of writes of `size` bytes each. */
  aperture(
    agent: number,
    runs: readonly (readonly [at: number, size: number, bytes: readonly number[]])[],
    dt = 0,
  ): void {
    const { rows } = this;
    rows.clear(this.nextSeq);
    const i = rows.add(K["aperture.written"]);
    rows.agent[i] = agent;
    rows.dt[i] = dt;
    for (const [at, size, bytes] of runs) rows.addStore(at, size, Uint8Array.from(bytes));
    this.run(i);
  }

  private contentOf(words: Readonly<Record<number, number>>): number {
    const content = new Uint8Array(PAGE_BYTES);
    const view = new DataView(content.buffer);
    for (const [index, word] of Object.entries(words)) view.setUint32(Number(index) * 4, word, true);
    return this.machine.core.setting.store.intern(content);
  }

  /** The guest writes a register: `vgpu1.rcs0.RING_TAIL`. Throws PathError. */
  write(path: string, value: number, dt = 0): void {
    const [agent, at] = this.registerAt(path);
    this.input("mmio.written", agent, { at, size: 4, lo: value, dt });
  }

  /** The guest reads a register. Throws PathError. */
  read(path: string, dt = 0): number {
    const [agent, at] = this.registerAt(path);
    return this.input("mmio.read", agent, { at, size: 4, dt });
  }

  /** The armed timer of this name fires: `turn of rcs0`. Throws Error where there is none. */
  timer(name: string, agent: number, dt = 0): void {
    const ticket = this.ticketOf("timer.arm", agent, ([, , code]) => timerName(code) === name);
    if (ticket === 0) throw new Error(`no timer is armed: ${name}`);
    this.input("timer.fired", agent, { ticket, dt });
  }

  /**
   * The guest's page that was asked for is answered: its dwords that are not 0, by index. Throws Error where
   * nobody asked.
   */
  page(agent: number, gfn: number, purpose: number, words: Readonly<Record<number, number>>, dt = 0): void {
    const ticket = this.ticketOf("guest.fetch", agent, ([at, why]) => at === gfn && why === purpose);
    if (ticket === 0) throw new Error(`nobody has asked for frame ${gfn.toString(16)}`);
    const page = this.contentOf(words);
    this.input("guest.fetched", agent, { ticket, at: gfn, purpose, page, dt });
  }

  /** The oldest write to this guest's memory that is in flight has arrived. */
  written(agent: number, dt = 0): void {
    const ticket = this.ticketOf("guest.write", agent, () => true);
    this.input("guest.write.done", agent, { ticket, dt });
  }

  /** Does the expression hold now? Throws PredicateError or PathError. */
  holds(predicate: string): boolean {
    return compilePredicate(predicate, this.machine).holds(this.machine);
  }

  private ticketOf(kind: KindName, agent: number, fits: (operands: readonly number[]) => boolean): number {
    const open = pending(this.machine).find(
      (one) => one.kind === kind && one.agent === agent && fits(one.operands),
    );
    return open?.ticket ?? 0;
  }

  private registerAt(path: string): [agent: number, at: number] {
    const found = lookUp(this.machine, path);
    if (found.type !== "register" || !/^vgpu\d/.test(path))
      throw new PathError(path, "no register of a vGPU");
    return [Number(path[4]), found.at];
  }
}
