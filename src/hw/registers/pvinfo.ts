import { bank } from "../register.ts";
import { PVINFO } from "./gt-rows.ts";

const CITE = `${PVINFO}; docs/facts/pvinfo.md#layout`;
/** Every read tells the mediator that the guest knows it is a guest. */
const fixed = { read: "pvinfo.read", rule: "readOnly", then: "pvinfo.readonly", cite: CITE } as const;
const guest = { read: "pvinfo.read", cite: CITE } as const;

/** The page in which mediator and guest driver speak to each other. The mediator fills in what is fixed. */
export const VGTIF = bank(
  "vgtif",
  { pvinfo: 0x7_8000 },
  {
    magic_lo: { offset: 0x000, ...fixed },
    magic_hi: { offset: 0x004, ...fixed },
    version: { offset: 0x008, ...fixed, fields: { version_minor: [31, 16], version_major: [15, 0] } },
    vgt_id: { offset: 0x00c, ...fixed },
    vgt_caps: {
      offset: 0x010,
      ...fixed,
      fields: { VGT_CAPS_HUGE_GTT: 4, VGT_CAPS_HWSP_EMULATION: 3, VGT_CAPS_FULL_PPGTT: 2 },
    },
    rsv1: { offset: 0x014, count: 11, ...fixed },
    avail_rs_mappable_gmadr_base: { offset: 0x040, ...fixed },
    avail_rs_mappable_gmadr_size: { offset: 0x044, ...fixed },
    avail_rs_nonmappable_gmadr_base: { offset: 0x048, ...fixed },
    avail_rs_nonmappable_gmadr_size: { offset: 0x04c, ...fixed },
    avail_rs_fence_num: { offset: 0x050, ...fixed },
    avail_rs_rsv2: { offset: 0x054, count: 3, ...fixed },
    rsv3: { offset: 0x060, count: 488, ...fixed },
    rsv4: { offset: 0x800, ...fixed },
    display_ready: { offset: 0x804, ...guest, then: "pvinfo.display_ready" },
    rsv5: { offset: 0x808, count: 4, ...fixed, then: "pvinfo.refused" },
    g2v_notify: { offset: 0x818, ...guest, then: "pvinfo.g2v" },
    rsv6: { offset: 0x81c, count: 5, ...fixed },
    cursor_x_hot: { offset: 0x830, reset: 0xffff_ffff, ...guest },
    cursor_y_hot: { offset: 0x834, reset: 0xffff_ffff, ...guest },
    pdp_lo: { offset: 0x838, count: 4, stride: 8, ...guest },
    pdp_hi: { offset: 0x83c, count: 4, stride: 8, ...guest },
    execlist_context_descriptor_lo: { offset: 0x858, ...guest },
    execlist_context_descriptor_hi: { offset: 0x85c, ...guest },
    rsv7: { offset: 0x860, count: 488, ...fixed },
  },
);
