import { K, KIND_NAMES } from "../events/kinds.ts";
import type { RegisterIndex } from "../hw/compile.ts";
import { isRead } from "../reducers/machine.ts";
import type { Inputs } from "./inputs.ts";

/**
 * Segments that belong together, in ascending order, and whether they set up the bus: such are left out last.
 */
export interface Group {
  readonly segments: readonly number[];
  readonly setup: boolean;
}

/** What an input does, as far as it says which others it belongs with; "" for one that stands alone. */
type Role = string;

/** Kinds that set up the bus: what a driver does before the model has any work to do. */
export const SETUP: ReadonlySet<number> = new Set<number>(
  (
    ["port.attached", "vgpu.created", "vgpu.opened", "irq.routed", "config.written", "config.read"] as const
  ).map((name) => K[name]),
);
/** An ELSP submission is four dwords, whatever lies between two of them. */
const ELSP_DWORDS = 4;
/**
 * Registers that are driven by several accesses in a row: the monitor's bus, forcewake, the power
 * controller's mailbox, AUX.
 */
const HANDSHAKES: readonly (readonly [name: RegExp, role: Role])[] = [
  [/^GMBUS|GPIO/, "gmbus"],
  [/FORCEWAKE/, "forcewake"],
  [/PCODE/, "pcode"],
  [/DP_AUX|DPA_AUX|AUX_CH/, "aux"],
  [/GDRST/, "reset"],
];

/**
 * Inputs that only make sense together: a run of PTEs, of aperture writes, of DMA maps or of reads, the four
 * dwords of a submission, a handshake over several registers.
 */
export function groupsOf(inputs: Inputs, registers: RegisterIndex): Group[] {
  const groups: { segments: number[]; setup: boolean; role: Role; agent: number }[] = [];
  const open = new Map<string, { group: number; left: number }>();
  for (let s = 0; s < inputs.segments; s++) {
    const i = inputs.starts[s];
    const agent = inputs.rows.agent[i];
    const role = roleOf(inputs, i, registers);
    const setup = SETUP.has(inputs.rows.kind[i]);
    if (role.startsWith("elsp")) {
      const key = `${agent}.${role}`;
      const submission = open.get(key);
      if (submission !== undefined) {
        groups[submission.group].segments.push(s);
        submission.left--;
        if (submission.left === 0) open.delete(key);
        continue;
      }
      open.set(key, { group: groups.length, left: ELSP_DWORDS - 1 });
      groups.push({ segments: [s], setup, role: "", agent });
      continue;
    }
    const last = groups.at(-1);
    if (last !== undefined && role !== "" && last.role === role && last.agent === agent)
      last.segments.push(s);
    else groups.push({ segments: [s], setup, role, agent });
  }
  return groups;
}

function roleOf(inputs: Inputs, i: number, registers: RegisterIndex): Role {
  const { kind, at } = inputs.rows;
  const k = kind[i];
  if (k === K["mmio.written"] || k === K["mmio.read"]) {
    const known = registers.names[registers.idOf[at[i] >>> 2] ?? 0];
    const name = known?.name ?? "";
    if (name === "ELSP" && k === K["mmio.written"]) return `elsp ${known?.component ?? ""}`;
    for (const [pattern, role] of HANDSHAKES) if (pattern.test(name)) return role;
    return k === K["mmio.read"] ? "read" : "";
  }
  if (isRead(k)) return "read";
  if (k === K["gtt.written"] || k === K["aperture.written"] || k === K["dma.mapped"]) return KIND_NAMES[k];
  return "";
}
