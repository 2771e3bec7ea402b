import { expect, test } from "vitest";
import { type PolicyOutcome, runPolicy } from "../../src/experiment/outcome.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import type { PolicyResult } from "../../src/experiment/result.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { looks } from "../../src/report/charts/look.ts";
import { regretFigures } from "../../src/report/charts/regret.ts";
import { noResources, type Resources } from "../../src/scenario/resources.ts";
import { problemsOf } from "../scenario/example.ts";

// Confidences of the two exits on four rows, asked in order; the first exit is right on the first two.
const first = [0.9, 0.8, 0.5, 0.6];
const last = [0.95, 0.9, 0.9, 0.7];
const table = [
  "sample,exit,label,prediction,confidence,entropy,margin,split",
  ...first.flatMap((c, row) => [
    `${row},stem,1,${row < 2 ? 1 : 0},${c},0.3,0.8,1`,
    `${row},tail,1,1,${last[row]},0.3,0.8,1`,
  ]),
].join("\n");
const resources: Resources = { ...noResources, bytes: () => new TextEncoder().encode(table) };
const scenario = (
  policies: string,
  run = "{ requests: 400, replications: 3, warmup: 0 }",
  rate = "periodic: 1 /s",
): string => `version: 1
seed: 1
model:
  synthetic:
    table: said.csv
    input: 1 kB
    segments: [{ name: stem, time: { on: { device: 20 ms, edge: 5 ms } }, output: 2 kB }, { name: tail, time: { on: { device: 60 ms, edge: { exponential: 20 ms } } } }]
    exits: [{ after: stem }, { after: tail }]
nodes: { device: {}, edge: {} }
links: { wire: { between: [device, edge], kind: fifo, up: 1 Mbit/s, down: 1 Mbit/s } }
workload: { device: { arrivals: { ${rate} }, samples: in-order } }
policies:
${policies}
run: ${run}
`;
const splitee = "rule: splitee, to: edge, threshold: 0.75, cost: 0.1, offload: 0.2";
const all = async (text: string): Promise<readonly PolicyResult[]> =>
  (await runExperiment(prepareExperiment(text, { resources }), { version: "test" })).result.policies;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test("SplitEE's regret by hand: what splitting at the better exit earned, less what was earned while learning", async () => {
  const [learned] = await all(scenario(`  one: { ${splitee} }`));
  // Split after stem: rows 0 and 1 are sure, 0.9 - 0.1 and 0.8 - 0.1; rows 2 and 3 go on, 0.9 - 0.1 - 0.2 and 0.7 - 0.1 - 0.2: 2.5 every four requests.
  // Split after tail: 0.95 + 0.9 + 0.9 + 0.7 - 4 x 0.2 = 2.65.
  const { regret } = learned!;
  expect(regret!.arms.map(({ name, reward }) => [name, Number(reward!.estimate.toFixed(9))])).toEqual([
    ["split after stem", 250],
    ["split after tail", 265],
  ]);
  expect(regret!.best).toBe("split after tail");
  expect(regret!.points).toHaveLength(51);
  expect(regret!.points[0]).toMatchObject({ requests: 0, regret: { estimate: 0 } });
  expect(regret!.points.at(-1)!.requests).toBe(400);
  const whole = regret!.points.at(-1)!.regret!;
  whole.values.forEach((value, r) => {
    expect(value).toBeCloseTo(265 - regret!.reward!.values[r]!, 9);
  });
  expect(whole.estimate).toBeGreaterThan(0);
});

test("AdaEE's arms by hand: each threshold earns the confidence gained beyond it, less the price of going on", async () => {
  const [learned] = await all(scenario("  one: { rule: adaee, to: edge, offload: 0.1, step: 0.5 }"));
  // Threshold 0 never goes on: 0. Threshold 0.5 neither. Threshold 1 always: 0.05 + 0.1 + 0.4 + 0.1 - 0.4 = 0.25 every four requests.
  expect(learned!.regret!.arms.map(({ name, reward }) => [name, Number(reward!.estimate.toFixed(9))])).toEqual([
    ["threshold 0", 0],
    ["threshold 0.5", 0],
    ["threshold 1", 25],
  ]);
});

test("the linear bandit's regret is in seconds: the fastest cut's latencies against its own", async () => {
  const policies = `  one: { exit: { rule: never }, place: { rule: mu-lin-ucb, to: edge } }
  zero: { exit: { rule: never }, place: { rule: fixed, segments: { stem: edge, tail: edge } } }
  here: { exit: { rule: never }, place: { rule: only, node: device } }`;
  const [learned, zero, here] = await all(scenario(policies));
  const { regret, latency_s } = learned!;
  expect(regret!.unit).toBe("s");
  const earned = (r: PolicyResult): number => -400 * r.latency_s.mean!.estimate;
  expect(regret!.arms.map(({ name }) => name)).toEqual(["cut 0", "cut 1", "cut 2"]);
  expect(regret!.arms[0]!.reward!.estimate).toBeCloseTo(earned(zero!), 6);
  expect(regret!.arms[2]!.reward!.estimate).toBeCloseTo(earned(here!), 6);
  expect(regret!.reward!.estimate).toBeCloseTo(-400 * latency_s.mean!.estimate, 6);
  expect(regret!.best).toBe("cut 0");
});

const stripped = ({ name, oracle, bound, best_static, ...rest }: PolicyResult) => rest;

test("the best static placement in hindsight is the best of the fixed policies, run each by itself under load", async () => {
  const fixed = ["edge, tail: edge", "device, tail: edge", "device, tail: device"];
  const policies = `${fixed.map((s, i) => `  cut-${i}: { exit: { rule: max-probability, threshold: 0.7 }, place: { rule: fixed, segments: { stem: ${s} } } }`).join("\n")}
  best: { exit: { rule: max-probability, threshold: 0.7 }, place: { rule: best-static, among: [edge] }, oracle: true }
  tail: { exit: { rule: max-probability, threshold: 0.7 }, place: { rule: best-static, among: [edge], by: p95-latency }, oracle: true }`;
  for (const rate of ["poisson: 5 /s", "poisson: 24 /s"]) {
    const results = await all(scenario(policies, "{ requests: 300, replications: 3, warmup: 0 }", rate));
    for (const [place, read] of [
      [3, (r: PolicyResult) => r.latency_s.mean!.estimate],
      [4, (r: PolicyResult) => r.latency_s.p95!.estimate],
    ] as const) {
      const values = results.slice(0, 3).map(read);
      const least = values.indexOf(Math.min(...values));
      const best = results[place]!;
      expect(stripped(best).latency_s).toEqual(stripped(results[least]!).latency_s);
      expect(stripped(best).exits).toEqual(stripped(results[least]!).exits);
      expect(best.best_static!.chosen).toBe(["cut 0 to edge", "cut 1 to edge", "all on the source"][least]);
      expect(best.best_static!.arms.map(({ value }) => value)).toEqual(values);
      expect(best.bound).toContain("no fixed cut");
    }
  }
});

test("the best of a learning rule's arms stands beside it, and nothing is recorded of the others", async () => {
  const policies = `  learned: { ${splitee} }
  best: { ${splitee}, best: mean-latency, oracle: true }`;
  const experiment = prepareExperiment(scenario(policies), { resources });
  const rows: string[] = [];
  const recorder = () => ({
    visit: () => {},
    message: () => {},
    ended: (_: number, __: unknown, end: string) => rows.push(end),
  });
  const plan = { ...experiment, recorder: recorder as never };
  const outcome: PolicyOutcome = await runPolicy(experiment.setup({}, "best"), plan);
  // Up to the tail here 80 ms; after the stem 20 ms, and half go on for 16 + 20 ms or so.
  expect(outcome.result.best_static).toMatchObject({ by: "mean-latency", chosen: "split after stem" });
  expect(outcome.result.regret).toBeUndefined();
  expect(rows).toHaveLength(3 * 400);
  const twice = await runPolicy(experiment.setup({}, "best"), experiment);
  expect(twice.result.fingerprint).toEqual(outcome.result.fingerprint);
});

test("regret is not asked of other rules, nor where the run says no", async () => {
  const [learned, other] = await all(
    scenario(
      `  one: { ${splitee} }\n  two: { exit: { rule: never }, place: { rule: only, node: device } }`,
      "{ requests: 40, regret: false }",
    ),
  );
  expect(learned!.regret).toBeUndefined();
  expect(other!.regret).toBeUndefined();
});

test("the best in hindsight must be asked for, of a rule that learns among fixed choices", () => {
  const problem = (policy: string) => problemsOf(scenario(`  one: ${policy}`), { resources })[0];
  expect(problem(`{ ${splitee}, best: mean-latency }`)).toMatchObject({ path: "policies.one.best" });
  expect(problem(`{ ${splitee}, best: mean-latency }`)!.hint).toContain("oracle: true");
  expect(problem(`{ ${splitee}, oracle: true }`)).toMatchObject({ path: "policies.one.oracle" });
  const place = "exit: { rule: never }, place: { rule: only, node: device }";
  expect(problem(`{ ${place}, best: mean-latency, oracle: true }`)).toMatchObject({ path: "policies.one.best" });
  expect(problem(`{ exit: { rule: never }, place: { rule: best-static, among: [edge] } }`)).toMatchObject({
    path: "policies.one.place.rule",
  });
});

test("the chart has a curve for each rule that learns, with its band, and one chart a unit", async () => {
  const { result } = await runExperiment(
    prepareExperiment(
      scenario(`  one: { ${splitee} }
  two: { rule: adaee, to: edge }
  three: { exit: { rule: never }, place: { rule: mu-lin-ucb, to: edge } }`),
      { resources },
    ),
    { version: "test" },
  );
  const figures = regretFigures(result, looks(["one", "two", "three"], null));
  expect(figures.map(({ id, series }) => [id, series.map(({ name }) => name)])).toEqual([
    ["regret", ["one", "two"]],
    ["regret-latency", ["three"]],
  ]);
  const [curve] = figures[0]!.series;
  expect(curve!.points).toHaveLength(51);
  const regret = result.policies[0]!.regret!.points.at(-1)!;
  expect(curve!.points.at(-1)).toEqual({
    x: 400,
    y: regret.regret!.estimate,
    low: regret.regret!.low,
    high: regret.regret!.high,
  });
  expect(sum(figures.map(({ table: { rows } }) => rows.length))).toBe(3 + 7 + 4);
});
