import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  buildEdid,
  EDID_BLOCK_BYTES,
  edidSum,
  preferredTiming,
  TIMING_1024X768,
  TIMING_1920X1200,
} from "../../../src/hw/edid.ts";

const SAMPLES = new URL("../../../../shared/samples/edid/", import.meta.url);

test.each([
  ["1024x768", TIMING_1024X768, 60_004],
  ["1920x1200", TIMING_1920X1200, 59_950],
])("%s: header, checksum, and the preferred timing comes back", (_name, timing, milliHertz) => {
  const edid = buildEdid(timing);
  expect(edid).toHaveLength(EDID_BLOCK_BYTES);
  expect(edid.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)).toBe(true);
  expect(edid.slice(0, 8)).toEqual([0, 255, 255, 255, 255, 255, 255, 0]);
  expect(edid.slice(18, 20)).toEqual([1, 4]);
  expect(edid[126]).toBe(0);
  expect(edidSum(edid, 0)).toBe(0);
  expect(preferredTiming(edid)).toEqual(timing);
  const total = timing.width + timing.horizontalFront + timing.horizontalSync + timing.horizontalBack;
  const lines = timing.height + timing.verticalFront + timing.verticalSync + timing.verticalBack;
  expect(Math.round((timing.kilohertz * 1_000_000) / (total * lines))).toBe(milliHertz);
});

test("the monitor says its name, and sRGB's colours", () => {
  const edid = buildEdid(TIMING_1024X768);
  expect(String.fromCharCode(...edid.slice(77, 90))).toBe("gvt-replay\n  ");
  expect(edid.slice(25, 35)).toEqual([0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54]);
  expect(String.fromCharCode(...buildEdid(TIMING_1024X768, "a-name-too-long").slice(77, 90))).toBe(
    "a-name-too-lo",
  );
});

test("real monitors' EDIDs read the same way", ({ skip }) => {
  if (!existsSync(SAMPLES)) skip("no ../shared/samples/edid beside this repository");
  const files = readdirSync(SAMPLES).filter((name) => name.endsWith(".bin"));
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) {
    const edid = readFileSync(new URL(name, SAMPLES));
    const text = readFileSync(new URL(name.replace(".bin", ".txt"), SAMPLES), "utf8");
    for (let block = 0; block <= edid[126]; block++) expect(edidSum(edid, block), name).toBe(0);
    const timing = preferredTiming(edid);
    const listed = text.match(
      /DTD 1:\s+(\d+)x(\d+).*?([\d.]+) MHz.*?Hfront\s+(\d+) Hsync\s+(\d+) Hback\s+(\d+)/s,
    );
    if (listed === null) continue;
    const [width, height, megahertz, front, sync, back] = listed.slice(1).map(Number);
    expect(timing, name).toMatchObject({
      width,
      height,
      kilohertz: Math.round(megahertz * 1000),
      horizontalFront: front,
      horizontalSync: sync,
      horizontalBack: back,
    });
  }
});
