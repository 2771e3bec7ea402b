import { beforeAll, describe, expect, test } from "vitest";
import type { ScoredRows } from "../../src/experiment/exit-calibration.ts";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { type Backend, loadTrainingBackend } from "../../src/models/backend.ts";
import type { NetworkSpec } from "../../src/models/network-spec.ts";
import { TrainingStep } from "../../src/models/training-step.ts";
import { renderStudy } from "../../src/report/html/study-page.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { deepNet, deepPlan, trunkFilters } from "../../src/study/deep-net.ts";
import { geometricMeanOf, meanOf, shareOf, verdictOn } from "../../src/study/estimate.ts";
import { overthinkingOf } from "../../src/study/overthinking.ts";
import { exitsOf, rightAt, savingsOf, timesOf } from "../../src/study/savings.ts";
import { spreadScenario } from "../../src/study/spread.ts";
import { verdictOnTime } from "../../src/study/time-section.ts";
import { type DeepRun, layerGradients } from "../../src/study/train-deep.ts";
import { overEpochs, survival, trainingOf } from "../../src/study/training-section.ts";
import { profiles } from "../../src/study/why-early-exits.ts";

let wasm: Backend;
beforeAll(async () => {
  wasm = await loadTrainingBackend("wasm");
});

/** Rows by exit: what it predicts, and how surely. */
function scored(labels: readonly number[], exits: readonly (readonly [number, number])[][]): ScoredRows {
  return {
    rows: labels.length,
    labels: Int32Array.from(labels),
    scores: exits.map((rows) => ({
      prediction: Int32Array.from(rows, ([prediction]) => prediction),
      confidence: Float64Array.from(rows, ([, confidence]) => confidence),
      entropy: new Float64Array(rows.length),
      margin: new Float64Array(rows.length),
      logits: null,
    })),
  };
}

describe("the gradient of a layer", () => {
  const spec: NetworkSpec = {
    name: "linear",
    input: [1, 1, 2],
    classes: ["a", "b"],
    normalise: { mean: [0, 0], sd: [1, 1] },
    blocks: [{ name: "only", layers: [{ kind: "flatten" }, { kind: "dense", units: 2 }], head: [] }],
  };
  const plan = { ...deepPlan("without", 1, 0), lossWeights: [1] };

  test("is as long as by hand: of two classes at even odds, x = (3, 4) pulls with ±x / 2, so sqrt(2) · 5 / 2", async () => {
    await wasm.activate();
    const step = new TrainingStep(wasm, spec, plan);
    const weights = { "only.1.filter": new Float32Array(4), "only.1.bias": new Float32Array(2) };
    const probe = { count: 1, images: Uint8Array.of(3, 4), labels: Uint8Array.of(0) };
    const [length, ...rest] = layerGradients(step, spec, weights, probe);
    expect(length).toBeCloseTo((Math.SQRT2 * 5) / 2, 5);
    expect(rest).toEqual([]);
  });

  test("is that of the mean loss: two rows that pull against each other leave nothing", async () => {
    await wasm.activate();
    const step = new TrainingStep(wasm, spec, plan);
    const weights = { "only.1.filter": new Float32Array(4), "only.1.bias": new Float32Array(2) };
    const probe = { count: 2, images: Uint8Array.of(3, 4, 3, 4), labels: Uint8Array.of(0, 1) };
    expect(layerGradients(step, spec, weights, probe)[0]).toBeCloseTo(0, 6);
  });

  test("the deep network has one for each of 14 convolutions of its trunk, with exits and without, from the same first weights", () => {
    const dataset = {
      shape: [28, 28, 1] as const,
      classes: ["a", "b"],
      normalise: { mean: [0], sd: [1] },
    };
    const [yes, no] = [deepNet(dataset, "with"), deepNet(dataset, "without")];
    expect(trunkFilters(yes)).toEqual(trunkFilters(no));
    expect(trunkFilters(yes)).toHaveLength(14);
    expect(yes.blocks.map(({ head }) => head !== null)).toEqual([false, true, false, true, false, true, true]);
    expect(no.blocks.map(({ head }) => head !== null)).toEqual([false, false, false, false, false, false, true]);
  });
});

describe("training with and without exits, by hand", () => {
  const run = (
    kind: "with" | "without",
    seed: number,
    gradients: number[][],
    train: number,
    test: number,
  ): DeepRun => ({
    kind,
    seed,
    gradients,
    trainAccuracy: train,
    testAccuracy: test,
  });
  const runs = [
    run(
      "without",
      0,
      [
        [1, 4],
        [4, 4],
      ],
      0.9,
      0.8,
    ),
    run(
      "with",
      0,
      [
        [8, 4],
        [4, 1],
      ],
      0.9,
      0.85,
    ),
    run(
      "with",
      1,
      [
        [2, 1],
        [2, 1],
      ],
      0.95,
      0.85,
    ),
    run(
      "without",
      1,
      [
        [1, 2],
        [2, 1],
      ],
      0.95,
      0.83,
    ),
  ];

  test("a layer's gradient over the epochs is a geometric mean, and the first over the last is what survives", () => {
    expect(overEpochs(runs[0]!, 0)).toBeCloseTo(2, 12); // sqrt(1 · 4)
    expect(survival([3, 5, 6])).toBe(0.5);
  });

  test("ratios and gaps are paired by seed, whatever the order of the runs", () => {
    const found = trainingOf(runs, 0.95);
    // Seed 0: (8/4) / (1/4) = 8; seed 1: (2/1) / (1/2) = 4; sqrt(32).
    expect(found.atFirst.estimate).toBeCloseTo(Math.sqrt(32), 10);
    // Over training, seed 0: (sqrt(32) / 2) / (2 / 4) = 4 sqrt(2); seed 1: 2 / (sqrt(2) / sqrt(2)) = 2.
    expect(found.during.estimate).toBeCloseTo(Math.sqrt(8 * Math.SQRT2), 10);
    // Gaps: 0.05 - 0.10 and 0.10 - 0.12.
    expect(found.gapDifference.estimate).toBeCloseTo(-0.035, 12);
    expect(found.gap.without.estimate).toBeCloseTo(0.11, 12);
    expect(found.testDifference.estimate).toBeCloseTo(0.035, 12);
    // Two values at ±0.015 about -0.035: Student's 12.706 · 0.015 · sqrt(2) / sqrt(2).
    expect(found.gapDifference.high! - found.gapDifference.estimate).toBeCloseTo(12.706 * 0.015, 4);
  });
});

describe("overthinking, counted by hand", () => {
  // Labels all 1. Exits 0, 1, 2 (last).
  const rows = scored(
    [1, 1, 1, 1, 1],
    [
      [
        [1, 0.6],
        [0, 0.5],
        [1, 0.9],
        [0, 0.5],
        [0, 0.5],
      ],
      [
        [0, 0.7],
        [1, 0.8],
        [1, 0.4],
        [0, 0.9],
        [0, 0.5],
      ],
      [
        [0, 0.9],
        [0, 0.9],
        [1, 0.9],
        [1, 0.9],
        [0, 0.9],
      ],
    ],
  );
  const found = overthinkingOf(rows, 0.95);

  test("right early and wrong last; right at the last alone; right at the first already", () => {
    expect(found.overthought.count).toBe(2);
    expect(found.byExit.map(({ count }) => count)).toEqual([1, 1]);
    expect(found.rescued.count).toBe(1);
    expect(found.firstRight.count).toBe(2);
    expect(found.overthought.share).toEqual(shareOf(2, 5, 0.95));
    expect(found.last.estimate).toBeCloseTo(0.4, 12);
    expect(found.oracle.estimate).toBeCloseTo(0.8, 12);
  });

  test("examples come surest first, with both answers", () => {
    expect(found.examples).toEqual([
      { row: 1, exit: 1, early: 1, late: 0 },
      { row: 0, exit: 0, early: 1, late: 0 },
    ]);
  });
});

describe("time at equal accuracy, by hand", () => {
  const time = (median: number) => [{ batch: 1, quantiles_s: [median / 2, median, 2 * median] }];
  const segment = (name: string, trunk: number, head: number | null) => ({
    name,
    trunk: { time: time(trunk) },
    head: head === null ? null : { time: time(head) },
  });
  const segments = [segment("a", 3, 1), segment("b", 2, null), segment("c", 4, 0.5)];

  test("an exit costs the trunk so far and all heads so far; the plain network has its last head alone", () => {
    const { until, plain } = timesOf({ segments: segments as never });
    expect(until).toEqual([4, 10.5]); // 3 + 1; 3 + 2 + 4 + 1 + 0.5
    expect(plain).toBe(9.5);
  });

  test("saved time and accuracy are means over rows, against the plain network and its last exit", () => {
    const rows = scored(
      [0, 0, 0, 0],
      [
        [
          [0, 0.9],
          [0, 0.8],
          [1, 0.3],
          [1, 0.2],
        ],
        [
          [0, 0.9],
          [0, 0.9],
          [0, 0.9],
          [1, 0.9],
        ],
      ],
    );
    const found = savingsOf(rows, rows, { until: [4, 10.5], plain: 9.5 }, 0.95);
    // The cheapest threshold that keeps 3 of 4 lets the two leave that the first exit gets right.
    expect([...exitsOf(rows, found.thresholds)]).toEqual([0, 0, 1, 1]);
    const early = 1 - 4 / 9.5;
    const late = 1 - 10.5 / 9.5;
    expect(found.saved.estimate).toBeCloseTo((2 * early + 2 * late) / 4, 12);
    expect(found.accuracy.estimate).toBe(0);
    expect(rightAt(rows, new Uint8Array(4))).toEqual([true, true, false, false]);
    const never = found.curve.at(-1)!;
    expect(never.time).toBeCloseTo(10.5 / 9.5, 12);
    expect(never.accuracy).toBe(0);
    expect(found.curve[0]!.time).toBeCloseTo(4 / 9.5, 12);
    expect(found.curve[0]!.accuracy).toBeCloseTo(-0.25, 12);
  });
});

describe("verdicts", () => {
  test("need the whole interval on one side of the border", () => {
    const at = (low: number | null, high: number | null) => ({ estimate: 1, low, high });
    expect(verdictOn(at(0.1, 2), "above", 0)).toBe("confirmed");
    expect(verdictOn(at(0.1, 2), "below", 0)).toBe("contradicted");
    expect(verdictOn(at(-0.1, 2), "above", 0)).toBe("undecided");
    expect(verdictOn(at(null, null), "above", 0)).toBe("undecided");
  });

  test("on time: equal accuracy is at most half a point lost, and time lost contradicts whatever the accuracy", () => {
    const at = (low: number, high: number) => ({ estimate: (low + high) / 2, low, high });
    expect(verdictOnTime({ saved: at(0.1, 0.2), accuracy: at(-0.004, -0.001) })).toBe("confirmed");
    expect(verdictOnTime({ saved: at(0.1, 0.2), accuracy: at(-0.006, 0.001) })).toBe("undecided");
    expect(verdictOnTime({ saved: at(-0.2, -0.1), accuracy: at(0, 0.1) })).toBe("contradicted");
  });

  test("one seed alone has no interval; ratios are averaged as logarithms", () => {
    expect(meanOf([3], 0.95)).toEqual({ estimate: 3, low: null, high: null });
    expect(geometricMeanOf([1, 100], 0.95).estimate).toBeCloseTo(10, 10);
  });
});

test("the scenario over three tiers is a valid one, and of its policies one spreads with exits", () => {
  const resources = fileResources(process.cwd());
  const names = resources.profile(profiles.at(-1)!).profile.exits.slice(0, -1);
  const thresholds = Object.fromEntries(names.map(({ name }) => [name, 0.9]));
  const text = spreadScenario(thresholds, { seed: 1, requests: 100, replications: 2 });
  expect(prepareExperiment(text, { resources }).policies).toContain("spread-exits");
});

test("the page holds every finding with its verdict, and text that looks like markup stays text", () => {
  const page = renderStudy({
    title: "A <b>title</b>",
    question: "Which?",
    meta: "2 seeds",
    sections: [
      {
        id: "one",
        title: "First",
        method: "So.",
        findings: [{ claim: "x < y", text: "−1 [−2, 0]", verdict: "undecided" }],
        figures: [],
        pictures: [],
      },
    ],
    limits: ["few rows"],
    command: "offramp study why-early-exits",
    version: "0",
  });
  expect(page).toContain("x &lt; y");
  expect(page).toContain("A &lt;b&gt;title&lt;/b&gt;");
  expect(page).toMatch(/badge ">undecided/);
  expect(page).not.toMatch(/<(script|link|img)[^>]+src=["']?https?:/);
});
