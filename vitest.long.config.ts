/** What takes long (`npm run test:long`): long walks, and the laws again on twenty seeds instead of one. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.long.ts"],
    globalSetup: "test/build.ts",
    setupFiles: "test/seed.ts",
    testTimeout: 600_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
