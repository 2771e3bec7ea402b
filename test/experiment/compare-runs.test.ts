import { expect, test } from "vitest";
import { type CompareOptions, compareRuns, type FinishedRun, UnlikeRuns } from "../../src/experiment/compare-runs.ts";
import type { Distributions, Result } from "../../src/experiment/result.ts";
import { candidate, type Figures } from "./candidates.ts";

interface Sketch {
  readonly name?: string;
  readonly title?: string;
  readonly seed?: number;
  readonly workload?: string | null;
  readonly exits?: readonly string[];
  readonly baseline?: string;
  readonly policies: Readonly<Record<string, Figures>>;
  /** Of the evaluation set; undefined: a run of a version that did not keep it. */
  readonly set?: string | null | undefined;
}

function run(sketch: Sketch): FinishedRun {
  const { name = "a", title = "cameras", seed = 7, workload = "w", exits = ["stem", "tail"], policies } = sketch;
  const all = Object.entries(policies).map(([policy, figures]) => ({
    ...candidate(policy, figures).result,
    streams: { camera: {} },
    exits: exits.map((exit) => ({ name: exit })),
  }));
  const baseline = sketch.baseline ?? all[0]!.name;
  const others = all.filter((p) => p.name !== baseline);
  const result = { title, seed, policies: all, comparisons: others.map((p) => ({ baseline, policy: p.name })) };
  const rows = (figures: Figures) => ({ ...(figures.rows ?? { given: [4, 4], right: [4, 0] }), set: sketch.set });
  const distributions = {
    policies: Object.entries(policies).map(([policy, figures]) => ({
      name: policy,
      ...("set" in sketch
        ? sketch.set === undefined
          ? {}
          : { rows: sketch.set === null ? null : rows(figures) }
        : { rows: null }),
    })),
  };
  return {
    name,
    path: `runs/${name}`,
    result: result as unknown as Result,
    distributions: distributions as unknown as Distributions,
    workload,
  };
}

const around = (level: number): number[] => [0.99, 1.01, 1, 0.995, 1.005].map((f) => f * level);
const compare = (runs: readonly FinishedRun[], options: Partial<CompareOptions> = {}) =>
  compareRuns(runs, { version: "test", ...options });
const fault = (runs: readonly FinishedRun[], options: Partial<CompareOptions> = {}): string => {
  try {
    compare(runs, options);
  } catch (error) {
    expect(error).toBeInstanceOf(UnlikeRuns);
    expect((error as UnlikeRuns).exitCode).toBe(2);
    return (error as Error).message;
  }
  throw new Error("it was taken");
};

const three = { slow: { latency: around(3) }, middle: { latency: around(2) }, fast: { latency: around(1) } };

test("the policies of one run are compared with its baseline, in pairs", () => {
  const found = compare([run({ policies: three, baseline: "middle" })]);
  expect(found.comparisons.map((c) => [c.policy, c.baseline, c.paired, c.verdict])).toEqual([
    ["slow", "middle", true, "worse"],
    ["fast", "middle", true, "better"],
  ]);
  // Two comparisons: the larger p is held against 0.05, the smaller against 0.025; fast - middle and slow - middle are +-around(1), of one p.
  expect(found.comparisons.map((c) => c.corrected.confidence).sort()).toEqual([0.95, 0.975]);
  expect(found.family).toBe(
    "the 2 comparisons of a metric, by Holm's method; metrics are not corrected for one another",
  );
  expect(found.standing!.best["latency_s.mean"]).toEqual(["fast"]);
});

test("another baseline may be asked for, and one that does not exist is refused by name", () => {
  const runs = [run({ policies: three })];
  expect(compare(runs, { baseline: "fast" }).comparisons.every((c) => c.verdict === "worse")).toBe(true);
  expect(fault(runs, { baseline: "fats" })).toContain("one of slow, middle, fast");
});

test("of several runs each policy meets its namesake in the first, or else the first's baseline", () => {
  const [a, b] = [
    run({ policies: three }),
    run({ name: "b", policies: { fast: { latency: around(2) }, other: { latency: around(1) } } }),
  ];
  expect(compare([a, b]).comparisons.map((c) => [c.policy, c.baseline, c.verdict])).toEqual([
    ["b/fast", "a/fast", "worse"],
    ["b/other", "a/slow", "better"],
  ]);
  expect(compare([a, b], { baseline: "b/other" }).comparisons.map((c) => c.policy)).toEqual([
    "a/slow",
    "a/middle",
    "a/fast",
    "b/fast",
  ]);
});

const noisy = [10, 14, 9, 13, 11];
const shifted = noisy.map((v, i) => v + [1, 1.1, 0.9, 1, 1][i]!);
const a = run({ policies: { p: { latency: noisy } } });

test.each<[string, Partial<Sketch>, boolean, string]>([
  ["seed, replications and workload agree", {}, true, ""],
  ["the seeds differ", { seed: 8 }, false, "seeds 7 and 8"],
  ["the workloads differ", { workload: "other" }, false, "different workloads"],
  ["one workload is not known", { workload: null }, false, "a workload that is not known: no scenario.resolved.yaml"],
  ["the replications differ", { policies: { p: { latency: [...shifted, 12] } } }, false, "5 and 6 replications"],
])("where %s the runs are paired: %o -> %s", (_, sketch, paired, why) => {
  const found = compare([a, run({ name: "b", policies: { p: { latency: shifted } }, ...sketch })]);
  expect(found.pairing.find(({ runs }) => runs[0] !== runs[1])).toEqual({ runs: ["a", "b"], paired, why });
  const [c] = found.comparisons;
  // The shift is in every pair, and lost in the noise without them.
  expect(c).toMatchObject({ paired, verdict: paired ? "worse" : "undecided" });
  expect(c!.variance_ratio === null).toBe(!paired);
  if (paired) expect(c!.variance_ratio).toBeLessThan(0.01);
});

test("swapping the runs mirrors every difference", () => {
  const [x, y] = [a, run({ name: "b", seed: 9, policies: { p: { latency: shifted } } })];
  const [there, back] = [compare([x, y]).comparisons[0]!, compare([y, x]).comparisons[0]!];
  expect(back.difference.estimate).toBeCloseTo(-there.difference.estimate, 12);
  expect(back.difference.low).toBeCloseTo(-there.difference.high!, 12);
  expect(back.p).toBeCloseTo(there.p!, 12);
});

test("runs that do not belong together are refused, with file, expected, got and hint", () => {
  const other = (sketch: Partial<Sketch>) => run({ name: "b", policies: { p: { latency: noisy } }, ...sketch });
  expect(fault([a, other({ title: "drones" })])).toBe(
    'runs/b/result.json\n  expected  a run of the scenario of runs/a: title "cameras"\n  got       title "drones"\n  hint      different scenarios answer different questions; --across compares them all the same',
  );
  expect(fault([a, other({ exits: ["stem", "body", "tail"] })])).toContain("exits stem, body, tail");
  expect(compare([a, other({ title: "drones" })], { across: true }).comparisons).toHaveLength(1);
  expect(fault([run({ policies: { p: { latency: noisy } } })])).toContain("two policies");
});

test("accuracies of different evaluation sets are refused, and may be left out", () => {
  const of = (name: string, set: string | null | undefined) =>
    run({ name, set, policies: { p: { latency: noisy, accuracy: [0.5, 0.5, 0.5, 0.5, 0.5] } } });
  expect(fault([of("a", "0123"), of("b", "4567")])).toMatch(
    /^runs\/b\/distributions.json\n {2}expected {2}answers on the evaluation set of runs\/a: 2 rows, 0123\n {2}got {7}2 rows, 4567\n {2}hint/,
  );
  expect(compare([of("a", "0123"), of("b", "4567")], { metrics: ["latency_s.mean"] }).comparisons).toHaveLength(1);
  expect(compare([of("a", "0123"), of("b", "0123")]).comparisons.map((c) => c.metric)).toEqual([
    "latency_s.mean",
    "accuracy",
  ]);
  const old = compare([of("a", undefined), of("b", "0123")]);
  expect(old.comparisons.map((c) => c.metric)).toEqual(["latency_s.mean"]);
  expect(old.left_out).toEqual([{ metric: "accuracy", why: expect.stringContaining("run it again") }]);
});

test("a metric that not all know is compared where it is known and told, and refused where it was asked for", () => {
  const runs = [
    run({
      policies: { p: { latency: noisy, energy: noisy }, q: { latency: noisy }, r: { latency: noisy, energy: shifted } },
    }),
  ];
  const found = compare(runs);
  expect(found.comparisons.filter((c) => c.metric === "energy_j.total").map((c) => c.policy)).toEqual(["r"]);
  expect(found.left_out).toEqual([{ metric: "energy_j.total", why: "not known of q" }]);
  expect(fault(runs, { metrics: ["energy_j.total"] })).toContain("got       none of q");
  expect(fault(runs, { metrics: ["latency"] })).toContain("some of latency_s.mean, ");
});

test("two replications settle nothing and say how many would be the least", () => {
  const found = compare([run({ policies: { p: { latency: [1, 2] }, q: { latency: [5, 6] } } })]);
  expect(found.comparisons[0]).toMatchObject({
    verdict: "undecided",
    p: null,
    difference: { estimate: 4, low: null, high: null, n: 2 },
    replications_needed: 3,
  });
});
