import { Worker } from "node:worker_threads";
import type { OpenedRecording } from "../replay/engine/opened.ts";
import { KEYFRAMES } from "../replay/index/keyframes.ts";
import type { Recording } from "../replay/recording/recording.ts";
import type { BeyondReport, SegmentReport, SegmentTask } from "../replay/verify/segments.ts";
import type { Verification, VerifyOptions } from "../replay/verify/verify.ts";
import { type SegmentWorker, verifySegments } from "../replay/verify/verify-segments.ts";
import type { FromVerifier, ToVerifier } from "./verify-messages.ts";

/** A thread that verified is no more: out of memory, or killed. The message is one line. */
export class DeadWorker extends Error {
  override readonly name = "DeadWorker";
}

type Answer = Exclude<FromVerifier, { type: "progress" }>;

interface Question {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that verifies segments of one file at a time. */
class VerifierThread implements SegmentWorker {
  private readonly worker: Worker;
  private readonly questions: Question[] = [];
  private progress: (blocks: number) => void = () => {};
  private path = "";
  private failure: Error | null = null;

  constructor() {
    this.worker = new Worker(new URL("./verify-worker.js", import.meta.url));
    this.worker.on("message", (message: FromVerifier) => {
      if (message.type === "progress") this.progress(message.blocks);
      else this.questions.shift()?.resolve(message);
    });
    this.worker.on("error", (error) => this.fail(error.message));
    this.worker.on("exit", (code) => this.fail(`it ended with code ${code}`));
  }

  /** Read this file from now on, as far as `size` bytes. */
  open(path: string, size: number, paranoid: boolean): void {
    this.path = path;
    this.worker.postMessage({ type: "open", path, size, paranoid } satisfies ToVerifier);
  }

  async starts(): Promise<readonly number[]> {
    const answer = await this.ask({ type: "starts" });
    return answer.type === "starts" ? answer.starts : [];
  }

  async verify(task: SegmentTask, progress: (blocks: number) => void): Promise<SegmentReport> {
    this.progress = progress;
    const answer = await this.ask({ type: "verify", task });
    if (answer.type !== "report") throw new Error(`a thread that verifies answered ${answer.type}`);
    return answer.report;
  }

  async goBeyond(ends: readonly number[]): Promise<BeyondReport> {
    const answer = await this.ask({ type: "beyond", ends });
    if (answer.type !== "beyond") throw new Error(`a thread that verifies answered ${answer.type}`);
    return answer.report;
  }

  end(): Promise<unknown> {
    return this.worker.terminate();
  }

  private ask(message: ToVerifier): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      this.questions.push({ resolve, reject });
      this.worker.postMessage(message);
    });
  }

  private fail(reason: string): void {
    this.failure ??= new DeadWorker(`${this.path}: a worker that verified it died: ${reason}; try --jobs 1`);
    for (const { reject } of this.questions.splice(0)) reject(this.failure);
  }
}

/** Rows from which on more threads make up for their start: a fresh one takes half a second to get going. */
const LONG = 20_000_000;

/** How many of `most` threads it pays to verify a recording with: one where it is short or cannot be parted. */
export function jobsFor(recording: Recording, most: number): number {
  return recording.rowCount >= LONG ? usefulJobs(recording, most) : 1;
}

/** How many of `asked` threads can have a part of a recording each: those beyond would be started for nothing. */
export function usefulJobs({ divisible, blockCount, parts }: Recording, asked: number): number {
  const parted = divisible && parts.attachments.some(({ name }) => name === KEYFRAMES);
  return parted ? Math.max(1, Math.min(asked, blockCount)) : 1;
}

/** Threads that verify recordings, several at the same time or one by several. */
export class VerifyPool {
  readonly size: number;
  private readonly threads: VerifierThread[] = [];
  private readonly idle: VerifierThread[] = [];
  private readonly waiting: { readonly count: number; readonly start: () => void }[] = [];

  /** `size`: threads at most; they are started when they are first needed. */
  constructor(size: number) {
    this.size = size;
  }

  /**
   * What `verify` finds of a recording that was opened from a file, found by `jobs` threads, or by as many as pay
   * (`jobsFor`). It waits until they are free. Rejects as `verify` throws, and with DeadWorker.
   */
  async verify(
    { recording, store }: OpenedRecording,
    options: VerifyOptions & { readonly jobs?: number } = {},
  ): Promise<Verification> {
    const { jobs = jobsFor(recording, this.size), ...rest } = options;
    const threads = await this.take(Math.min(usefulJobs(recording, jobs), this.size));
    try {
      for (const thread of threads) thread.open(recording.name, recording.size, rest.paranoid === true);
      return await verifySegments(recording, store, threads, rest);
    } finally {
      this.idle.push(...threads);
      this.startNext();
    }
  }

  /** End all threads, whatever they do. */
  async close(): Promise<void> {
    await Promise.all(this.threads.splice(0).map((thread) => thread.end()));
  }

  private take(count: number): Promise<VerifierThread[]> {
    return new Promise((resolve) => {
      this.waiting.push({ count, start: () => resolve(this.idle.splice(0, count)) });
      this.startNext();
    });
  }

  /** First come, first served: a file that needs many threads is not kept waiting by those that need one. */
  private startNext(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      while (this.idle.length < next.count && this.threads.length < this.size) {
        const thread = new VerifierThread();
        this.threads.push(thread);
        this.idle.push(thread);
      }
      if (this.idle.length < next.count) return;
      this.waiting.shift();
      next.start();
    }
  }
}
