import { expect, test } from "vitest";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { fitScale } from "../../src/scenario/scale.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { estimatesOf } from "../../src/scenario/warnings.ts";
import { problemsOf } from "./example.ts";

const resources = fileResources(".");
const scenario = (scale: string): string => `version: 1
model: { profile: b-lenet-fashion }
nodes: { cloud: { scale: ${scale} } }
workload: { cloud: { arrivals: { poisson: 1 /s } } }
policies: { split: { exit: { rule: never }, place: { rule: only, node: cloud } } }
`;
const read = (scale: string): Scenario => parseScenario(scenario(scale), { resources });
const networks = (...rows: readonly (readonly [from: string, to: string, layers: number])[]): string =>
  `{ networks: [${rows.map(([from, to, layers]) => `{ from: ${from}, to: ${to}, layers: ${layers} }`).join(", ")}] }`;

test("networks whose times follow a factor and an offset per layer are fitted exactly", () => {
  const of = (from: number, layers: number) => ({ from, layers, to: 2.5 * from + 0.0001 * layers });
  const fit = fitScale([of(0.004, 20), of(0.03, 53), of(0.0007, 8), of(0.1, 16)])!;
  expect(fit.factor).toBeCloseTo(2.5, 9);
  expect(fit.perLayer).toBeCloseTo(0.0001, 12);
  expect(fit.error).toBeLessThan(1e-9);
});

test("the error of a fit is of networks that were left out of it", () => {
  // Of 1 s and 2 s: a = 1, b = 1, which gives 5 for 6. Of 1 s and 4 s: a = 4/3, b = 2/3, 10/3 for 3. Of 2 s and 4 s: a = 3/2, b = 0, 3/2 for 2.
  const fit = fitScale([
    { from: 1, to: 2, layers: 1 },
    { from: 2, to: 3, layers: 1 },
    { from: 4, to: 6, layers: 1 },
  ])!;
  expect(fit.error).toBeCloseTo((1 / 6 + 1 / 9 + 1 / 4) / 3, 9);
  // Two networks leave nothing out.
  const pair = [
    { from: 1, to: 2, layers: 1 },
    { from: 2, to: 3, layers: 1 },
  ];
  expect(fitScale(pair)).toMatchObject({ error: null });
  expect(fitScale(pair)!.factor).toBeCloseTo(1, 9);
});

test("large errors count by their share of the time: an offset below zero is none", () => {
  // Exactly a = 3, b = -1: without an offset the shares u = 1/2 and 3/8 give a = (1/2 + 3/8) / (1/4 + 9/64).
  const fit = fitScale([
    { from: 1, to: 2, layers: 1 },
    { from: 3, to: 8, layers: 1 },
  ])!;
  expect(fit.perLayer).toBe(0);
  expect(fit.factor).toBeCloseTo(0.875 / (0.25 + 9 / 64), 12);
});

test("networks in a scenario say what they came to, and how far it may be off", () => {
  const fitted = read(networks(["1 ms", "2 ms", 10], ["2 ms", "3 ms", 10], ["4 ms", "6 ms", 10]));
  const { speed } = fitted.nodes[0]!;
  expect(speed).toMatchObject({ kind: "scale", networks: [{ layers: 10 }, {}, {}] });
  expect(fitted.origins["nodes.cloud.scale"]!.text).toContain("fitted to 3 networks; mean error 17.59 %");
  expect(estimatesOf(fitted)).toEqual([
    "note: times on cloud are moved from the profile's host, mean error 17.59 %, of networks left out of the fit: read results as +-18 %",
  ]);
  const again = parseScenario(resolvedYaml(fitted), { path: "resolved.yaml", resources });
  expect(again.nodes).toEqual(fitted.nodes);
});

test("a factor that was given has the band of such moves, printed before the run", () => {
  expect(estimatesOf(read("{ factor: 2.5 }"))[0]).toMatch(
    /^note: times on cloud are moved .* read results as \+-25 %$/,
  );
});

test.each([
  ["both", "{ factor: 2, networks: [{ from: 1 ms, to: 2 ms, layers: 3 }, { from: 1 ms, to: 3 ms, layers: 9 }] }", ""],
  ["nothing", "{ per_layer: 1 ms }", ""],
  ["one network", networks(["1 ms", "2 ms", 10]), ".networks"],
  ["networks that are all alike", networks(["1 ms", "2 ms", 10], ["2 ms", "4 ms", 20]), ".networks"],
  ["a time of zero", networks(["1 ms", "2 ms", 10], ["2 ms", "0 s", 20]), ".networks.1.to"],
])("%s is a mistake", (_name, scale, path) => {
  expect(problemsOf(scenario(scale)).map((problem) => problem.path)).toContain(`nodes.cloud.scale${path}`);
});
