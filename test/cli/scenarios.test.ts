/** Shipped scenarios as files. `test/golden/` runs them in short, `test/slow/scenarios.test.ts` whole. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./offramp.ts";

test("four scenarios ship, each opening with the claim it shows", () => {
  const files = readdirSync(join(root, "scenarios")).filter((name) => name.endsWith(".yaml"));
  expect(files.length).toBeGreaterThanOrEqual(4);
  for (const file of files)
    expect(readFileSync(join(root, "scenarios", file), "utf8")).toMatch(/^(# yaml-language-server.*\n)?# Shows: /);
});
