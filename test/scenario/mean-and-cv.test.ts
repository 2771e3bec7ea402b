import { expect, test } from "vitest";
import { cdf } from "../../src/sim/distribution-cdf.ts";
import { mean, variance } from "../../src/sim/distribution-moments.ts";
import { deriveKey } from "../../src/sim/random.ts";
import { sampler } from "../../src/sim/sampler.ts";
import { changed, problemsOf, read } from "./example.ts";

const timeOf = (text: string) => {
  const { model } = read(changed(["time: 4 ms", `time: ${text}`]));
  const time = model.kind === "synthetic" ? model.segments[0]!.time : null;
  if (time === null || time.kind === "on" || time.kind === "stream" || time.kind === ("batch" as string))
    throw new Error("no distribution");
  return time as Parameters<typeof mean>[0];
};

test.each([
  ["uniform", 0.01],
  ["uniform", 0.5],
  ["normal", 0.0001],
  ["normal", 0.2],
  ["normal", 0.5],
  ["normal", 0.75],
  ["erlang", 1],
  ["erlang", 0.5],
  ["lognormal", 0.7],
  ["gamma", 2],
  ["weibull", 0.4],
  ["weibull", 3],
  ["pareto", 0.5],
  ["pareto", 20],
  ["hyperexponential", 1],
  ["hyperexponential", 4],
] as const)("%s by mean 8 ms and cv %f has them", (kind, cv) => {
  const d = timeOf(`{ ${kind}: { mean: 8 ms, cv: ${cv} } }`);
  expect(d.kind).toBe(kind);
  expect(mean(d) / 0.008).toBeCloseTo(1, 9);
  expect(Math.sqrt(variance(d)) / mean(d) / cv).toBeCloseTo(1, 8);
});

const drawn = 50_000;
test.each([
  ["uniform", 0.4],
  ["normal", 0.6],
  ["erlang", 0.5],
  ["lognormal", 0.7],
  ["gamma", 0.9],
  ["weibull", 0.8],
  ["pareto", 0.3],
  ["hyperexponential", 1.5],
] as const)("draws of %s by mean 8 ms and cv %f have that mean, that cv and its distribution", (kind, cv) => {
  const d = timeOf(`{ ${kind}: { mean: 8 ms, cv: ${cv} } }`);
  const { draw } = sampler(d);
  const { k0, k1 } = deriveKey(11, 0, kind);
  const values = Float64Array.from({ length: drawn }, (_, i) => draw(k0, k1, i, 0)).sort();
  const m = values.reduce((sum, v) => sum + v, 0) / drawn;
  const second = values.reduce((sum, v) => sum + (v - 0.008) ** 2, 0) / drawn;
  const fourth = values.reduce((sum, v) => sum + (v - 0.008) ** 4, 0) / drawn;
  // Four standard errors, of 8 ms and of the variance (8 ms x cv)^2, whatever the code says of its own moments.
  expect(Math.abs(m - 0.008)).toBeLessThan((4 * 0.008 * cv) / Math.sqrt(drawn));
  expect(Math.abs(second - (0.008 * cv) ** 2)).toBeLessThan(4 * Math.sqrt((fourth - second ** 2) / drawn));
  // Kolmogorov: above 1.95 / sqrt(n) with probability 0.001; a hundredth part of the mean away is seen.
  const distance = (by: number): number => {
    let most = 0;
    values.forEach((v, i) => {
      const p = cdf(d, v * by);
      most = Math.max(most, p - i / drawn, (i + 1) / drawn - p);
    });
    return most * Math.sqrt(drawn);
  };
  expect(distance(1)).toBeLessThan(1.95);
  expect(distance(1.05)).toBeGreaterThan(1.95);
});

test("a normal by mean and sd has them before the cut, by mean and cv after it", () => {
  expect(timeOf("{ normal: { mean: 8 ms, sd: 4 ms } }")).toEqual({ kind: "normal", mean: 0.008, sd: 0.004 });
  const cut = mean({ kind: "normal", mean: 0.008, sd: 0.004 });
  const spread = Math.sqrt(variance({ kind: "normal", mean: 0.008, sd: 0.004 }));
  // scipy.stats.truncnorm(-2, inf, loc=8, scale=4): mean and standard deviation.
  expect([cut * 1e3, spread * 1e3]).toEqual([
    expect.closeTo(8.22099145071596, 9),
    expect.closeTo(3.7660630866971383, 9),
  ]);
  const found = timeOf(`{ normal: { mean: ${cut * 1e3} ms, cv: ${spread / cut} } }`) as { mean: number; sd: number };
  expect(found.mean / 0.008).toBeCloseTo(1, 9);
  expect(found.sd / 0.004).toBeCloseTo(1, 9);
});

test("a cv of 0 is a constant, and the rounded ends of uniform, normal and erlang are the ends", () => {
  expect(timeOf("{ uniform: { mean: 8 ms, cv: 0 } }")).toEqual({ kind: "uniform", low: 0.008, high: 0.008 });
  expect(timeOf("{ normal: { mean: 8 ms, cv: 0 } }")).toEqual({ kind: "normal", mean: 0.008, sd: 0 });
  // 1 / sqrt(3) = 0.57735 and 1 / sqrt(2) = 0.70711, as people write them.
  expect(timeOf("{ uniform: { mean: 8 ms, cv: 0.5774 } }")).toEqual({ kind: "uniform", low: 0, high: 0.016 });
  expect(timeOf("{ erlang: { mean: 8 ms, cv: 0.707 } }")).toEqual({ kind: "erlang", mean: 0.008, k: 2 });
  expect(timeOf("{ erlang: { mean: 8 ms, cv: 0.577 } }")).toEqual({ kind: "erlang", mean: 0.008, k: 3 });
});

test("a cv that a distribution cannot have is told at its line and column, with what it can have", () => {
  const text = changed(["time: 4 ms", "time: { erlang: { mean: 8 ms, cv: 0.6 } }"]);
  const [problem, ...rest] = problemsOf(text);
  expect(rest).toEqual([]);
  const lines = text.split("\n");
  const line = lines.findIndex((l) => l.includes("erlang"));
  expect(problem).toMatchObject({
    path: "model.synthetic.segments.stem.time.erlang.cv",
    line: line + 1,
    column: lines[line]!.indexOf("0.6") + 1,
    hint: "the nearest is cv: 0.577, k: 3; gamma takes any cv",
  });
});

test("an exponential is a hyperexponential with cv 1: both branches are the same", () => {
  expect(timeOf("{ hyperexponential: { mean: 8 ms, cv: 1 } }")).toEqual({
    kind: "hyperexponential",
    shares: [0.5, 0.5],
    means: [0.008, 0.008],
  });
});

test.each([
  ["{ uniform: { mean: 8 ms, cv: 0.6 } }", "uniform.cv", "0.6"],
  ["{ uniform: { low: 1 ms, cv: 0.1 } }", "uniform", "low and cv"],
  ["{ normal: { mean: 8 ms, cv: 0.8 } }", "normal.cv", "0.8"],
  ["{ normal: { mean: 0 ms, cv: 0.5 } }", "normal.mean", '"0 ms"'],
  ["{ normal: { mean: 8 ms } }", "normal", "mean"],
  ["{ normal: { mean: 8 ms, sd: 1 ms, cv: 0.1 } }", "normal", "mean and sd and cv"],
  ["{ erlang: { mean: 8 ms, cv: 1.2 } }", "erlang.cv", "1.2"],
  ["{ erlang: { mean: 8 ms, cv: 0.5, k: 4 } }", "erlang", "mean and k and cv"],
  ["{ gamma: { mean: 8 ms, cv: -1 } }", "gamma.cv", "-1"],
  ["{ lognormal: { mean: 0 ms, cv: 1 } }", "lognormal.mean", '"0 ms"'],
  ["{ exponential: { mean: 8 ms } }", "exponential", 'a map with "mean"'],
  ["{ weibull: { shape: 2, mean: 8 ms } }", "weibull", "shape and mean"],
  ["{ weibull: {} }", "weibull", "an empty map"],
  ["{ pareto: { shape: 2, minimum: 1 ms, cv: 1 } }", "pareto", "shape and minimum and cv"],
  ["{ hyperexponential: { mean: 8 ms, cv: 0.5 } }", "hyperexponential.cv", "0.5"],
  ["{ hyperexponential: { shares: [1] } }", "hyperexponential", "shares"],
])("%s is refused at its place", (text, path, got) => {
  const found = problemsOf(changed(["time: 4 ms", `time: ${text}`])).find(
    (p) => p.path === `model.synthetic.segments.stem.time.${path}`,
  );
  expect(found?.got).toBe(got === "an empty map" ? "none of them" : got);
});
