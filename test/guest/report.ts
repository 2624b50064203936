/** What the guest says about itself on its second serial line, parsed. */

/** One program that the guest ran. */
export interface Benchmark {
  readonly name: string;
  /** Exit code; 0 is success, 143 or 124 ran out of its bound. */
  readonly code: number;
  readonly output: readonly string[];
}

/** How a boot ended: by itself, by our deadline, by us on request, or with QEMU going away early. */
export type Ending = "power-off" | "deadline" | "stopped" | "gone";

/** A guest's whole report. */
export interface GuestReport {
  readonly ended: Ending;
  readonly seconds: number;
  readonly release: string;
  /** PCI vendor and device of slot 2, empty without the vGPU. */
  readonly device: string;
  readonly phases: readonly string[];
  readonly dmesg: readonly string[];
  /** Lines of dmesg that are a kernel warning, bug or oops. */
  readonly warnings: readonly string[];
  /** Lines of dmesg that a DRM driver calls an error. */
  readonly errors: readonly string[];
  readonly modprobe: readonly number[];
  readonly card0: boolean;
  readonly renderD128: boolean;
  readonly fb0: boolean;
  /** Content of `i915_wedged`; "0" is a healthy GPU. */
  readonly wedged: string;
  /** What the driver said about its PCH (with gvt.pch=1). */
  readonly pch: readonly string[];
  /** The i915 line of /proc/interrupts. */
  readonly interrupts: string;
  /** Name of the console font, empty when it could not be set. */
  readonly fontName: string;
  /** Lines that the guest wrote on its screen, first screen only. */
  readonly lines: readonly string[];
  readonly benchmarks: readonly Benchmark[];
  /** Name and size of the frame buffer that the console draws into. */
  readonly console: string;
}

const WARNING =
  /\bWARNING:|\bBUG:|\bOops\b|\[ cut here \]|general protection fault|Call Trace:|hung_task|rcu_sched detected/;
const ERROR = /\*ERROR\*/;

/** Parses report lines as they arrive; a line that is cut off by a dying guest is left out. */
export class ReportParser {
  #values = new Map<string, string[]>();
  #benchmarks: Benchmark[] = [];
  #dmesg: string[] = [];
  #output: string[] = [];
  #sink: string[] | undefined;
  #screens = 0;
  #lines: string[] = [];

  /** Takes one line; returns its key and value where it is a report line. */
  line(text: string): { key: string; value: string } | undefined {
    const match = /^@@ (\S+) ?(.*)$/.exec(text);
    if (match === null) {
      this.#sink?.push(text);
      return undefined;
    }
    const [, key = "", value = ""] = match;
    this.#section(key, value);
    this.#values.set(key, [...(this.#values.get(key) ?? []), value.trim()]);
    return { key, value: value.trim() };
  }

  #section(key: string, value: string): void {
    if (key === "dmesg") this.#sink = value === "begin" ? this.#dmesg : undefined;
    if (key === "output") {
      if (value.startsWith("begin")) this.#output = [];
      this.#sink = value.startsWith("begin") ? this.#output : undefined;
    }
    if (key === "bench") {
      const [name = "", code = ""] = value.split(" ");
      this.#benchmarks.push({ name, code: Number(code), output: this.#output });
    }
    if (key === "screen" && value === "ready") this.#screens++;
    if (key === "line" && this.#screens === 0) this.#lines.push(value);
  }

  #last(key: string): string {
    return this.#values.get(key)?.at(-1) ?? "";
  }

  /** The report so far. */
  report(ended: Ending, seconds: number): GuestReport {
    const [fontCode = "", fontName = ""] = this.#last("font").split(" ");
    return {
      ended,
      seconds,
      release: this.#last("hello"),
      device: this.#last("device"),
      phases: this.#values.get("phase") ?? [],
      dmesg: this.#dmesg,
      warnings: this.#dmesg.filter((line) => WARNING.test(line)),
      errors: this.#dmesg.filter((line) => ERROR.test(line)),
      modprobe: (this.#values.get("modprobe") ?? []).map(Number),
      card0: this.#last("card0") === "1",
      renderD128: this.#last("renderD128") === "1",
      fb0: this.#last("fb0") === "1",
      wedged: this.#last("wedged"),
      pch: this.#values.get("pch") ?? [],
      interrupts: this.#last("interrupts"),
      fontName: fontCode === "0" ? fontName : "",
      lines: this.#lines,
      benchmarks: this.#benchmarks,
      console: this.#last("console"),
    };
  }
}
