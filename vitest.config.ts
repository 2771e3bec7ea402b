import { defineConfig } from "vitest/config";

export default defineConfig({
  // A worker for every core: unless told so it leaves one idle, of two.
  test: { include: ["test/**/*.test.ts"], pool: "forks", maxWorkers: "100%", testTimeout: 60_000, hookTimeout: 120_000, exclude: ["test/slow/**", "test/theory/**", "test/reproductions/**"],
    server: { deps: { external: [/\/dist\/src\//] } } },
});
