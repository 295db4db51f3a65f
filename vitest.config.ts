import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // Longer than whatever is waited for within a test, which says what did not come.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Most of the time goes into waiting for servers and containers: more than there are processors.
    maxWorkers: 3,
    // Of the tests of one file that may: those of test/examples, which wait for servers half of the time.
    maxConcurrency: 2,
  },
});
