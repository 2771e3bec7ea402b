import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/experiment/result.ts";
import { offramp, root, temporaryFolder } from "../cli/offramp.ts";

/** Mean latency and exit shares of a shipped scenario over eight seeds, as the command line says. */
function eightSeeds(name: string): { mean: number; shares: number[] } {
  const results = Array.from({ length: 8 }, (_, i) => {
    const file = join(root, "scenarios", name);
    const out = temporaryFolder();
    const { stdout } = offramp(["run", file, "--seed", `${i + 1}`, "--json", "--no-report", "--quiet", "--out", out]);
    return (JSON.parse(stdout) as Result).policies[0]!;
  });
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: mean(results.map((policy) => policy.latency_s.mean!.estimate)),
    shares: results[0]!.exits.map((_, e) => mean(results.map((policy) => policy.exits[e]!.share!.estimate))),
  };
}

describe("bench workloads over eight seeds", () => {
  test("the chain of device, edge and cloud takes 15.316 ms within 0.5 %, and is left at its exits as their shares say", () => {
    const { mean, shares } = eightSeeds("chain-exits-early-at-textbook-latency.yaml");
    expect(Math.abs(mean / 15.316e-3 - 1)).toBeLessThan(0.005);
    // Eight million requests: standard errors below 0.0002.
    for (const [e, share] of [0.6, 0.28, 0.12].entries()) expect(Math.abs(shares[e]! - share)).toBeLessThan(0.001);
  });

  test("one server at load 0.8 takes 5 s within 1.5 %", () => {
    // Standard error of a mean over a million: 0.9 %; over eight: 0.32 %.
    expect(Math.abs(eightSeeds("queue-of-one-server-is-textbook.yaml").mean / 5 - 1)).toBeLessThan(0.015);
  });
});
