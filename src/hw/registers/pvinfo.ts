import { bank } from "../register.ts";
import { PVINFO } from "./gt-rows.ts";

const CITE = `${PVINFO}; docs/facts/pvinfo.md#layout`;
/** Every read tells the mediator that the guest knows it is a guest. */
const fixed = { read: "pvinfo.read", rule: "readOnly", then: "pvinfo.readonly", cite: CITE } as const;
const guest = { read: "pvinfo.read", cite: CITE } as const;

/** The page in which mediator and guest driver speak to each other. The mediator fills in what is fixed. */
export const VGTIF = bank(
  { pvinfo: 0x7_8000 },
  {
    vgtif_magic_lo: { offset: 0x000, ...fixed },
    vgtif_magic_hi: { offset: 0x004, ...fixed },
    vgtif_version: { offset: 0x008, ...fixed, fields: { version_minor: [31, 16], version_major: [15, 0] } },
    vgtif_vgt_id: { offset: 0x00c, ...fixed },
    vgtif_vgt_caps: {
      offset: 0x010,
      ...fixed,
      fields: { VGT_CAPS_HUGE_GTT: 4, VGT_CAPS_HWSP_EMULATION: 3, VGT_CAPS_FULL_PPGTT: 2 },
    },
    vgtif_rsv1: { offset: 0x014, count: 11, ...fixed },
    vgtif_avail_rs_mappable_gmadr_base: { offset: 0x040, ...fixed },
    vgtif_avail_rs_mappable_gmadr_size: { offset: 0x044, ...fixed },
    vgtif_avail_rs_nonmappable_gmadr_base: { offset: 0x048, ...fixed },
    vgtif_avail_rs_nonmappable_gmadr_size: { offset: 0x04c, ...fixed },
    vgtif_avail_rs_fence_num: { offset: 0x050, ...fixed },
    vgtif_avail_rs_rsv2: { offset: 0x054, count: 3, ...fixed },
    vgtif_rsv3: { offset: 0x060, count: 488, ...fixed },
    vgtif_rsv4: { offset: 0x800, ...fixed },
    vgtif_display_ready: { offset: 0x804, ...guest, then: "pvinfo.display_ready" },
    vgtif_rsv5: { offset: 0x808, count: 4, ...fixed, then: "pvinfo.refused" },
    vgtif_g2v_notify: { offset: 0x818, ...guest, then: "pvinfo.g2v" },
    vgtif_rsv6: { offset: 0x81c, count: 5, ...fixed },
    vgtif_cursor_x_hot: { offset: 0x830, reset: 0xffff_ffff, ...guest },
    vgtif_cursor_y_hot: { offset: 0x834, reset: 0xffff_ffff, ...guest },
    vgtif_pdp_lo: { offset: 0x838, count: 4, stride: 8, ...guest },
    vgtif_pdp_hi: { offset: 0x83c, count: 4, stride: 8, ...guest },
    vgtif_execlist_context_descriptor_lo: { offset: 0x858, ...guest },
    vgtif_execlist_context_descriptor_hi: { offset: 0x85c, ...guest },
    vgtif_rsv7: { offset: 0x860, count: 488, ...fixed },
  },
);
