/** Registers that are driven by several accesses in a row: leaving out half of them leaves nonsense. */

/** An access to a register, by names. */
export interface Access {
  readonly name: string;
  readonly component: string;
  readonly write: boolean;
  readonly value: number;
}

/** An exchange that an access belongs to. */
export interface Exchange {
  /** The partner: exchanges with other partners may lie between. */
  readonly with: string;
  readonly kind: Kind;
}

type Kind = "forcewake" | "mailbox" | "gmbus" | "aux" | "reset";

/** SEND_BUSY of an AUX channel's control register. Source: i915_reg.h, DP_AUX_CH_CTL_SEND_BUSY. */
const SEND_BUSY = 0x8000_0000;
const KINDS: readonly (readonly [name: RegExp, kind: Kind])[] = [
  [/FORCEWAKE/, "forcewake"],
  [/PCODE/, "mailbox"],
  [/^GMBUS|GPIO/, "gmbus"],
  [/AUX_CH/, "aux"],
  [/GDRST/, "reset"],
];

/** The exchange that an access belongs to; null where it stands for itself. */
export function exchangeOf({ name, component }: Access): Exchange | null {
  const found = KINDS.find(([pattern]) => pattern.test(name));
  if (found === undefined) return null;
  const [, kind] = found;
  if (kind === "forcewake") {
    // The multi-threaded request of Haswell and Broadwell is acknowledged under another name.
    const domain = name.replace(/^FORCEWAKE(_ACK)?_?/, "").replace(/^MT$/, "HSW");
    return { with: `forcewake ${domain}`, kind };
  }
  return { with: kind === "aux" ? `aux ${component}` : kind, kind };
}

/**
 * Does the access begin a new exchange, where the last one with the same partner went as far as `last`?
 * Forcewake and a reset: a request, then its acknowledgement is polled. The mailbox: data and command, polls,
 * data. GMBUS: from the pins that are chosen (not 0) to the next. AUX: data and a send, polls, data, and what
 * clears the status.
 */
export function startsExchange({ kind }: Exchange, access: Access, last: Access): boolean {
  if (!access.write) return false;
  switch (kind) {
    case "gmbus":
      return access.name === "GMBUS0" && access.value !== 0;
    case "aux":
      return (isSent(access) || isData(access)) && !(last.write && isData(last));
    default:
      return !last.write || kind !== "mailbox";
  }
}

function isData({ name }: Access): boolean {
  return name.includes("DATA");
}

function isSent({ name, write, value }: Access): boolean {
  return write && name.includes("CTL") && (value & SEND_BUSY) !== 0;
}
