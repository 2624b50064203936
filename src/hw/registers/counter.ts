import { bank } from "../register.ts";
import { GT_REGS, I915_REG, wide } from "./gt-rows.ts";

const CITE = `${GT_REGS}; i915_cmd_parser.c; docs/facts/mmio.md#command-access`;
const user = { commandAccess: true, inContext: true, cite: CITE } as const;
const pair = { count: 4, stride: 8, ...user } as const;

/** What the 3D and compute pipelines count, and the parameters of an indirect draw. */
export const COUNTERS = bank(
  { rcs0: 0 },
  {
    ...wide("GPGPU_THREADS_DISPATCHED", 0x2290, user),
    ...wide("HS_INVOCATION_COUNT", 0x2300, user),
    ...wide("DS_INVOCATION_COUNT", 0x2308, user),
    ...wide("IA_VERTICES_COUNT", 0x2310, user),
    ...wide("IA_PRIMITIVES_COUNT", 0x2318, user),
    ...wide("VS_INVOCATION_COUNT", 0x2320, user),
    ...wide("GS_INVOCATION_COUNT", 0x2328, user),
    ...wide("GS_PRIMITIVES_COUNT", 0x2330, user),
    ...wide("CL_INVOCATION_COUNT", 0x2338, user),
    ...wide("CL_PRIMITIVES_COUNT", 0x2340, user),
    ...wide("PS_INVOCATION_COUNT", 0x2348, user),
    ...wide("PS_DEPTH_COUNT", 0x2350, user),
    GEN7_3DPRIM_END_OFFSET: { offset: 0x2420, ...user },
    GEN7_3DPRIM_START_VERTEX: { offset: 0x2430, ...user },
    GEN7_3DPRIM_VERTEX_COUNT: { offset: 0x2434, ...user },
    GEN7_3DPRIM_INSTANCE_COUNT: { offset: 0x2438, ...user },
    GEN7_3DPRIM_START_INSTANCE: { offset: 0x243c, ...user },
    GEN7_3DPRIM_BASE_VERTEX: { offset: 0x2440, ...user },
    GEN7_GPGPU_DISPATCHDIMX: { offset: 0x2500, ...user },
    GEN7_GPGPU_DISPATCHDIMY: { offset: 0x2504, ...user },
    GEN7_GPGPU_DISPATCHDIMZ: { offset: 0x2508, ...user },
    GEN7_SO_NUM_PRIMS_WRITTEN: { offset: 0x5200, ...pair },
    GEN7_SO_NUM_PRIMS_WRITTEN_UDW: { offset: 0x5204, ...pair },
    GEN7_SO_PRIM_STORAGE_NEEDED: { offset: 0x5240, ...pair },
    GEN7_SO_PRIM_STORAGE_NEEDED_UDW: { offset: 0x5244, ...pair },
    GEN7_SO_WRITE_OFFSET: {
      offset: 0x5280,
      count: 4,
      ...user,
      fields: { WriteOffset: [31, 2] },
      cite: `${I915_REG}; i915_cmd_parser.c; docs/facts/mmio.md#command-access; Mesa gen9.xml`,
    },
  },
);
