/** Shipped scenarios as a user runs them, whole: every request, replication and point. `test/golden/` is the short of it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { offramp, root, temporaryFolder } from "../cli/offramp.ts";

const files = readdirSync(join(root, "scenarios")).filter((name) => name.endsWith(".yaml"));

test.each(files)("%s runs, its expectations hold, and it warns only if its name says so", (file) => {
  const out = temporaryFolder();
  const answer = offramp(["run", join(root, "scenarios", file), "--json", "--no-report", "--quiet", "--out", out], {
    timeout: 500_000,
  });
  expect(answer.code, answer.stderr).toBe(0);
  const result = JSON.parse(answer.stdout) as Result;
  for (const { text, verdict } of result.expectations) expect([text, verdict]).toEqual([text, "passed"]);
  const points = [result, ...result.sweep];
  const unsteady = points.flatMap((point) =>
    point.policies.filter((p) => !p.verdict.steady).map((p) => `${p.name}: ${p.verdict.reasons.join("; ")}`),
  );
  if (file.includes("warns")) expect(unsteady).not.toEqual([]);
  // A profile that was measured on a busy host says so whenever it is used; that is of the profile, not of the scenario.
  const warnings = answer.stderr.split("\n").filter((line) => line !== "" && !/measured on a noisy host/.test(line));
  if (!file.includes("warns")) expect([unsteady, warnings]).toEqual([[], []]);
});
