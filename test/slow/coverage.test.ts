/** The tool's own 95 % intervals against exact means: what they promise, over 200 short experiments each. */
import { describe, expect, test } from "vitest";
import type { PolicyOutcome } from "../../src/experiment/outcome.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import type { Interval } from "../../src/experiment/result.ts";
import type { Setup } from "../../src/sim/setup.ts";
import { built } from "../built.ts";

const { runPolicy } = await built<typeof import("../../src/experiment/outcome.ts")>("experiment/outcome");
const { comparePolicies } = await built<typeof import("../../src/experiment/compare.ts")>("experiment/compare");

const experiments = 200;

// Two M/M/1 queues of 50/s: of 100/s, mean sojourn 1 / (100 - 50) = 20 ms; of 125/s, 1 / (125 - 50) = 13.3 ms.
const slow = 1 / 50;
const fast = 1 / 75;
const scenario = (run: string): string => `
version: 1
title: two machines
model:
  synthetic:
    input: 0 B
    segments: [ { name: work, time: { on: { slow: { exponential: 10 ms }, fast: { exponential: 8 ms } } } } ]
    exits: [ { after: work } ]
nodes: { slow: {}, fast: {} }
links: { wire: { between: [slow, fast], kind: fixed } }
workload: { slow: { arrivals: { poisson: 50 /s }, answer_to: nowhere } }
policies:
  slow: { exit: { rule: never }, place: { rule: only, node: slow } }
  fast: { exit: { rule: never }, place: { rule: only, node: fast } }
baseline: slow
run: ${run}
`;

const setups = (run: string): { slow: Setup; fast: Setup } => {
  const experiment = prepareExperiment(scenario(run));
  return { slow: experiment.setup({}, "slow"), fast: experiment.setup({}, "fast") };
};

const run = (setup: Setup, seed: number, replications: number): Promise<PolicyOutcome> =>
  runPolicy({ ...setup, seed }, { replications, confidence: 0.95 });

/** Share of intervals that hold the exact value; all must have limits, but for what is put down to chance as no steady state. */
function coverage(intervals: readonly (Interval | null)[], exact: number): number {
  const given = intervals.filter((i) => i !== null && i.low !== null);
  expect(given.length).toBeGreaterThan(0.95 * experiments);
  return given.filter((i) => i!.low! <= exact && exact <= i!.high!).length / given.length;
}

function expectHonest(share: number): void {
  expect(share).toBeGreaterThanOrEqual(0.9);
  expect(share).toBeLessThanOrEqual(0.98);
}

describe("200 experiments of 10 replications of 1,500 requests, warm-up found", () => {
  const { slow: a, fast: b } = setups("{ requests: 1500, replications: 10 }");
  let outcomes: [PolicyOutcome, PolicyOutcome][];
  const all = async (): Promise<typeof outcomes> => {
    outcomes ??= await Promise.all(
      Array.from(
        { length: experiments },
        async (_, i): Promise<[PolicyOutcome, PolicyOutcome]> => [
          await run(a, 5000 + i, 10),
          await run(b, 5000 + i, 10),
        ],
      ),
    );
    return outcomes;
  };

  test("intervals of the mean latency hold it in 90 to 98 %", async () => {
    expectHonest(
      coverage(
        (await all()).map(([one]) => one.result.latency_s.mean),
        slow,
      ),
    );
  });

  test("intervals of p95 hold it in 90 to 98 %", async () => {
    expectHonest(
      coverage(
        (await all()).map(([one]) => one.result.latency_s.p95),
        slow * Math.log(20),
      ),
    );
  });

  test("intervals of the utilization hold it in 90 to 98 %", async () => {
    expectHonest(
      coverage(
        (await all()).map(([one]) => one.result.nodes.slow!.utilization),
        0.5,
      ),
    );
  });

  test("intervals of the paired difference of the means hold it in 90 to 98 %, and are narrower than the policies' own", async () => {
    const differences = (await all()).map(
      (pair) => comparePolicies(pair, "slow", 0.95).find((c) => c.metric === "latency_s.mean")!,
    );
    expectHonest(
      coverage(
        differences.map((c) => c.difference),
        fast - slow,
      ),
    );
    const width = (i: Interval): number => i.high! - i.low!;
    const [paired, own] = [
      differences.reduce((sum, c) => sum + width(c.difference), 0),
      (await all()).reduce(
        (sum, [one]) => sum + (one.result.verdict.steady ? width(one.result.latency_s.mean!) : 0),
        0,
      ),
    ];
    expect(paired).toBeLessThan(own);
  });
});

describe("200 experiments of 10 replications of 1,500 requests on a queue of five places", () => {
  // M/M/1/5 at load 0.8: P_n = 0.2 x 0.8^n / (1 - 0.8^6); lost P_5, served L / (80 (1 - P_5)).
  const lost = (0.2 * 0.8 ** 5) / (1 - 0.8 ** 6);
  const inside = [1, 2, 3, 4, 5].reduce((sum, n) => sum + (n * 0.2 * 0.8 ** n) / (1 - 0.8 ** 6), 0);
  const text = scenario("{ requests: 1500, replications: 10 }")
    .replace("nodes: { slow: {}", "nodes: { slow: { queue: { places: 4 } }")
    .replace("poisson: 50 /s", "poisson: 80 /s")
    .replace("exits: [ { after: work } ]", "exits: [ { after: work, accuracy: 0.9 } ]");
  const setup = prepareExperiment(text).setup({}, "slow");
  let outcomes: PolicyOutcome[];
  const all = async (): Promise<typeof outcomes> => {
    outcomes ??= await Promise.all(Array.from({ length: experiments }, (_, i) => run(setup, 9000 + i, 10)));
    return outcomes;
  };

  const figures: Readonly<Record<string, { of: (o: PolicyOutcome) => Interval | null; exact: number }>> = {
    "the mean latency of those served": {
      of: ({ result }) => result.latency_s.mean,
      exact: inside / (80 * (1 - lost)),
    },
    "the share lost, by Wilson's limits": { of: ({ result }) => result.dropped, exact: lost },
    "the accuracy, by Wilson's limits": { of: ({ result }) => result.accuracy, exact: 0.9 },
    "the mean number there": { of: ({ result }) => result.nodes.slow!.in_system, exact: inside },
  };
  for (const [name, { of, exact }] of Object.entries(figures))
    test(`intervals of ${name} hold it in 90 to 98 %`, async () => {
      expectHonest(coverage((await all()).map(of), exact));
    });
});

describe("200 experiments of one replication of 20,000 requests", () => {
  let outcomes: PolicyOutcome[];
  const all = async (): Promise<typeof outcomes> => {
    const { slow: a } = setups("{ requests: 20000, replications: 1 }");
    outcomes ??= await Promise.all(Array.from({ length: experiments }, (_, i) => run(a, 7000 + i, 1)));
    return outcomes;
  };

  test("intervals of the mean latency from batch means hold it in 90 to 98 %", async () => {
    expectHonest(
      coverage(
        (await all()).map((o) => o.result.latency_s.mean),
        slow,
      ),
    );
  });

  test("order-statistic limits of p95 hold it in 90 to 98 %", async () => {
    expectHonest(
      coverage(
        (await all()).map((o) => o.result.latency_s.p95),
        slow * Math.log(20),
      ),
    );
  });
});
