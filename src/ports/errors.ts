/** What can be wrong outside of a guest's control: one line that names the thing, the place and the cure. */
export type PortErrorCode = "socket-live" | "socket-path" | "ram-file" | "taken" | "world";

/**
 * An error of the world around the port. `code` "world" means that the machine that the port serves threw: it must
 * stop.
 */
export class PortError extends Error {
  readonly code: PortErrorCode;

  constructor(code: PortErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PortError";
    this.code = code;
  }
}

/**
 * The peer broke the framing or the order of the protocol: nothing after it can be trusted, the connection is
 * closed.
 */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProtocolError";
  }
}

/** What an unknown thrown value has to say, in one line. */
export function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
}

/** The errnos that this port answers with (Linux numbers; the protocol carries them as they are). */
export const EIO = 5;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENOSPC = 28;
export const ENOSYS = 38;
export const ENOTSUP = 95;
