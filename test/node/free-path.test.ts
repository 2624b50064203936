import type * as fs from "node:fs";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { freePath } from "../../src/node/packing.ts";

/** Called after each look at a name. */
let looked = (): void => {};

vi.mock("node:fs", async (original) => {
  const all = await original<typeof fs>();
  const existsSync = (path: string): boolean => {
    const exists = all.existsSync(path);
    looked();
    return exists;
  };
  return { ...all, existsSync };
});

const folder = mkdtempSync(join(tmpdir(), "gvt-free-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a part that becomes a recording between two looks keeps its name", () => {
  const path = join(folder, "x.mcap");
  const first = join(folder, "x-001.mcap");
  expect(freePath(path)).toBe(first);
  for (let at = 1; at <= 2; at++) {
    rmSync(first, { force: true });
    writeFileSync(`${first}.part`, "");
    let looks = 0;
    looked = () => {
      if (++looks === at) renameSync(`${first}.part`, first);
    };
    expect(freePath(path), `after look ${at}`).toBe(join(folder, "x-002.mcap"));
  }
});
