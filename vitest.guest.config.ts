/** The real guest test (`npm run test:guest`): boots one at a time, no time limits of vitest's own. */
import { defineConfig } from "vitest/config";

/** With GUEST_TRY set, one boot by hand (`test/guest/try.ts`) instead of the suite. */
const include = process.env.GUEST_TRY === undefined ? "test/guest/boot.guest.ts" : "test/guest/try.ts";

export default defineConfig({
  test: {
    include: [include],
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 0,
    hookTimeout: 0,
    retry: 0,
    disableConsoleIntercept: true,
    pool: "forks",
  },
});
