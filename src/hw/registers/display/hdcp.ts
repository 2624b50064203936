import { bank } from "../../register.ts";
import { DISPLAY } from "./instances.ts";

const HDCP_REGS = "display/intel_hdcp_regs.h";

/** Content protection of a port. The ports do not follow each other in order. */
export const HDCP_PORT = bank(
  { portA: 0x6_6800, portB: 0x6_6500, portC: 0x6_6600, portD: 0x6_6700, portE: 0x6_6a00 },
  {
    PORT_HDCP_CONF: { offset: 0x00, fields: { HDCP_CONF_AUTH_AND_ENC: [1, 0] }, cite: HDCP_REGS },
    PORT_HDCP_ANINIT: { offset: 0x04, cite: HDCP_REGS },
    PORT_HDCP_ANLO: { offset: 0x08, cite: HDCP_REGS },
    PORT_HDCP_ANHI: { offset: 0x0c, cite: HDCP_REGS },
    PORT_HDCP_BKSVLO: { offset: 0x10, cite: HDCP_REGS },
    PORT_HDCP_BKSVHI: { offset: 0x14, cite: HDCP_REGS },
    PORT_HDCP_RPRIME: { offset: 0x18, cite: HDCP_REGS },
    PORT_HDCP_STATUS: { offset: 0x1c, rule: "readOnly", cite: HDCP_REGS },
    PORT_HDCP2_AUTH: { offset: 0x98, cite: HDCP_REGS },
    PORT_HDCP2_CTL: { offset: 0xb0, cite: HDCP_REGS },
    PORT_HDCP2_STATUS: { offset: 0xb4, rule: "readOnly", cite: HDCP_REGS },
  },
);

export const HDCP = bank(DISPLAY, {
  HDCP_KEY_CONF: {
    offset: 0x6_6c00,
    fields: { HDCP_AKSV_SEND_TRIGGER: 31, HDCP_CLEAR_KEYS_TRIGGER: 30, HDCP_KEY_LOAD_TRIGGER: 8 },
    cite: HDCP_REGS,
  },
  HDCP_KEY_STATUS: {
    offset: 0x6_6c04,
    rule: "readOnly",
    fields: {
      HDCP_FUSE_IN_PROGRESS: 7,
      HDCP_FUSE_ERROR: 6,
      HDCP_FUSE_DONE: 5,
      HDCP_KEY_LOAD_STATUS: 1,
      HDCP_KEY_LOAD_DONE: 0,
    },
    cite: HDCP_REGS,
  },
  HDCP_AKSV_LO: { offset: 0x6_6c10, cite: HDCP_REGS },
  HDCP_AKSV_HI: { offset: 0x6_6c14, cite: HDCP_REGS },
  HDCP_REP_CTL: { offset: 0x6_6d00, cite: HDCP_REGS },
  HDCP_SHA_V_PRIME: { offset: 0x6_6d04, count: 5, cite: HDCP_REGS },
  HDCP_SHA_TEXT: { offset: 0x6_6d18, cite: HDCP_REGS },
});
