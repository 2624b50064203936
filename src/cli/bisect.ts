import type { Command } from "commander";
import { addBisectCode } from "./bisect-code.ts";
import { addBisectTime } from "./bisect-time.ts";

/** `gvt bisect`: when, and since which commit. */
export function addBisect(program: Command): void {
  const bisect = program
    .command("bisect")
    .description("find the first event, or the first commit, at which something is so")
    .addHelpText(
      "after",
      `
Examples:
  gvt bisect time boot.mcap "vgpu1.rcs0.RING_TAIL.TailOffset > 0x400"
  gvt bisect code --good v0.1.0 --bad HEAD recordings/linux-6.1-boot.mcap

Exit code 1 says that it was found.`,
    );
  for (const add of [addBisectTime, addBisectCode]) add(bisect);
  bisect.copyInheritedSettings(program);
  for (const verb of bisect.commands) verb.copyInheritedSettings(program);
}
