/**
 * What a hypervisor port is to whoever runs a machine: it lets one vGPU's guest in, tells the `World` what the
 * guest does, and lends its `Hands`. `test/ports/conformance.test.ts` holds every port to what stands here.
 */
import type { Hands, World } from "../replay/live/session.ts";
import { ENODEV, type PortError } from "./errors.ts";
import type { Pump } from "./pump.ts";

/**
 * One vGPU's door, for one guest at a time. What every port promises:
 * - `World.attached` comes before anything else of a guest, `detached` once and after all of it; its capabilities
 *   say what is true.
 * - Accesses reach the world one by one, in the guest's order, with its sizes and values; runs of aperture writes
 *   keep their place among them.
 * - Coherent memory is read and written in place, as it is at that moment. Other memory is answered later, never
 *   from within a hand, and a write is told as done only when the guest can see it.
 * - Effects are carried out in order; no interrupt is lost, none overtakes a write before it.
 */
export interface Port {
  /** Carries effects out for this port's guest, whatever vGPU they name. ENODEV while there is none. */
  readonly hands: Hands;
  /** A guest is there. */
  readonly attached: boolean;
  /** Let guests in. Rejects with PortError where that cannot be. */
  listen(): Promise<void>;
  /** Let the guest go, and nobody in any more. The world is told of the detachment. */
  close(): Promise<void>;
}

/** What a port is told when it is made. */
export interface PortOptions {
  /** 1 to 7. */
  readonly vgpu: number;
  /** What gives the machine its turns; ports of one world share one. */
  readonly pump: Pump;
  /** Whether nothing may be taken in for now; asked after each batch of input, then every 2 ms. */
  readonly paused: () => boolean;
  /** A guest came (null), left (null) or was cut off (why). */
  readonly onGuest: (event: "attached" | "detached", reason: string | null) => void;
  /** "world": the machine threw, nothing goes on. Others: a guest could not be served, the port goes on. */
  readonly onError: (error: PortError) => void;
}

/** Makes the port of a vGPU that is served as `served` says. */
export type MakePort<Served> = (served: Served, options: PortOptions, world: World) => Port;

/** Hands that give each effect to the port of its vGPU. */
export function handsOf(ports: ReadonlyMap<number, Pick<Port, "hands">>): Hands {
  return {
    fetch: (vgpu, gfn, ticket, into) => ports.get(vgpu)?.hands.fetch(vgpu, gfn, ticket, into) ?? ENODEV,
    write: (vgpu, at, atHigh, ticket, bytes) =>
      ports.get(vgpu)?.hands.write(vgpu, at, atHigh, ticket, bytes) ?? ENODEV,
    inject: (vgpu, address, data) => ports.get(vgpu)?.hands.inject(vgpu, address, data),
    displayReady: (vgpu) => ports.get(vgpu)?.hands.displayReady(vgpu),
    noted: (vgpu, code) => ports.get(vgpu)?.hands.noted(vgpu, code),
  };
}
