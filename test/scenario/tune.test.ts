import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { noResources, type Resources } from "../../src/scenario/resources.ts";

/**
 * Two exits. Calibration rows: the first exit is right of a to d with 0.9, 0.8, 0.7, 0.6 and wrong of e (0.5) and f (0.65); the last is right of all.
 * Evaluation rows: the first exit is wrong of all.
 */
const rows: readonly (readonly [string, number, boolean, number])[] = [
  ["a", 0.9, true, 0],
  ["b", 0.8, true, 0],
  ["c", 0.7, true, 0],
  ["d", 0.6, true, 0],
  ["e", 0.5, false, 0],
  ["f", 0.65, false, 0],
  ["x", 0.95, false, 1],
  ["y", 0.3, false, 1],
];
const csv = (split: number): string =>
  [
    "sample,exit,label,prediction,confidence,entropy,margin,split",
    ...rows
      .filter((row) => split < 0 || row[3] === split)
      .flatMap(([name, confidence, isRight, s]) => [
        `${name},first,1,${isRight ? 1 : 0},${confidence},${(1 - confidence).toFixed(2)},${confidence},${s}`,
        `${name},second,1,1,0.99,0.01,0.98,${s}`,
      ]),
  ].join("\n");
const resources = (text = csv(-1)): Resources => ({
  ...noResources,
  bytes: () => new TextEncoder().encode(text),
});

const scenario = (policies: string, more = ""): string => `version: 1
model:
  synthetic:
    input: 1 kB
    table: exits.csv
    segments:
      - { name: near, time: 10 ms, output: 1 kB }
      - { name: far, time: 30 ms }
    exits: [{ after: near, name: first }, { after: far, name: second }]
nodes:
  phone: { power: { idle: 1 W, busy: 3 W } }
  edge: { power: { idle: 10 W, busy: 60 W } }
links: { cell: { between: [phone, edge], kind: fixed, latency: 5 ms } }
workload: { phone: { arrivals: { periodic: 1 s }, answer_to: source } }
policies:
  ${policies}
run: { requests: 40, replications: 3, warmup: 0 }
${more}`;

const split = "place: { rule: fixed, segments: { near: phone, far: edge } }";
const read = (policies: string, more = "") => parseScenario(scenario(policies, more), { resources: resources() });
const fault = (policies: string, more = "", text = csv(-1)): string => {
  try {
    parseScenario(scenario(policies, more), { path: "s.yaml", resources: resources(text) });
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return "";
};

// Leaving at first: 10 ms. Going on: 10 + 5 + 30 + 5 = 50 ms (the fixed link has no rate). Energy: 10 ms x 2 W = 20 mJ; and 30 ms x 50 W = 1500 mJ more.
test("for an accuracy the threshold is the one with the least latency: 5 of 6 right allow 0.6, where f is the one wrong", () => {
  const s = read(`p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 80 % } }`);
  expect(s.policies[0]!.exit.options.threshold).toEqual([0.6, 0]);
  const [after, evaluation] = s.tuned[0]!.table;
  // a, b, c, f, d leave: 5 x 10 ms and 50 ms, over 6; 5 x 20 mJ and 1520 mJ.
  expect(after).toMatchObject({ when: "after", on: "calibration", rows: 6, exits: { first: 5 / 6, second: 1 / 6 } });
  expect(after!.accuracy).toBeCloseTo(5 / 6, 12);
  expect(after!.latency_s).toBeCloseTo(0.1 / 6, 12);
  expect(after!.energy_j).toBeCloseTo(1.62 / 6, 12);
  // x leaves wrong, y goes on to be right.
  expect(evaluation).toMatchObject({ on: "evaluation", rows: 2, accuracy: 0.5 });
});

test("for a latency the threshold is the most accurate: 30 ms let half go on, and of those that leave all are right", () => {
  const s = read(`p: { exit: { rule: max-probability, threshold: 0.55 }, ${split}, tune: { latency: 30 ms } }`);
  // a, b and c leave: (3 x 10 + 3 x 50) / 6 = 30 ms.
  expect(s.policies[0]!.exit.options.threshold).toEqual([0.7, 0]);
  expect(s.tuned[0]!.table.map(({ when, on }) => `${when} ${on}`)).toEqual([
    "before calibration",
    "before evaluation",
    "after calibration",
    "after evaluation",
  ]);
  // At 0.55 all but e leave.
  expect(s.tuned[0]!.table[0]).toMatchObject({ exits: { first: 5 / 6 } });
});

test("for an energy: 770 mJ let half go on; and an entropy threshold leaves at or below", () => {
  const s = read(`p: { exit: { rule: entropy }, ${split}, tune: { energy: 770 mJ } }`);
  // (6 x 20 + 3 x 1500) / 6 = 770 mJ: c, with an entropy of 0.3, still leaves.
  expect(s.policies[0]!.exit.options.threshold).toEqual([0.3, 0]);
});

test("the least energy at an accuracy and within a latency", () => {
  const s = read(`p: { exit: { rule: margin }, ${split}, tune: { accuracy: 0.9, latency: 40 ms, objective: energy } }`);
  expect(s.policies[0]!.exit.options.threshold).toEqual([0.7, 0]);
});

test("a decision on the way costs its time in every price", () => {
  const place = "place: { rule: queue-aware, among: [edge] }, decision_time: 1 ms";
  const s = read(`p: { exit: { rule: max-probability }, ${place}, tune: { accuracy: 100 % } }`);
  // All on the phone: 10 ms, and 30 ms for half; and the decision.
  expect(s.tuned[0]!.table[0]!.latency_s).toBeCloseTo(0.026, 12);
});

test("what was found stands in the resolved scenario; read again nothing is to be found, and the run is the same", async () => {
  const text = scenario(
    `p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 80 %, per: exit } }\n  q: { exit: { rule: never }, ${split} }`,
  );
  const s = parseScenario(text, { resources: resources() });
  const resolved = resolvedYaml(s);
  expect(resolved).toContain("threshold: 0.6  # tuned: least latency with accuracy >= 80 %, on 6 calibration rows");
  expect(resolved).toContain("# tune: least latency with accuracy >= 80 %; one threshold, every score that occurs");
  const again = parseScenario(resolved, { resources: resources() });
  expect(again.tuned).toEqual([]);
  expect(again.policies).toEqual(s.policies);
  const run = async (yaml: string) => {
    const experiment = prepareExperiment(yaml, { resources: resources() });
    const { result } = await runExperiment(experiment, { version: "test" });
    return result;
  };
  const [first, second] = [await run(text), await run(resolved)];
  expect(second.policies).toEqual(first.policies);
  expect(first.tuned?.[0]).toMatchObject({ policy: "p", found: { "policies.p.exit.threshold": "{ first: 0.6 }" } });
  expect(second.tuned).toBeUndefined();
});

test("tuning reads no evaluation row: others lead to the same thresholds", () => {
  const policy = `p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 80 % } }`;
  const other = csv(-1).replaceAll("x,first,1,0,0.95", "x,first,1,1,0.1");
  const found = parseScenario(scenario(policy), { resources: resources(other) });
  expect(found.policies[0]!.exit).toEqual(read(policy).policies[0]!.exit);
});

test("points of a sweep go by what was found for the file as written; a sweep of the goal is refused", () => {
  const policy = `p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 80 % } }`;
  expect(read(policy, "sweep: { links.cell.latency: [1 ms, 9 ms] }").tuned).toHaveLength(1);
  expect(fault(policy, "sweep: { policies.p.tune.accuracy: [0.8, 0.9] }")).toContain("name a policy for each goal");
});

test("a goal out of reach is told with the best that is within reach, at its place", () => {
  const message = fault(`p: { exit: { rule: max-probability }, ${split}, tune: { latency: 5 ms } }`);
  expect(message).toContain("policies.p.tune.latency");
  expect(message).toContain("expected  one within reach: at least 10 ms on the 6 calibration rows");
  expect(message).toContain("got       5 ms");
  expect(message).toMatch(/^s\.yaml:\d+:\d+/);
});

test("two bounds that exclude each other are told together", () => {
  const message = fault(`p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 100 %, latency: 20 ms } }`);
  // 20 ms allow no more than 1.5 of 6 to go on; at 5 leaving, f is wrong.
  expect(message).toContain("at most 83.3333 % on the 6 calibration rows, with latency <= 20 ms");
  expect(message).toContain("no choice keeps both");
});

test("what cannot be tuned says so: other rules, goals without a bound, no calibration rows, no power", () => {
  const tune = "tune: { accuracy: 0.8 }";
  expect(fault(`p: { exit: { rule: never }, ${split}, ${tune} }`)).toContain("max-probability, entropy, margin");
  expect(fault(`p: { exit: { rule: max-probability }, ${split}, tune: { per: all } }`)).toContain(
    "an accuracy, a latency or an energy to keep",
  );
  expect(
    fault(`p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 0.8, objective: accuracy } }`),
  ).toContain("something to keep beside the best accuracy: latency or energy");
  expect(fault(`p: { exit: { rule: max-probability }, ${split}, ${tune} }`, "", csv(1))).toContain("calibration rows");
  expect(fault(`p: { exit: { rule: max-probability }, ${split}, tune: { accuracy: 0.8, fit: map } }`)).toContain(
    "an option of max-probability: threshold",
  );
  expect(fault(`p: { exit: { rule: max-probability }, ${split} }`)).toContain("threshold");
});

test("the manual's policies with goals are valid", () => {
  const manual = readFileSync(new URL("../../docs/policies.md", import.meta.url), "utf8");
  const [, policies] = /```yaml\n(policies:\n {2}fast:[\s\S]*?)```/.exec(manual)!;
  const s = parseScenario(
    `version: 1
model: { profile: b-lenet-fashion }
nodes: { camera: { power: { idle: 2 W, busy: 6 W } } }
workload: { camera: { arrivals: { poisson: 1 /s } } }
${policies!.replace(", per: exit", "")}`,
    { resources: fileResources(".") },
  );
  expect(s.tuned.map(({ policy }) => policy)).toEqual(["fast", "exact", "frugal"]);
});
