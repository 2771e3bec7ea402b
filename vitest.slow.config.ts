import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/slow/**/*.test.ts", "test/theory/**/*.test.ts", "test/reproductions/**/*.test.ts"], pool: "forks", testTimeout: 600_000, hookTimeout: 300_000,
    server: { deps: { external: [/\/dist\/src\//] } } },
});
