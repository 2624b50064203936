// A machine without a guest: a driver's first steps by hand. node examples/create-machine.mjs
import { createMachine, K, lookUp, Rows } from "gvt-replay";

const machine = createMachine({ vgpus: 2 });
const rows = new Rows();

/** Give the machine one more input of vGPU 1. */
function apply(kind, columns = {}) {
  const i = rows.add(kind);
  rows.agent[i] = 1;
  for (const [column, value] of Object.entries(columns)) rows[column][i] = value;
  machine.apply(rows, i);
}

apply(K["vgpu.created"]);
apply(K["mmio.read"], { at: 0x78000, size: 4 });
console.log(`PVINFO magic, low word: ${machine.core.replyLo.toString(16)}`);

// A masked register: the upper half says which bits of the lower half change.
const before = machine.snapshot();
apply(K["mmio.written"], { at: 0x209c, size: 4, lo: 0x0100_0100 });
console.log(`vgpu1.rcs0.RING_MI_MODE is ${lookUp(machine, "vgpu1.rcs0.RING_MI_MODE").value.toString(16)}`);

// Snapshots are values: back in time, the bit is not set.
machine.restore(before);
console.log(`and was ${lookUp(machine, "vgpu1.rcs0.RING_MI_MODE").value.toString(16)}`);
