import type { CommandRow } from "../command.ts";
import { MI_COMMAND_NS, MOVE_KIB_NS, POST_SYNC_NS } from "../cost.ts";
import { ENGINES } from "../units.ts";
import { dwords, family, GENXML, GENXML_8, GVT, I915_COMMANDS, I915_PARSER } from "./family.ts";
import {
  bit,
  both,
  DWORD_48,
  DWORD_64,
  GLOBAL,
  LINE_64,
  PAGE_32,
  postSync,
  QWORD_48,
  reads,
  writes,
} from "./operands.ts";

/**
 * MI commands: opcode in bits 28:23. Those below 10h are one dword long and have no length field.
 * Some engine lists are wider than the XML's: the blitter too has the scan line waits, and every engine but
 * the render engine has MI_FLUSH_DW (the XML names the video engine only).
 */
const mi = family(23, {
  length: dwords(8),
  engines: ENGINES,
  action: "skip",
  cost: MI_COMMAND_NS,
  cite: GENXML,
});

const RENDER = ["rcs0"] as const;
const DISPLAY = ["rcs0", "bcs0"] as const;
const NOT_RENDER = ["bcs0", "vcs0", "vecs0"] as const;
const SCAN_LINES = { length: dwords(6), engines: DISPLAY, cite: `${GENXML}; ${I915_PARSER}` } as const;

/** Bit 16 of MI_SEMAPHORE_WAIT: it compares a register. */
const REGISTER_POLL = 1 << 16;
const GLOBAL_DESTINATION = bit(0, 21);
const FLUSH_NOTIFY = bit(0, 8);
const STORE_INDEX = bit(0, 21);
/** MI_FLUSH_DW_USE_GTT stands in the address itself. */
const GLOBAL_IN_ADDRESS = bit(1, 2);

/** MI_SEMAPHORE_MBOX of gen6 and gen7; intel_gpu_commands.h has all of its bits. */
const SEMAPHORE_MBOX_FIELDS = `
16-17 u Semaphore Register
 3=INVALID
18 b Compare Register
20 b Compare Semaphore
21 b Update Semaphore
22 b Use Global GTT
32-63 u Semaphore Data
64-95 o Address`;

export const MI_COMMANDS: readonly CommandRow[] = [
  mi(0x00, "MI_NOOP", { length: 1, action: "noop" }),
  mi(0x01, "MI_SET_PREDICATE", { length: 1, action: "setPredicate" }),
  mi(0x02, "MI_USER_INTERRUPT", { length: 1, action: "userInterrupt", privileged: true }),
  mi(0x03, "MI_WAIT_FOR_EVENT", { length: 1, engines: DISPLAY, action: "waitForEvent" }),
  mi(0x04, "MI_FLUSH", { length: 1, cite: `${GVT}; ${I915_PARSER}` }),
  mi(0x05, "MI_ARB_CHECK", { length: 1, action: "arbCheck" }),
  mi(0x06, "MI_RS_CONTROL", { length: 1, engines: RENDER }),
  mi(0x07, "MI_REPORT_HEAD", { action: "unmodelled", length: 1 }),
  mi(0x08, "MI_ARB_ON_OFF", { length: 1, action: "arbOnOff", privileged: true }),
  mi(0x09, "MI_URB_ATOMIC_ALLOC", { length: 1, engines: RENDER }),
  mi(0x0a, "MI_BATCH_BUFFER_END", { length: 1, action: "batchEnd" }),
  mi(0x0b, "MI_SUSPEND_FLUSH", { length: 1 }),
  mi(0x0c, "MI_PREDICATE", { length: 1, action: "predicate" }),
  mi(0x0d, "MI_TOPOLOGY_FILTER", { length: 1, engines: RENDER }),
  mi(0x0e, "MI_SET_APPID", { length: 1, cite: GVT }),
  mi(0x0f, "MI_RS_CONTEXT", { length: 1, engines: RENDER }),
  mi(0x12, "MI_LOAD_SCAN_LINES_INCL", SCAN_LINES),
  mi(0x13, "MI_LOAD_SCAN_LINES_EXCL", { ...SCAN_LINES, privileged: true }),
  mi(0x14, "MI_DISPLAY_FLIP", {
    action: "unmodelled",
    engines: DISPLAY,
    privileged: true,
    addresses: [
      reads(2, PAGE_32, "scanout", { space: "ggtt" }),
      // The left eye's: only a command that is long enough has it.
      reads(3, PAGE_32, "scanout", { space: "ggtt" }),
    ],
  }),
  mi(0x16, "MI_SEMAPHORE_MBOX", {
    privileged: true,
    fields: SEMAPHORE_MBOX_FIELDS,
    cite: `${GVT}; ${I915_COMMANDS}, of gen6 and gen7`,
  }),
  mi(0x18, "MI_SET_CONTEXT", {
    privileged: true,
    addresses: [both(1, PAGE_32, "context", { space: "ggtt" })],
  }),
  mi(0x19, "MI_URB_CLEAR", { engines: RENDER, cite: `${GVT}; ${GENXML_8}` }),
  mi(0x1a, "MI_MATH", { action: "math" }),
  mi(0x1b, "MI_SEMAPHORE_SIGNAL", { action: "semaphoreSignal" }),
  mi(0x1c, "MI_SEMAPHORE_WAIT", {
    action: "semaphoreWait",
    privileged: [GLOBAL],
    addresses: [
      reads(2, DWORD_64, "data", { space: GLOBAL, when: { dword: 0, mask: REGISTER_POLL, value: 0 } }),
    ],
  }),
  mi(0x1d, "MI_FORCE_WAKEUP", { on: ["kbl"], cite: `${GENXML}; not in gen8.xml` }),
  mi(0x20, "MI_STORE_DATA_IMM", {
    length: dwords(10),
    action: "storeDataImm",
    privileged: [GLOBAL],
    addresses: [writes(1, DWORD_48, "data", { space: GLOBAL })],
  }),
  mi(0x21, "MI_STORE_DATA_INDEX", { action: "unmodelled", privileged: true }),
  // 8 bits, not 10: bits 11:8 disable bytes of the write.
  mi(0x22, "MI_LOAD_REGISTER_IMM", { action: "loadRegisterImm", cite: `${GENXML}; ${I915_PARSER}` }),
  mi(0x23, "MI_UPDATE_GTT", {
    action: "unmodelled",
    length: dwords(10),
    privileged: true,
    cite: `${GVT}; ${I915_PARSER}`,
  }),
  mi(0x24, "MI_STORE_REGISTER_MEM", {
    action: "storeRegisterMem",
    privileged: [GLOBAL],
    addresses: [writes(2, DWORD_64, "data", { space: GLOBAL })],
  }),
  // 6 bits: bit 7 invalidates the BSD, and a wider field makes the video engine run away.
  mi(0x26, "MI_FLUSH_DW", {
    length: dwords(6),
    engines: NOT_RENDER,
    action: "flushDw",
    privileged: [FLUSH_NOTIFY, GLOBAL_IN_ADDRESS, STORE_INDEX],
    addresses: [
      writes(1, QWORD_48, "data", { space: GLOBAL_IN_ADDRESS, when: postSync(0), index: STORE_INDEX }),
    ],
    effectCost: POST_SYNC_NS,
    cite: `${GENXML}; ${I915_PARSER}; docs/facts/guests.md#behaviours`,
  }),
  mi(0x27, "MI_CLFLUSH", {
    length: dwords(10),
    engines: RENDER,
    privileged: [GLOBAL],
    addresses: [reads(1, [47, 12], "data", { space: GLOBAL })],
  }),
  mi(0x28, "MI_REPORT_PERF_COUNT", {
    action: "unmodelled",
    length: dwords(6),
    engines: RENDER,
    privileged: [bit(1, 0)],
    addresses: [writes(1, LINE_64, "data", { space: bit(1, 0) })],
  }),
  mi(0x29, "MI_LOAD_REGISTER_MEM", {
    action: "loadRegisterMem",
    privileged: [GLOBAL],
    addresses: [reads(2, DWORD_64, "data", { space: GLOBAL })],
  }),
  mi(0x2a, "MI_LOAD_REGISTER_REG", { action: "loadRegisterReg" }),
  mi(0x2b, "MI_RS_STORE_DATA_IMM", {
    action: "unmodelled",
    engines: RENDER,
    addresses: [writes(1, DWORD_64, "data")],
  }),
  mi(0x2c, "MI_LOAD_URB_MEM", { engines: RENDER, addresses: [reads(2, LINE_64, "urb")] }),
  mi(0x2d, "MI_STORE_URB_MEM", {
    action: "unmodelled",
    engines: RENDER,
    addresses: [writes(2, LINE_64, "urb")],
  }),
  mi(0x2e, "MI_COPY_MEM_MEM", {
    action: "copyMemMem",
    privileged: [GLOBAL, GLOBAL_DESTINATION],
    addresses: [
      writes(1, DWORD_64, "data", { space: GLOBAL_DESTINATION }),
      reads(3, DWORD_64, "data", { space: GLOBAL }),
    ],
    effectCost: MOVE_KIB_NS,
  }),
  mi(0x2f, "MI_ATOMIC", {
    action: "atomic",
    privileged: [GLOBAL],
    addresses: [both(1, DWORD_48, "data", { space: GLOBAL })],
  }),
  mi(0x31, "MI_BATCH_BUFFER_START", {
    action: "batchStart",
    addresses: [reads(1, DWORD_64, "batch", { space: { dword: 0, mask: 1 << 8, value: 0 } })],
  }),
  mi(0x36, "MI_CONDITIONAL_BATCH_BUFFER_END", {
    action: "conditionalBatchEnd",
    privileged: [GLOBAL],
    addresses: [reads(2, [63, 3], "data", { space: GLOBAL, when: bit(0, 21) })],
  }),
];
