import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { offramp, temporaryFolder } from "../cli/offramp.ts";

test("offramp study why-early-exits --quick writes its findings, pictures, tables and a page", () => {
  const folder = temporaryFolder();
  const argv = ["study", "why-early-exits", "--quick", "--seeds", "2", "--quiet", "--json", "--out", folder];
  const { code, stdout, stderr } = offramp(argv, { timeout: 400_000 });
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.findings.map(({ section }: { section: string }) => section)).toEqual([
    "time",
    "training",
    "spread",
    "overthinking",
  ]);
  for (const { findings } of result.findings)
    for (const { verdict, text } of findings) {
      expect(["confirmed", "contradicted", "undecided"]).toContain(verdict);
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    }
  for (const picture of ["time-saved", "gradient-ratio", "train-test-gap", "overthinking", "overthought-samples"]) {
    const png = readFileSync(join(folder, "charts", `${picture}.png`));
    expect([...png.subarray(1, 4)].map((code) => String.fromCharCode(code)).join("")).toBe("PNG");
  }
  for (const file of ["report.html", "gradients.csv", "gap.csv", "time.csv", "spread.yaml", "overthinking.csv"])
    expect(existsSync(join(folder, file)), file).toBe(true);
  // The scenario it ran is one that anybody can run.
  expect(offramp(["validate", join(folder, "spread.yaml")]).code).toBe(0);
});

test("a study that does not exist, or one seed alone, is the user's mistake", () => {
  for (const argv of [
    ["study", "why-not"],
    ["study", "why-early-exits", "--seeds", "1"],
  ])
    expect(offramp(argv).code).toBe(2);
});
