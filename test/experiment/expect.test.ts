import { describe, expect, test } from "vitest";
import type { Candidate } from "../../src/experiment/difference.ts";
import { type ExpectedFigure, judge } from "../../src/experiment/expect.ts";
import type { Interval, PolicyResult } from "../../src/experiment/result.ts";
import type { ScenarioExpectation } from "../../src/scenario/scenario.ts";
import { changed, problemsOf, read } from "../scenario/example.ts";

const interval = (values: number[]): Interval => {
  const estimate = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { estimate, low: null, high: null, confidence: 0.95, n: values.length, values };
};
const policy = (name: string, means: number[]): Candidate => ({
  name,
  result: { name, latency_s: { mean: interval(means) } } as unknown as PolicyResult,
  rows: null,
});
const sentence: ExpectedFigure = {
  text: "split: mean latency < whole",
  at: {},
  policy: "split",
  metric: "latency_s.mean",
  operator: "<",
  bound: { policy: "whole", times: 1 },
};

describe("a sentence that names another policy", () => {
  // Differences -1, -2, -3: mean -2, standard deviation 1, half an interval 4.3027 / sqrt(3) = 2.4841.
  const noisy = [policy("split", [9, 18, 27]), policy("whole", [10, 20, 30])];

  test("is settled by the interval of the paired difference, not by the two intervals", () => {
    const paired = [policy("split", [9, 19, 29.01]), policy("whole", [10, 20, 30])];
    const held = judge(sentence, [{ at: {}, policies: paired }], 0.95);
    expect(held).toMatchObject({ verdict: "passed", difference: true });
    expect(held.observed?.estimate).toBeCloseTo(-0.99667, 5);
  });

  test("is undecided where that interval holds zero", () => {
    const held = judge(sentence, [{ at: {}, policies: noisy }], 0.95);
    expect(held.verdict).toBe("undecided");
    expect(held.observed?.low).toBeCloseTo(-2 - 2.4841, 3);
    expect(held.observed?.high).toBeCloseTo(-2 + 2.4841, 3);
  });

  test("may weigh the other: 9, 18, 27 are exactly 0.9 x 10, 20, 30, so neither below nor above", () => {
    const exactly = { ...sentence, bound: { policy: "whole", times: 0.9 } };
    expect(judge(exactly, [{ at: {}, policies: noisy }], 0.95).verdict).toBe("failed");
    expect(judge({ ...exactly, operator: "<=" }, [{ at: {}, policies: noisy }], 0.95).verdict).toBe("passed");
  });
});

test("a sentence about points of the sweep is held against those points, of several the worst", () => {
  const fast = [policy("split", [1, 1, 1]), policy("whole", [2, 2, 2])];
  const slow = [policy("split", [3, 3, 3]), policy("whole", [2, 2, 2])];
  const points = [
    { at: {}, policies: slow },
    { at: { rate: "1 Mbit/s", servers: 1 }, policies: fast },
    { at: { rate: "1 Mbit/s", servers: 2 }, policies: slow },
  ];
  const verdict = (at: Record<string, string>): string => judge({ ...sentence, at }, points, 0.95).verdict;
  expect([verdict({}), verdict({ rate: "1 Mbit/s", servers: "1" }), verdict({ rate: "1 Mbit/s" })]).toEqual([
    "failed",
    "passed",
    "failed",
  ]);
});

describe("as they are written", () => {
  const old = 'expect: ["split: p95 latency < 100 ms", "there: accuracy > 0.5"]';
  const written = (...sentences: string[]): readonly ScenarioExpectation[] =>
    read(changed([old, `expect: ${JSON.stringify(sentences)}`])).expect;

  test("names, factors and points are understood", () => {
    expect(
      written("split: p95 latency < 0.5 x there", "at links.cell.up=6 Mbit/s: split: accuracy >= there"),
    ).toMatchObject([
      { at: {}, metric: "latency_s.p95", bound: { policy: "there", times: 0.5 } },
      { at: { "links.cell.up": "6 Mbit/s" }, metric: "accuracy", bound: { policy: "there", times: 1 } },
    ]);
  });

  test.each([
    ["at links.cell.up=7 Mbit/s: split: accuracy > 0.5", /a value that the sweep gives links\.cell\.up.*6 Mbit/],
    ["at nodes.edge.servers=3: split: accuracy > 0.5", /a path of the sweep/],
    ["at noon: split: accuracy > 0.5", /values of the sweep/],
    ["split: accuracy > 2 x there", /a policy without a factor/],
    ["split: accuracy > nobody", /or a policy/],
  ])("%s is refused", (text, message) => {
    const [problem] = problemsOf(changed([old, `expect: ${JSON.stringify([text])}`]));
    expect(problem?.path).toBe("expect.0");
    expect(problem?.expected).toMatch(message);
  });
});
