import { HEADER_BYTES, putHeader } from "./wire.ts";

/**
 * Bytes of one write to the socket. QEMU drops a connection whose header it can read only in part, and the
 * kernel cuts a write into pieces of 36 KiB: a batch that fits into one piece arrives whole or not yet. Only a
 * read of more than that is longer, which no guest's instruction makes.
 */
const BATCH_BYTES = 0x8000;
/** Largest body of a message. */
export const BODY_MAX = BATCH_BYTES - HEADER_BYTES;

/** The part of a socket that is written to. */
export interface Writer {
  readonly writableLength: number;
  write(bytes: Uint8Array, written: (error?: Error | null) => void): boolean;
}

/**
 * Messages on their way out, in order. They leave together at the end of the turn that made them, or at
 * `flush`. Only one write is under way at a time: a stream that joins several would undo the batches.
 */
export class Outbox {
  /**
   * Where a message's body is to be written, from what `begin` returned. Valid until the next `begin` or
   * `flush`.
   */
  bytes = new Uint8Array(BATCH_BYTES);
  private used = 0;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private writing = false;
  private scheduled = false;
  private closed = false;
  private readonly writer: Writer;
  private readonly grown: (backlog: number) => void;

  /** `grown` is called with the bytes that the peer has not taken whenever a batch had to wait. */
  constructor(writer: Writer, grown: (backlog: number) => void) {
    this.writer = writer;
    this.grown = grown;
  }

  /** Bytes that the peer has not taken yet. */
  get backlog(): number {
    return this.waitingBytes + this.writer.writableLength;
  }

  /**
   * Start a message with a body of `length` bytes; returns where its body goes in `bytes`. One of more than
   * BODY_MAX leaves alone: its header, at the start of a write, still arrives whole.
   */
  begin(id: number, command: number, length: number, flags: number, error: number): number {
    const size = HEADER_BYTES + length;
    if (this.used + size > this.bytes.length) this.flush();
    if (size > this.bytes.length) this.bytes = new Uint8Array(size);
    const at = this.used;
    this.used = at + size;
    putHeader(this.bytes, at, id, command, size, flags, error);
    if (!this.scheduled) {
      this.scheduled = true;
      queueMicrotask(this.late);
    }
    return at + HEADER_BYTES;
  }

  /** Send what there is now. */
  flush(): void {
    const used = this.used;
    if (used === 0) return;
    this.used = 0;
    if (this.closed) return;
    const batch = this.bytes.subarray(0, used);
    if (this.writing) {
      this.waiting.push(batch);
      this.waitingBytes += used;
    } else {
      this.start(batch);
    }
    if (this.writing || batch.length > BATCH_BYTES) this.bytes = new Uint8Array(BATCH_BYTES);
    if (this.writing) this.grown(this.backlog);
  }

  /** Nothing leaves any more but what is already being written. */
  close(): void {
    this.closed = true;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private start(batch: Uint8Array): void {
    this.writing = true;
    this.writer.write(batch, this.written);
    // A socket that took it all at once has nothing left: the buffer is ours again.
    if (this.writer.writableLength === 0) this.writing = false;
  }

  private readonly late = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private readonly written = (): void => {
    if (!this.writing || this.writer.writableLength > 0) return;
    this.writing = false;
    while (!this.writing && this.waiting.length > 0) {
      const batch = this.waiting.shift()!;
      this.waitingBytes -= batch.length;
      this.start(batch);
    }
  };
}
