import { once } from "node:events";
import progress from "cli-progress";
import colors from "picocolors";

const { createColors, isColorSupported } = colors;
/** Colours of standard output: on a terminal only. */
export const paint = createColors(process.stdout.isTTY === true && isColorSupported);
/** Colours of standard error. */
export const paintError = createColors(process.stderr.isTTY === true && isColorSupported);

/** A line of the answer. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** The answer as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A remark beside the answer, on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Long output: lines are gathered, and written no faster than the reader takes them. */
export class LineWriter {
  private lines: string[] = [];

  async write(line: string): Promise<void> {
    this.lines.push(line);
    if (this.lines.length >= 512) await this.end();
  }

  async end(): Promise<void> {
    if (this.lines.length === 0) return;
    const text = `${this.lines.join("\n")}\n`;
    this.lines = [];
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
    // A reader that went away is noticed between two writes.
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Runs `act` with a progress bar on standard error, where that is a terminal; its argument reports steps
 * done. Where `act` is asynchronous the bar stays until that ends.
 */
export function withProgress<T>(what: string, act: (progress: (done: number, of: number) => void) => T): T {
  if (process.stderr.isTTY !== true) return act(() => {});
  const bar = new progress.SingleBar({
    format: `${what} {bar} {percentage}% {value}/{total}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  let started = false;
  const stop = (): void => {
    if (started) bar.stop();
  };
  let result: T;
  try {
    result = act((done, of) => {
      if (!started) bar.start(of, done);
      else bar.update(done);
      started = true;
    });
  } catch (error) {
    stop();
    throw error;
  }
  if (result instanceof Promise) return result.finally(stop) as T;
  stop();
  return result;
}

/** A reader that has had enough (`| head`) is no error: end quietly. */
export function endQuietlyWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? (process.exitCode ?? 0) : 4);
  });
}
