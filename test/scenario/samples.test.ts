import { describe, expect, test } from "vitest";
import { hasSteadyLaws } from "../../src/experiment/warmup.ts";
import { compile } from "../../src/scenario/compile.ts";
import { exitShares } from "../../src/scenario/offered-load.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { problemsOf } from "./example.ts";
import { load, resourcesWith } from "./profile-fixture.ts";

// One row of class 0, two of class 1, one of class 3; none of class 2. The first exit is sure of class 3 only.
const rows = [0, 1, 1, 3].map(
  (label, n) => `${n},a,${label},${label},${label === 3 ? 0.9 : 0.2}\n${n},b,${label},${label},1`,
);
const table = `sample,exit,label,prediction,confidence\n${rows.join("\n")}\n`;
const files = resourcesWith({ tiny: load() }, { "exits.csv": table });
const scenario = (samples: string, source = "table: exits.csv"): string =>
  `version: 1
model:
  synthetic:
    segments: [{ name: a, time: 1 ms }, { name: b, time: 1 ms }]
    ${source}
nodes: { camera: {} }
workload:
  camera: { arrivals: { periodic: { period: 10 ms, phase: 0 s } }, samples: ${samples} }
policies: { here: { exit: ${source === "" ? "{ rule: never }" : "{ rule: max-probability, threshold: 0.5 }"}, place: { rule: only, node: camera } } }
run: { requests: 10000, warmup: 0, replications: 1 }
`.replace(
    "    segments: [{ name: a",
    source === "" ? "    segments: [{ name: a" : "    exits: [{ after: a }, { after: b }]\n    segments: [{ name: a",
  );
const read = (text: string): Scenario => parseScenario(text, { path: "x.yaml", resources: files });

/** Answers given on each row of the table. */
function asked(text: string): number[] {
  const { collector } = simulate(compile(read(text), "here", files), 0);
  const counts = [0, 0, 0, 0];
  for (const tally of collector.rowTallies) {
    if (tally === undefined) continue;
    for (let row = 0; row < counts.length; row++) counts[row]! += tally[2 * row]!;
  }
  return counts;
}

test("classes are asked in the shares that are given, by number", () => {
  const counts = asked(scenario("{ classes: { 1: 80 %, 3: 0.2 } }"));
  // 4000, 4000 and 2000 of 10,000; standard deviations 49 and 40.
  expect(counts[0]).toBe(0);
  for (const [row, expected] of [
    [1, 4000],
    [2, 4000],
    [3, 2000],
  ] as const)
    expect(Math.abs(counts[row]! - expected)).toBeLessThan(200);
});

test("a drift changes the mix over the time of the run", () => {
  // 100 s: from class 0 alone to class 3 alone, half of each over all; in steps at 25 s, a quarter and three quarters.
  const drift = (change: string, at: string) =>
    asked(scenario(`{ drift: [{ at: 0 s, classes: { 0: 1 } }, { at: ${at}, classes: { 3: 1 } }], change: ${change} }`));
  const linear = drift("linear", "100 s");
  expect(Math.abs(linear[0]! - 5000)).toBeLessThan(200);
  expect(linear[0]! + linear[3]!).toBe(10_000);
  expect(drift("steps", "25 s")).toEqual([2500, 0, 0, 7500]);
});

test("classes of a profile have names, too, and table stands for the shares of its rows", () => {
  const setup = (samples: string) =>
    compile(
      read(`version: 1
model: { profile: tiny }
nodes: { camera: {} }
workload: { camera: { arrivals: { poisson: 1 /s }, samples: ${samples} } }
policies: { here: { exit: { rule: never }, place: { rule: only, node: camera } } }`),
      "here",
      files,
    ).streams[0]!.samples;
  const { classes } = load().profile.model;
  const { labels } = load().table();
  expect(setup(`{ classes: { ${classes[labels[0]!]}: 1 } }`)).toEqual(setup(`{ classes: { ${labels[0]}: 1 } }`));
  const natural = setup("{ drift: [{ at: 0 s, classes: table }] }");
  const share = (c: number) => [...labels].filter((label) => label === c).length / labels.length;
  expect(natural).toMatchObject({ points: [{ shares: classes.map((_, c) => share(c)) }] });
});

test("exit shares before a run are those of the classes asked", () => {
  const leaves = (samples: string) => {
    const setup = compile(read(scenario(samples)), "here", files);
    return exitShares(setup, [0, 0], setup.streams[0]!).leaves[0];
  };
  expect(leaves("random")).toBe(0.25);
  expect(leaves("{ classes: { 0: 0.4, 3: 0.6 } }")).toBeCloseTo(0.6, 12);
  expect(leaves("{ drift: [{ at: 0 s, classes: { 0: 1 } }, { at: 1 s, classes: { 3: 1 } }] }")).toBeCloseTo(0.5, 12);
});

test("a mix that drifts has no steady state, one that does not has", () => {
  const steady = (samples: string) => hasSteadyLaws(compile(read(scenario(samples)), "here", files));
  expect(steady("{ classes: { 0: 1 } }")).toBe(true);
  expect(steady("{ drift: [{ at: 0 s, classes: { 0: 1 } }, { at: 1 s, classes: { 3: 1 } }] }")).toBe(false);
});

test.each([
  "random",
  "in-order",
  "{ classes: { 1: 80 %, 3: 0.2 } }",
  "{ classes: table }",
  "{ drift: [{ at: 0 s, classes: { 0: 1 } }, { at: 90 s, classes: table }] }",
  "{ drift: [{ at: 5 s, classes: { 0: 0.3, 1: 0.7 } }], change: steps }",
])("samples: %s is read back from the resolved scenario", (samples) => {
  const without = ({ origins: _, ...rest }: Scenario) => rest;
  const s = read(scenario(samples));
  expect(without(read(resolvedYaml(s)))).toEqual(without(s));
});

describe("mistakes", () => {
  test.each<[string, string, string]>([
    ["{ classes: { 7: 1 } }", "classes.7", '"7"'],
    ["{ classes: { cat: 1 } }", "classes.cat", '"cat"'],
    ["{ classes: { 2: 0.5, 1: 0.5 } }", "classes.2", '"2" without one'],
    ["{ classes: { 0: 0.5, 1: 0.6 } }", "classes", "1.1"],
    ["{ classes: {} }", "classes", "an empty map"],
    ["{ classes: { 0: 2 } }", "classes.0", "2"],
    ["{ classes: { 0: 1 }, drift: [] }", "drift", "an empty list"],
    ["{ classes: { 0: 1 }, change: steps }", "change", '"steps"'],
    ["{}", "", "an empty map"],
    ["{ drift: [{ at: 0 s, classes: { 9: 1 } }] }", "drift.0.classes.9", '"9"'],
    ["{ drift: [{ at: 1 s, classes: { 0: 1 } }, { at: 1 s, classes: { 1: 1 } }] }", "drift.1", "1 s"],
    ["{ drift: [{ classes: { 0: 1 } }] }", "drift.0.at", "nothing"],
    ["shuffled", "", '"shuffled"'],
  ])("samples: %s is refused at its place", (samples, path, got) => {
    const at = `workload.camera.samples${path === "" ? "" : `.${path}`}`;
    const found = problemsOf(scenario(samples), { resources: files }).find((p) => p.path === at);
    expect(found?.got).toBe(got);
    expect(found?.line).toBeGreaterThan(7);
  });

  test("classes of a model without a table are refused", () => {
    const [found] = problemsOf(scenario("{ classes: { 0: 1 } }", ""), { resources: files });
    expect(found).toMatchObject({ path: "workload.camera.samples", got: "samples by class" });
  });
});
