import { bank } from "../../register.ts";
import { DISPLAY, I915_REG, SOUTH } from "./instances.ts";

/** Hot plug of port A on Broadwell. */
export const HOTPLUG = bank(DISPLAY, {
  DIGITAL_PORT_HOTPLUG_CNTRL: {
    offset: 0x4_4030,
    oneToClear: 0x0000_0003,
    fields: { DIGITAL_PORTA_HOTPLUG_ENABLE: 4, DIGITAL_PORTA_HOTPLUG_STATUS: [1, 0] },
    cite: I915_REG,
  },
});

/** Hot plug through the PCH: an enable and two sticky status bits a port. */
export const HOTPLUG_SOUTH = bank(SOUTH, {
  PCH_PORT_HOTPLUG: {
    offset: 0xc_4030,
    oneToClear: 0x0303_0303,
    then: "hpd.control",
    fields: {
      PORTA_HOTPLUG_ENABLE: 28,
      PORTA_HOTPLUG_STATUS: [25, 24],
      PORTD_HOTPLUG_ENABLE: 20,
      PORTD_HOTPLUG_STATUS: [17, 16],
      PORTC_HOTPLUG_ENABLE: 12,
      PORTC_HOTPLUG_STATUS: [9, 8],
      PORTB_HOTPLUG_ENABLE: 4,
      PORTB_HOTPLUG_STATUS: [1, 0],
    },
    cite: `${I915_REG}; gvt/handlers.c, PCH_PORT_HOTPLUG; docs/facts/guests.md#behaviours`,
  },
  SHPD_FILTER_CNT: { offset: 0xc_4038, cite: I915_REG },
  PCH_PORT_HOTPLUG2: {
    on: ["kbl"],
    offset: 0xc_403c,
    oneToClear: 0x0000_0003,
    then: "hpd.control",
    fields: { PORTE_HOTPLUG_ENABLE: 4, PORTE_HOTPLUG_STATUS: [1, 0] },
    cite: I915_REG,
  },
});
