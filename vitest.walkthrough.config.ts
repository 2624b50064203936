/**
 * The regression story of docs/regression-walkthrough.md, run as it stands there (`npm run
 * test:walkthrough`).
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/walkthrough/regression.walkthrough.ts"],
    globalSetup: "test/build.ts",
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: "forks",
  },
});
