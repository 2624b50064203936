import { K } from "../events/kinds.ts";
import { distanceOf, offsetOf } from "../hw/registers/offsets.ts";
import { ENGINE_BASES, ENGINES, VGPU_MAX } from "../hw/units.ts";
import type { Core } from "./core.ts";
import { ownsAddress, partialOf } from "./mediator/ggtt.ts";
import { pendingBits } from "./mediator/interrupt.ts";
import { frameBaseOf } from "./memory.ts";
import { keyHigh, keyLow, scramble } from "./mix.ts";
import { DEVICE_GGTT, DMA, GGTT, MMIO, PLANE_COMPONENTS } from "./planes.ts";
import type { EngineTree, VgpuTree } from "./trees.ts";
import { eachWord } from "./words.ts";

/** What must hold of a state after every input, whatever the guests do. The whole list: docs/facts/isolation.md. */
export interface Invariant {
  readonly name: string;
  readonly says: string;
  /**
   * Looks at every word of a plane: too slow for each input of a long run. Such a state stays wrong once it
   * is.
   */
  readonly slow: boolean;
  /** What is wrong, in one line that names the place; null where it holds. */
  broken(core: Core): string | null;
}

const CSB_ENTRIES = 6;
const CSB_NONE = 7;
const CONTEXT_STATUS_PTR = distanceOf("RING_CONTEXT_STATUS_PTR");
const MASTER = offsetOf("GEN8_MASTER_IRQ");
const MASTER_ENABLE = 0x8000_0000;
const DMA_WORDS = 6;
const PHASE_IDLE = 0;
const LEVELS = 4;
const PRESENT = 1;

type OfVgpu = (core: Core, v: number, tree: VgpuTree) => string | null;
type OfEngine = (core: Core, e: number, engine: EngineTree) => string | null;

/** Of every vGPU that is there. */
function ofVgpus(check: OfVgpu): (core: Core) => string | null {
  return (core) => {
    for (let v = 1; v <= VGPU_MAX; v++) {
      const tree = core.seeVgpu(v);
      const wrong = tree.created ? check(core, v, tree) : null;
      if (wrong !== null) return `vgpu${v}.${wrong}`;
    }
    return null;
  };
}

/** Of every engine that has work. */
function ofEngines(check: OfEngine): (core: Core) => string | null {
  return (core) => {
    const { engines } = core.seeDevice();
    for (let e = 0; e < engines.length; e++) {
      if (engines[e].phase === PHASE_IDLE) continue;
      const wrong = check(core, e, engines[e]);
      if (wrong !== null) return `device.tree.engines.${ENGINES[e]}.${wrong}`;
    }
    return null;
  };
}

function openOr(core: Core, ticket: number, kind: number, name: string): string | null {
  if (ticket === 0 || (core.isOpen(ticket) && core.ticketKind(ticket) === kind)) return null;
  return `${name} is ticket ${ticket}, which is not open`;
}

const csbPointer = ofVgpus((core, v) => {
  for (let e = 0; e < ENGINES.length; e++) {
    const pointer = core.words.read(MMIO + v, (ENGINE_BASES[e] + CONTEXT_STATUS_PTR) >>> 2) & 7;
    if (pointer >= CSB_ENTRIES && pointer !== CSB_NONE)
      return `${ENGINES[e]}.RING_CONTEXT_STATUS_PTR.WRITE_PTR is ${pointer}`;
  }
  return null;
});

const interruptLine = ofVgpus((core, v, tree) => {
  const master = (core.words.read(MMIO + v, MASTER >>> 2) & MASTER_ENABLE) !== 0;
  const line = master && pendingBits(core, v) !== 0;
  return line === tree.interruptLine
    ? null
    : `tree.interruptLine is ${tree.interruptLine}, its registers say ${line}`;
});

const pipeTimers = ofVgpus((core, _v, tree) => {
  for (let p = 0; p < tree.pipes.length; p++) {
    const { on, timer } = tree.pipes[p];
    if ((on && !tree.paused) !== (timer !== 0))
      return `tree.pipes.${p} is ${on ? "on" : "off"}, its timer is ${timer}`;
    const wrong = openOr(core, timer, K["timer.arm"], `tree.pipes.${p}.timer`);
    if (wrong !== null) return wrong;
  }
  return null;
});

const writesOpen = ofVgpus((core, v, tree) => {
  let open = 0;
  for (const ticket of core.openTickets())
    if (core.ticketAgent(ticket) === v && core.ticketKind(ticket) === K["guest.write"]) open++;
  return open === tree.writesOpen ? null : `tree.writesOpen is ${tree.writesOpen}, ${open} are open`;
});

const announcements = ofVgpus((_core, _v, tree) => {
  for (const { left } of tree.announcements)
    if (left < 1 || left > tree.writesOpen)
      return `tree.announcements wait for ${left} of ${tree.writesOpen} writes`;
  return null;
});

const maps = ofVgpus((core, v, tree) => {
  let count = 0;
  eachWord(core.words.roots[DMA + v], (index) => {
    if (index % DMA_WORDS === 0) count++;
  });
  return count === tree.maps ? null : `tree.maps is ${tree.maps}, ${count} are kept`;
});

/** An engine works for one vGPU, the one that owns it, and for none while it is idle. */
function owners(core: Core): string | null {
  for (let e = 0; e < ENGINES.length; e++) {
    const { phase, frameBase } = core.seeDevice().engines[e];
    for (let v = 1; v <= VGPU_MAX; v++) {
      const owns = core.seeVgpu(v).created && core.seeVgpu(v).execlists[e].owns;
      const works = phase !== PHASE_IDLE && frameBase === frameBaseOf(v);
      if (owns !== works)
        return `vgpu${v}.tree.execlists.${ENGINES[e]}.owns is ${owns}, the engine says ${works}`;
    }
  }
  return null;
}

/** What the guest sees through the GGTT is its own share, translated; nothing of it lies elsewhere. */
const ggttShare = ofVgpus((core, v) => {
  const share = core.setting.configuration.vgpus[v - 1];
  let wrong: string | null = null;
  eachWord(core.words.roots[GGTT + v], (index) => {
    if (wrong === null && !ownsAddress(share, (index >>> 1) * 4096))
      wrong = `gtt.${(index * 4).toString(16)} is not its own`;
  });
  return wrong;
});

/** A present entry of the device is its owner's entry of now, and whole: never half of an older one. */
function ggttEntries(core: Core): string | null {
  const { vgpus } = core.setting.configuration;
  let wrong: string | null = null;
  eachWord(core.words.roots[DEVICE_GGTT], (index, low) => {
    if (wrong !== null || (index & 1) !== 0 || (low & PRESENT) === 0) return;
    const v = vgpus.findIndex((share) => ownsAddress(share, (index >>> 1) * 4096)) + 1;
    const guestLow = core.words.read(GGTT + v, index);
    const guestHigh = core.words.read(GGTT + v, index + 1);
    const hfn = frameBaseOf(v) + ((guestHigh << 20) | (guestLow >>> 12));
    const wanted = ((hfn << 12) | (guestLow & 0xfff)) >>> 0;
    if (
      v === 0 ||
      partialOf(core, v, index >>> 1) !== 0 ||
      low !== wanted ||
      core.words.read(DEVICE_GGTT, index + 1) !== hfn >>> 20
    )
      wrong = `device.gtt.${(index * 4).toString(16)} is not the entry of vgpu${v}`;
  });
  return wrong;
}

/** The running digest of every plane is what a walk over all its words gives. */
function digests(core: Core): string | null {
  for (const { name, plane } of PLANE_COMPONENTS) {
    const root = core.words.roots[plane];
    let low = 0;
    let high = 0;
    eachWord(root, (index, value) => {
      const key = keyLow(index);
      low = (low + Math.imul(scramble(value), key)) | 0;
      high = (high + Math.imul(scramble(value), keyHigh(key))) | 0;
    });
    if (low !== (root.low | 0) || high !== (root.high | 0))
      return `${name}: the running digest is not its words'`;
  }
  return null;
}

const element = ofEngines((_core, _e, { elements, active }) =>
  elements[active].valid ? null : `elements.${active} is not valid, and active`,
);
const ringHead = ofEngines((_core, _e, { phase, head, ringSize }) =>
  phase < 2 || (head < ringSize && (head & 3) === 0)
    ? null
    : `head is ${head} in a ring of ${ringSize} bytes`,
);
const ringTail = ofEngines((_core, _e, { phase, tail, ringSize }) =>
  phase < 2 || (tail < ringSize && (tail & 7) === 0)
    ? null
    : `tail is ${tail} in a ring of ${ringSize} bytes`,
);
const level = ofEngines((_core, _e, tree) =>
  tree.level >= 0 && tree.level < LEVELS ? null : `level is ${tree.level}`,
);
const engineTimer = ofEngines((core, _e, { timer }) => openOr(core, timer, K["timer.arm"], "timer"));
const engineFetch = ofEngines((core, _e, { fetch }) => openOr(core, fetch, K["guest.fetch"], "fetch"));
/** Whatever has work waits for a turn or for a page. */
const engineWakes = ofEngines((_core, _e, { timer, fetch }) =>
  timer !== 0 || fetch !== 0 ? null : "phase is busy, and nothing will wake it",
);
const drawTimer = ofVgpus((core, _v, { drawTimer: ticket }) =>
  openOr(core, ticket, K["timer.arm"], "tree.drawTimer"),
);
const screenTimer = ofVgpus((core, _v, { screenTimer: ticket }) =>
  openOr(core, ticket, K["timer.arm"], "tree.screenTimer"),
);

function row(name: string, says: string, broken: Invariant["broken"], slow = false): Invariant {
  return { name, says, slow, broken };
}

/** Every invariant, by name. */
export const INVARIANTS: readonly Invariant[] = [
  row("csb.pointer", "a context status write pointer is 0 to 5, or 7 before the first", csbPointer),
  row("irq.line", "the interrupt line is what master, IIR and IER make it", interruptLine),
  row("engine.element", "an engine that works has a valid element", element),
  row("engine.owner", "an engine works for its owner, and only for that one", owners),
  row("engine.timer", "an engine's timer is open", engineTimer),
  row("engine.fetch", "the page that an engine waits for was asked for", engineFetch),
  row("engine.wakes", "an engine that works will be woken", engineWakes),
  row("ring.head", "a ring's head lies within its size", ringHead),
  row("ring.tail", "a ring's tail lies within its size", ringTail),
  row("batch.level", "batches nest no deeper than the hardware does", level),
  row(
    "pipe.timer",
    "a pipe has an armed vblank timer exactly while it is on and its vGPU not paused",
    pipeTimers,
  ),
  row("draw.timer", "the timer of the rest of a screen is open", drawTimer),
  row("screen.timer", "the timer of the next drawn screen is open", screenTimer),
  row("writes.open", "guest writes in flight are counted", writesOpen),
  row("announcements", "what waits for guest writes waits for some in flight", announcements),
  row("dma.maps", "mappings of guest memory are counted", maps),
  row("ggtt.share", "a guest's GGTT entries lie in its own share", ggttShare, true),
  row("ggtt.entries", "the device's GGTT entries are their owners', translated", ggttEntries, true),
  row("digests", "running digests are those of the words", digests, true),
];

/** An invariant that does not hold, and what is wrong where. */
export interface Broken extends Pick<Invariant, "name" | "says"> {
  readonly what: string;
}

/** Every invariant that does not hold, slow ones included. */
export function brokenInvariants(core: Core): Broken[] {
  return INVARIANTS.flatMap(({ name, says, broken }) => {
    const what = broken(core);
    return what === null ? [] : [{ name, says, what }];
  });
}
