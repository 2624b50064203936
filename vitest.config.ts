import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/build.ts",
    setupFiles: "test/seed.ts",
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
