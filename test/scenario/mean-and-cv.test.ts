import { expect, test } from "vitest";
import { mean, variance } from "../../src/sim/distribution-moments.ts";
import { changed, problemsOf, read } from "./example.ts";

const timeOf = (text: string) => {
  const { model } = read(changed(["time: 4 ms", `time: ${text}`]));
  const time = model.kind === "synthetic" ? model.segments[0]!.time : null;
  if (time === null || time.kind === "on" || time.kind === "stream" || time.kind === ("batch" as string))
    throw new Error("no distribution");
  return time as Parameters<typeof mean>[0];
};

test.each([
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

test("an exponential is a hyperexponential with cv 1: both branches are the same", () => {
  expect(timeOf("{ hyperexponential: { mean: 8 ms, cv: 1 } }")).toEqual({
    kind: "hyperexponential",
    shares: [0.5, 0.5],
    means: [0.008, 0.008],
  });
});

test.each([
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
