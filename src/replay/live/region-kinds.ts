import { KIND_NAMES } from "../../events/kinds.ts";
import type { Region } from "./session.ts";

/** Kinds of rows by region: a guest reads, */
export const READ_KINDS = kindsOf("read");
/** or writes. */
export const WRITTEN_KINDS = kindsOf("written");

function kindsOf(verb: string): Readonly<Record<Region, number>> {
  const kind = (region: string): number =>
    KIND_NAMES.indexOf(`${region}.${verb}` as (typeof KIND_NAMES)[number]);
  return {
    mmio: kind("mmio"),
    gtt: kind("gtt"),
    config: kind("config"),
    io: kind("io"),
    aperture: kind("aperture"),
  };
}
