import type { CommandRow } from "../command.ts";
import { ENGINES } from "../units.ts";
import { dwords, family, GENXML, GENXML_8, GVT, I915_PARSER } from "./family.ts";

/**
 * MI commands: opcode in bits 28:23. Those below 10h are one dword long and have no length field.
 * Some engine lists are wider than the XML's: the blitter too has the scan line waits, and every engine but
 * the render engine has MI_FLUSH_DW (the XML names the video engine only).
 */
const mi = family(23, { length: dwords(8), engines: ENGINES, action: "skip", cite: GENXML });

const RENDER = ["rcs0"] as const;
const DISPLAY = ["rcs0", "bcs0"] as const;
const NOT_RENDER = ["bcs0", "vcs0", "vecs0"] as const;
const SCAN_LINES = { length: dwords(6), engines: DISPLAY, cite: `${GENXML}; ${I915_PARSER}` } as const;

export const MI_COMMANDS: readonly CommandRow[] = [
  mi(0x00, "MI_NOOP", { length: 1, action: "noop" }),
  mi(0x01, "MI_SET_PREDICATE", { length: 1, action: "setPredicate" }),
  mi(0x02, "MI_USER_INTERRUPT", { length: 1, action: "userInterrupt" }),
  mi(0x03, "MI_WAIT_FOR_EVENT", { length: 1, engines: DISPLAY, action: "waitForEvent" }),
  mi(0x04, "MI_FLUSH", { length: 1, cite: `${GVT}; ${I915_PARSER}` }),
  mi(0x05, "MI_ARB_CHECK", { length: 1, action: "arbCheck" }),
  mi(0x06, "MI_RS_CONTROL", { length: 1, engines: RENDER }),
  mi(0x07, "MI_REPORT_HEAD", { length: 1, action: "unmodelled" }),
  mi(0x08, "MI_ARB_ON_OFF", { length: 1, action: "arbOnOff" }),
  mi(0x09, "MI_URB_ATOMIC_ALLOC", { length: 1, engines: RENDER }),
  mi(0x0a, "MI_BATCH_BUFFER_END", { length: 1, action: "batchEnd" }),
  mi(0x0b, "MI_SUSPEND_FLUSH", { length: 1 }),
  mi(0x0c, "MI_PREDICATE", { length: 1, action: "predicate" }),
  mi(0x0d, "MI_TOPOLOGY_FILTER", { length: 1, engines: RENDER }),
  mi(0x0e, "MI_SET_APPID", { length: 1, cite: GVT }),
  mi(0x0f, "MI_RS_CONTEXT", { length: 1, engines: RENDER }),
  mi(0x12, "MI_LOAD_SCAN_LINES_INCL", SCAN_LINES),
  mi(0x13, "MI_LOAD_SCAN_LINES_EXCL", SCAN_LINES),
  mi(0x14, "MI_DISPLAY_FLIP", { engines: DISPLAY, action: "unmodelled" }),
  mi(0x18, "MI_SET_CONTEXT"),
  mi(0x19, "MI_URB_CLEAR", { engines: RENDER, on: ["bdw"], cite: `${GVT}; ${GENXML_8}` }),
  mi(0x1a, "MI_MATH", { action: "math" }),
  mi(0x1b, "MI_SEMAPHORE_SIGNAL", { action: "semaphoreSignal" }),
  mi(0x1c, "MI_SEMAPHORE_WAIT", { action: "semaphoreWait" }),
  mi(0x1d, "MI_FORCE_WAKEUP", { on: ["kbl"], cite: `${GENXML}; not in gen8.xml` }),
  mi(0x20, "MI_STORE_DATA_IMM", { length: dwords(10), action: "storeDataImm" }),
  mi(0x21, "MI_STORE_DATA_INDEX", { action: "unmodelled" }),
  // 8 bits, not 10: bits 11:8 disable bytes of the write.
  mi(0x22, "MI_LOAD_REGISTER_IMM", { action: "loadRegisterImm", cite: `${GENXML}; ${I915_PARSER}` }),
  mi(0x23, "MI_UPDATE_GTT", { length: dwords(10), action: "unmodelled", cite: `${GVT}; ${I915_PARSER}` }),
  mi(0x24, "MI_STORE_REGISTER_MEM", { action: "storeRegisterMem" }),
  // 6 bits: bit 7 invalidates the BSD, and a wider field makes the video engine run away.
  mi(0x26, "MI_FLUSH_DW", {
    length: dwords(6),
    engines: NOT_RENDER,
    action: "flushDw",
    cite: `${GENXML}; ${I915_PARSER}; guest-on-qemu.md 7`,
  }),
  mi(0x27, "MI_CLFLUSH", { length: dwords(10), engines: RENDER }),
  mi(0x28, "MI_REPORT_PERF_COUNT", { length: dwords(6), engines: RENDER, action: "unmodelled" }),
  mi(0x29, "MI_LOAD_REGISTER_MEM", { action: "loadRegisterMem" }),
  mi(0x2a, "MI_LOAD_REGISTER_REG", { action: "loadRegisterReg" }),
  mi(0x2b, "MI_RS_STORE_DATA_IMM", { engines: RENDER, action: "unmodelled" }),
  mi(0x2c, "MI_LOAD_URB_MEM", { engines: RENDER }),
  mi(0x2d, "MI_STORE_URB_MEM", { engines: RENDER, action: "unmodelled" }),
  mi(0x2e, "MI_COPY_MEM_MEM", { action: "copyMemMem" }),
  mi(0x2f, "MI_ATOMIC", { action: "atomic" }),
  mi(0x31, "MI_BATCH_BUFFER_START", { action: "batchStart" }),
  mi(0x36, "MI_CONDITIONAL_BATCH_BUFFER_END", { action: "conditionalBatchEnd" }),
];
