/** A client that finds the place taken: it is told why, as far as the protocol has words. */
import type { Socket } from "node:net";
import { EBUSY } from "../errors.ts";
import { ERROR, HEADER_BYTES, putHeader, TYPE_REPLY, u16 } from "./wire.ts";

/** How long it may take to say its first message and to read the reply, in milliseconds. */
const PATIENCE_MS = 1000;

/**
 * Answer the first message of a client by EBUSY and let it go. A client that says nothing is let go all the
 * same.
 */
export function refuseClient(socket: Socket): void {
  const first = new Uint8Array(HEADER_BYTES);
  let held = 0;
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.on("data", (chunk) => {
    if (held === HEADER_BYTES) return;
    const part = chunk.subarray(0, HEADER_BYTES - held);
    first.set(part, held);
    held += part.length;
    if (held < HEADER_BYTES) return;
    const reply = new Uint8Array(HEADER_BYTES);
    putHeader(reply, 0, u16(first, 0), u16(first, 2), HEADER_BYTES, TYPE_REPLY | ERROR, EBUSY);
    socket.end(reply);
  });
}
