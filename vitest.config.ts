import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Two files at a time: those that wait for Alertmanager's own times leave the processors to the others.
    maxWorkers: 2,
    minWorkers: 1,
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{stacks,alerts,dashboards,components,functions,images,ops,policy,lab,bench}/**/*.test.ts",
            "test/*.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          // Real containers on a real engine: each step after the one before.
          name: "e2e",
          include: ["test/e2e/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
