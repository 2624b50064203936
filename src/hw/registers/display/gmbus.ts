import { bank } from "../../register.ts";
import { SOUTH } from "./instances.ts";

const GMBUS_REGS = "display/intel_gmbus_regs.h";
const MEASURED = `${GMBUS_REGS}; docs/facts/display.md#ddc; docs/facts/guests.md#behaviours`;

/** The DDC bus: as a controller, and as pins for bit-banging. */
export const GMBUS = bank(SOUTH, {
  GPIO: {
    offset: 0xc_5010,
    count: 6,
    then: "gpio.bits",
    fields: {
      GPIO_DATA_PULLUP_DISABLE: 13,
      GPIO_DATA_VAL_IN: 12,
      GPIO_DATA_VAL_OUT: 11,
      GPIO_DATA_VAL_MASK: 10,
      GPIO_DATA_DIR_OUT: 9,
      GPIO_DATA_DIR_MASK: 8,
      GPIO_CLOCK_PULLUP_DISABLE: 5,
      GPIO_CLOCK_VAL_IN: 4,
      GPIO_CLOCK_VAL_OUT: 3,
      GPIO_CLOCK_VAL_MASK: 2,
      GPIO_CLOCK_DIR_OUT: 1,
      GPIO_CLOCK_DIR_MASK: 0,
    },
    unaligned: true,
    cite: `${GMBUS_REGS}; gvt/handlers.c, PCH_GPIO_BASE`,
  },
  GMBUS0: {
    offset: 0xc_5100,
    then: "gmbus.select",
    fields: {
      GMBUS_AKSV_SELECT: 11,
      GMBUS_RATE: [9, 8],
      GMBUS_HOLD_EXT: 7,
      GMBUS_BYTE_CNT_OVERRIDE: 6,
      PinSelect: [2, 0],
    },
    cite: MEASURED,
  },
  GMBUS1: {
    offset: 0xc_5104,
    then: "gmbus.command",
    fields: {
      GMBUS_SW_CLR_INT: 31,
      GMBUS_SW_RDY: 30,
      GMBUS_ENT: 29,
      GMBUS_CYCLE: [27, 25],
      GMBUS_BYTE_COUNT: [24, 16],
      GMBUS_SLAVE_INDEX: [15, 8],
      GMBUS_SLAVE_ADDR: [7, 1],
      GMBUS_SLAVE_READ: 0,
    },
    cite: MEASURED,
  },
  GMBUS2: {
    offset: 0xc_5108,
    reset: 0x0000_0800,
    writable: 0,
    oneToClear: 0x0000_8000,
    then: "gmbus.status",
    read: "gmbus.status",
    fields: {
      GMBUS_INUSE: 15,
      GMBUS_HW_WAIT_PHASE: 14,
      GMBUS_STALL_TIMEOUT: 13,
      GMBUS_INT: 12,
      GMBUS_HW_RDY: 11,
      GMBUS_SATOER: 10,
      GMBUS_ACTIVE: 9,
    },
    cite: `${MEASURED}; reset: gvt/edid.c, reset_gmbus_controller`,
  },
  GMBUS3: { offset: 0xc_510c, then: "gmbus.data", read: "gmbus.data", cite: MEASURED },
  GMBUS4: {
    offset: 0xc_5110,
    fields: {
      GMBUS_SLAVE_TIMEOUT_EN: 4,
      GMBUS_NAK_EN: 3,
      GMBUS_IDLE_EN: 2,
      GMBUS_HW_WAIT_EN: 1,
      GMBUS_HW_RDY_EN: 0,
    },
    cite: GMBUS_REGS,
  },
  GMBUS5: { offset: 0xc_5120, fields: { GMBUS_2BYTE_INDEX_EN: 31 }, cite: GMBUS_REGS },
});
