import type { Command } from "commander";
import { addBisectCode } from "./bisect-code.ts";
import { addBisectTime } from "./bisect-time.ts";
import { addBisectInput } from "./minimise.ts";

/** `gvt bisect`: when, since which commit, and by which inputs. */
export function addBisect(program: Command): void {
  const bisect = program
    .command("bisect")
    .description("find the first event, the first commit, or the few inputs, at which something is so")
    .addHelpText(
      "after",
      `
Examples:
  gvt bisect time boot.mcap "vgpu1.rcs0.RING_TAIL.TailOffset > 0x400"
  gvt bisect code --good v0.1.0 --bad HEAD recordings/linux-6.1-boot.mcap
  gvt bisect input boot.mcap -o small.mcap --predicate "vgpu1.rcs0.RING_TAIL.TailOffset > 0x400"

Exit code 1 of time and code says that it was found.`,
    );
  for (const add of [addBisectTime, addBisectCode, addBisectInput]) add(bisect);
  bisect.copyInheritedSettings(program);
  for (const verb of bisect.commands) verb.copyInheritedSettings(program);
}
