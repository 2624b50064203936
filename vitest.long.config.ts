/**
 * What takes long (`npm run test:long`): long walks, and every law again, on twenty seeds instead of the one of `npm
 * test`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const FOLDER = "test";
const laws = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join(FOLDER, file))
  .filter((file) => /from "[./]+(laws\/)?law\.ts"/.test(readFileSync(file, "utf8")));

export default defineConfig({
  test: {
    include: ["test/**/*.long.ts", ...laws],
    env: { LAW_SEEDS: "20" },
    globalSetup: "test/build.ts",
    setupFiles: "test/seed.ts",
    testTimeout: 900_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
