import { PORT_COHERENT, PORT_MSI, PORT_SCREEN } from "../../events/codes.ts";
import { DONE, type Hands, PENDING, type World } from "../../replay/live/session.ts";
import { GuestMemory } from "./memory.ts";

/** What a scripted guest's hypervisor can do. Everything can be changed while it runs. */
export interface SimCapabilities {
  /** Memory is read and written in place; otherwise by message. */
  coherent: boolean;
  msi: boolean;
  screen: boolean;
  /**
   * Not coherent: an answer comes behind this many later calls of any guest. 0: in place; Infinity: only when
   * `deliver` is called.
   */
  fetchDelay: number;
  writeDelay: number;
  /** Errno of a fetch, 0 where it goes well. Frames that the guest has not are always refused with EFAULT. */
  failFetch: (gfn: number) => number;
  failWrite: (address: number) => number;
}

const CAPABLE: SimCapabilities = {
  coherent: true,
  msi: true,
  screen: false,
  fetchDelay: 0,
  writeDelay: 0,
  failFetch: () => 0,
  failWrite: () => 0,
};

const EFAULT = 14;
const ENODEV = 19;

/** An MSI as the guest's interrupt controller saw it. */
export interface Interrupt {
  readonly address: number;
  readonly data: number;
}

/** One guest's machine: its memory, its interrupt controller, and what its hypervisor can do. */
export class SimHost {
  readonly vgpu: number;
  readonly memory: GuestMemory;
  readonly capabilities: SimCapabilities;
  readonly interrupts: Interrupt[] = [];
  /** The guest is plugged in; nothing reaches it before and after. */
  attached = false;
  displayReady = 0;
  /** What the model said of this guest: indexes into NOTES. */
  readonly notes: number[] = [];
  /** Every write of the device, in order: address and bytes. */
  readonly writes: { readonly address: number; readonly bytes: Uint8Array }[] = [];

  constructor(vgpu: number, capabilities: Partial<SimCapabilities> = {}, memory = new GuestMemory()) {
    this.vgpu = vgpu;
    this.memory = memory;
    this.capabilities = { ...CAPABLE, ...capabilities };
  }

  /** Capability bits for `World.attached`. */
  get bits(): number {
    const { coherent, msi, screen } = this.capabilities;
    return (coherent ? PORT_COHERENT : 0) | (msi ? PORT_MSI : 0) | (screen ? PORT_SCREEN : 0);
  }
}

/** An answer on its way. */
interface Late {
  readonly vgpu: number;
  readonly due: number;
  readonly isFetch: boolean;
  readonly answer: (world: World) => void;
}

/**
 * The port of scripted guests, all in this process: it carries effects out on their memories, and its clock
 * moves only when the script says so. The same script gives the same rows, always.
 */
export class SimPort implements Hands {
  /** Microseconds; give `() => port.now` to the live engine. */
  now = 0;
  private readonly hosts = new Map<number, SimHost>();
  private readonly late: Late[] = [];
  private world: World | null = null;
  private calls = 0;

  /** Answers that have not come yet. */
  get pending(): number {
    return this.late.length;
  }

  connect(world: World): void {
    this.world = world;
  }

  addHost(host: SimHost): void {
    this.hosts.set(host.vgpu, host);
  }

  /** A call of a guest; late answers that are due come behind it. */
  call<T>(act: (world: World) => T): T {
    const result = act(this.connected());
    this.calls++;
    this.deliverDue();
    return result;
  }

  /**
   * Let late answers come now, in order, at most `count`: by default all of them, and those that they lead
   * to.
   */
  deliver(count = Number.POSITIVE_INFINITY): number {
    return this.deliverSome(count, () => true);
  }

  /** Let late answers to fetches (or to writes) overtake the others. */
  deliverFetches(count = Number.POSITIVE_INFINITY): number {
    return this.deliverSome(count, (late) => late.isFetch);
  }

  deliverWrites(count = Number.POSITIVE_INFINITY): number {
    return this.deliverSome(count, (late) => !late.isFetch);
  }

  /** Let the newest late answers overtake all others. */
  deliverLast(count: number): void {
    for (let n = 0; n < count; n++) this.late.pop()?.answer(this.connected());
  }

  /** Let `microseconds` pass: every timer fires at its deadline, late answers come in between. */
  advance(microseconds: number): void {
    const end = this.now + microseconds;
    for (;;) {
      const wait = this.connected().run(false, 1);
      this.calls++;
      this.deliverDue();
      if (wait === 0) continue;
      if (wait < 0 || this.now + wait > end) break;
      this.now += wait;
    }
    this.now = end;
  }

  /** Let time pass until `done`, at most `limit` microseconds. Returns whether it is. */
  until(done: () => boolean, limit = 100_000): boolean {
    const end = this.now + limit;
    while (!done()) {
      const wait = this.connected().run(false, 1);
      this.calls++;
      if (this.deliverDue() > 0 || wait === 0) continue;
      if (this.now >= end) return false;
      this.now = wait < 0 ? Math.min(this.now + 50, end) : Math.min(this.now + wait, end);
    }
    return true;
  }

  fetch(vgpu: number, gfn: number, ticket: number, into: Uint8Array): number {
    const host = this.host(vgpu);
    if (!host.attached) return ENODEV;
    const { coherent, fetchDelay, failFetch } = host.capabilities;
    const look = (): number => (host.memory.has(gfn) ? failFetch(gfn) : EFAULT);
    if (coherent || (fetchDelay === 0 && !this.waits(vgpu))) {
      const errno = look();
      if (errno === 0) into.set(host.memory.frame(gfn));
      return errno;
    }
    if (ticket === 0) return PENDING;
    const answer = (world: World): void => {
      const errno = look();
      if (errno === 0) world.fetched(ticket, host.memory.frame(gfn));
      else world.fetchFailed(ticket, errno);
    };
    this.later(vgpu, fetchDelay, true, answer);
    return PENDING;
  }

  write(vgpu: number, at: number, atHigh: number, ticket: number, bytes: Uint8Array): number {
    const host = this.host(vgpu);
    if (!host.attached) return ENODEV;
    const { coherent, writeDelay, failWrite } = host.capabilities;
    const address = atHigh * 0x1_0000_0000 + at;
    const copy = bytes.slice();
    host.writes.push({ address, bytes: copy });
    const errno = failWrite(address);
    if (coherent || (writeDelay === 0 && !this.waits(vgpu))) {
      if (errno === 0) host.memory.put(address, copy);
      return errno === 0 ? DONE : errno;
    }
    const answer = (world: World): void => {
      if (errno === 0) host.memory.put(address, copy);
      if (errno === 0) world.written(ticket);
      else world.writeFailed(ticket, errno);
    };
    this.later(vgpu, writeDelay, false, answer);
    return PENDING;
  }

  inject(vgpu: number, address: number, data: number): void {
    const host = this.host(vgpu);
    if (host.attached) host.interrupts.push({ address, data });
  }

  displayReady(vgpu: number): void {
    this.host(vgpu).displayReady++;
  }

  noted(vgpu: number, code: number): void {
    // The device's own notes are no guest's.
    this.hosts.get(vgpu)?.notes.push(code);
  }

  /** Is something of this guest's on its way, which nothing may overtake? */
  private waits(vgpu: number): boolean {
    return this.late.some((late) => late.vgpu === vgpu);
  }

  /**
   * Answer `delay` calls later. A guest's messages keep their order, so never before those that were sent
   * first.
   */
  private later(vgpu: number, delay: number, isFetch: boolean, answer: (world: World) => void): void {
    const before = this.late.findLast((late) => late.vgpu === vgpu);
    const due = Math.max(this.calls + delay, before?.due ?? 0);
    this.late.push({ vgpu, due, isFetch, answer });
  }

  /** Answers whose time has come, also those that they lead to: each answer is a call of its own. */
  private deliverDue(): number {
    let count = 0;
    for (;;) {
      const n = this.late.findIndex((late) => late.due <= this.calls);
      if (n < 0) return count;
      const [late] = this.late.splice(n, 1);
      late.answer(this.connected());
      this.calls++;
      count++;
    }
  }

  private deliverSome(count: number, which: (late: Late) => boolean): number {
    let done = 0;
    while (done < count) {
      const n = this.late.findIndex(which);
      if (n < 0) break;
      const [late] = this.late.splice(n, 1);
      late.answer(this.connected());
      done++;
    }
    return done;
  }

  private host(vgpu: number): SimHost {
    const host = this.hosts.get(vgpu);
    if (host === undefined) throw new Error(`no scripted guest ${vgpu}`);
    return host;
  }

  private connected(): World {
    if (this.world === null) throw new Error("the scripted port is not connected");
    return this.world;
  }
}
