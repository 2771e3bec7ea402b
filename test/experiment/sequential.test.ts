import { describe, expect, test } from "vitest";
import { comparePolicies } from "../../src/experiment/compare.ts";
import { runPolicy } from "../../src/experiment/outcome.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import type { PolicyResult } from "../../src/experiment/result.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { relativePrecision } from "../../src/experiment/statistics/index.ts";

const scenario = (run: string, time = "{ exponential: 10 ms }"): string => `
version: 1
title: until precise
model: { synthetic: { input: 0 B, segments: [ { name: work, time: ${time} } ], exits: [ { after: work, accuracy: 0.9 } ] } }
nodes: { slow: { servers: 1 }, fast: { servers: 2 } }
links: { wire: { between: [slow, fast], kind: fixed } }
workload: { slow: { arrivals: { poisson: 50 /s }, answer_to: nowhere } }
policies:
  slow: { exit: { rule: never }, place: { rule: only, node: slow } }
  fast: { exit: { rule: never }, place: { rule: only, node: fast } }
run: ${run}
`;

async function policies(run: string, time?: string): Promise<readonly PolicyResult[]> {
  return (await runExperiment(prepareExperiment(scenario(run, time)), { version: "test" })).result.policies;
}

const width = (p: PolicyResult): number =>
  (p.latency_s.mean!.high! - p.latency_s.mean!.low!) / 2 / p.latency_s.mean!.estimate;

test("replications go on until mean and p95 latency are known well enough, and no further than that took", async () => {
  const [slow, fast] = await policies("{ requests: 1000, precision: 5 % }");
  for (const policy of [slow!, fast!]) {
    const { precision, latency_s, verdict } = policy;
    expect(precision!.reached).toBe(true);
    expect(precision!.replications).toBe(latency_s.mean!.values.length);
    expect(precision!.targets.map((t) => t.metric)).toEqual(["latency_s.mean", "latency_s.p95"]);
    // 5 % of the truth are 0.05 / 1.05 of the estimate.
    expect(width(policy)).toBeLessThanOrEqual(0.05 / 1.05);
    expect(precision!.targets[0]!.achieved).toBeCloseTo(width(policy), 12);
    expect(verdict.reasons).toEqual([]);
  }
  // The queue that waits more varies more.
  expect(slow!.precision!.replications).toBeGreaterThan(fast!.precision!.replications);
});

test("a policy's replications do not depend on which other policies there are", async () => {
  const both = await policies("{ requests: 1000, precision: 5 % }");
  const experiment = prepareExperiment(scenario("{ requests: 1000, precision: 5 % }"));
  const alone = await runPolicy(experiment.setup({}, "slow"), experiment);
  expect(alone.result).toEqual(both[0]);
});

test("at the cap it stops, says what was reached and what was wanted", async () => {
  const [slow] = await policies("{ requests: 500, precision: { mean latency: 0.5 %, max_replications: 20 } }");
  expect(slow!.precision).toMatchObject({ reached: false, replications: 20 });
  expect(slow!.verdict.steady).toBe(true);
  expect(slow!.verdict.reasons).toEqual([
    expect.stringMatching(
      /^precision not reached: latency_s.mean is known to \S+ % after 20 replications, 0.5 % wanted$/,
    ),
  ]);
});

test("what never varies takes the fewest replications and the look-ahead", async () => {
  const [, fast] = await policies("{ requests: 100, precision: { accuracy: 50 %, latency_s.p50: 1 % } }", "1 us");
  expect(fast!.precision).toMatchObject({ reached: true, replications: 15 });
});

test("a policy without a steady state stops after the look-ahead: no number of replications would help", async () => {
  const [slow, fast] = await policies("{ requests: 3000, precision: 3 % }", "{ exponential: 25 ms }");
  expect(slow!.precision).toMatchObject({ reached: false, replications: 15 });
  expect(slow!.verdict.steady).toBe(false);
  expect(fast!.precision!.replications).toBeGreaterThanOrEqual(15);
});

test("differences pair the replications that both policies have", async () => {
  const experiment = prepareExperiment(scenario("{ requests: 1000, precision: 5 % }"));
  const [slow, fast] = [
    await runPolicy(experiment.setup({}, "slow"), experiment),
    await runPolicy(experiment.setup({}, "fast"), experiment),
  ];
  const { difference } = comparePolicies([slow, fast], "slow", 0.95).find((c) => c.metric === "latency_s.mean")!;
  const n = Math.min(slow.result.precision!.replications, fast.result.precision!.replications);
  expect(difference.values).toHaveLength(n);
  const of = (i: number): number => fast.result.latency_s.mean!.values[i]! - slow.result.latency_s.mean!.values[i]!;
  const mean = Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / n;
  expect(difference.estimate).toBeCloseTo(mean, 12);
});

describe("the rule", () => {
  test("is that of the values as they come: the first number of replications after which the width holds for five more", () => {
    // Alternating 9 and 11: mean 10 or so, sd about 1; half width t s / sqrt n.
    const values = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 9 : 11));
    const { at, reached, limit } = relativePrecision(values, { precision: 0.05 });
    expect(limit).toBeCloseTo(0.047619, 6);
    expect(reached).toBe(true);
    // n = 20: t(0.975; 19) = 2.093, s = sqrt(20 / 19) = 1.026: 0.0480 of 10; n = 21: mean 9.952, s = 1.024: 2.086 x 1.024 / 4.583 / 9.952 = 0.0468.
    expect(at).toBe(21);
  });
});

describe("what a scenario may not say", () => {
  test.each([
    ["0 %", /above 0 and below 1/],
    ["{ max_replications: 50 }", /at least one metric/],
    ["{ max latency: 2 % }", /a metric that has an interval/],
    ["{ mean: 2 % }", /a metric/],
    ["{ mean latency: 2 % }, replications: 2", /from 3 to the 100 of max_replications/],
  ])("precision: %s", (precision, message) => {
    expect(() => prepareExperiment(scenario(`{ requests: 100, precision: ${precision} }`))).toThrow(message);
  });
});
