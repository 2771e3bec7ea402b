import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { offramp, root, temporaryFolder } from "../cli/offramp.ts";
import { differences, type Golden, goldenOf } from "../golden/run.ts";
import { findings } from "../scenarios-of-findings.ts";

const page = readFileSync(join(root, "docs/findings.md"), "utf8");

test("ten findings have a chart and a command each", () => {
  expect(findings).toHaveLength(10);
  const charts = [...page.matchAll(/\((images\/findings\/[^)]+)\)/g)].map((match) => match[1]!);
  expect(charts.map((chart) => chart.replace(/^.*\/([a-z0-9-]+)\..*$/, "$1.yaml"))).toEqual(findings);
  for (const chart of charts) expect([chart, existsSync(join(root, "docs", chart))]).toEqual([chart, true]);
});

describe.each(findings)("%s", (file) => {
  // With its own seed it runs in scenarios.test.ts; this is one that nobody chose the statements by.
  test("its statements hold with another seed, and it warns of nothing", () => {
    const out = temporaryFolder();
    const answer = offramp([
      "run",
      join(root, "scenarios", file),
      "--json",
      "--no-report",
      "--quiet",
      "--out",
      out,
      "--seed",
      "20261",
    ]);
    expect(answer.code, answer.stderr).toBe(0);
    const result = JSON.parse(answer.stdout) as Result;
    expect(result.expectations.length).toBeGreaterThan(0);
    for (const { text, verdict } of result.expectations) expect([text, verdict]).toEqual([text, "passed"]);
    const unsteady = [result, ...result.sweep].flatMap(({ policies }) => policies.filter((p) => !p.verdict.steady));
    expect(unsteady.map(({ name, verdict }) => [name, verdict.reasons])).toEqual([]);
  });

  test("it does what it did", ({ skip }) => {
    const path = join(root, "test/golden/fingerprints", file.replace(/\.yaml$/, ".json"));
    const { node, policies } = JSON.parse(readFileSync(path, "utf8")) as {
      node: number;
      policies: Readonly<Record<string, Golden>>;
    };
    skip(node !== Number(process.versions.node.split(".")[0]), `written with Node ${node}`);
    expect(differences(file, policies, goldenOf(file)).join("\n")).toBe("");
  });
});
