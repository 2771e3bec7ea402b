import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { resolvedYaml } from "../../src/scenario/resolved.ts";
import { noResources, type Resources } from "../../src/scenario/resources.ts";
import { follow } from "../sim/build.ts";
import { problemsOf, read } from "./example.ts";

const scenario = (policy: string): string => `version: 1
model:
  synthetic:
    table: said.csv
    segments: [{ name: stem, time: 1 ms }, { name: body, time: 1 ms }, { name: tail, time: 1 ms }]
    exits: [{ after: stem, time: 1 ms }, { after: body, time: 1 ms }, { after: tail, time: 2 ms }]
nodes: { edge: {} }
workload: { edge: { arrivals: { poisson: 10 /s }, deadline: 1 s } }
policies: { one: ${policy} }
run: { requests: 10 }
`;
const only = "place: { rule: only, node: edge }";

function csv(splits: readonly number[]): string {
  const lines = splits.flatMap((split, sample) =>
    ["stem", "body", "tail"].map((exit) => `${sample},${exit},1,${sample % 2},0.9,0.3,0.8,${split}`),
  );
  return ["sample,exit,label,prediction,confidence,entropy,margin,split", ...lines].join("\n");
}

const files = (text: string): Resources => ({ ...noResources, bytes: () => new TextEncoder().encode(text) });
const split = { resources: files(csv([0, 0, 1, 1])) };
const whole = { resources: files(csv([1, 1, 1])) };

const every = [
  "{ rule: max-probability, threshold: 0.9, otherwise: most-confident }",
  "{ rule: entropy, threshold: { stem: 0.3, body: 0.5 } }",
  "{ rule: patience, patience: 1 }",
  "{ rule: budgeted, budget: 60 % }",
  "{ rule: anytime, deadline: 4 ms }",
  "{ rule: anytime }",
  "{ rule: cost-aware, worth: 20 ms, bins: 3 }",
  "{ rule: load-adaptive, waiting: { stem: 4, body: 2 }, base: { rule: margin, threshold: 0.4 } }",
  "{ rule: deadline-aware, base: { rule: entropy, threshold: 50 %, normalised: true }, caution: 1.5 }",
  "{ rule: random, share: 30 % }",
  "{ rule: oracle }",
];

test.each(every)("%s is read, run and written out again as it was", (exit) => {
  const oracle = exit.includes("oracle") ? ", oracle: true" : "";
  const first = read(scenario(`{ exit: ${exit}, ${only}${oracle} }`), split);
  const { origins: _, ...again } = read(resolvedYaml(first), split);
  const { origins: __, ...before } = first;
  expect(again).toEqual(before);
  const { policy } = compile(first, "one", { ...split.resources });
  expect(policy.exit.name).toBe(first.policies[0]!.exit.rule);
});

test("a rule that fits itself needs calibration rows", () => {
  const [found] = problemsOf(scenario(`{ exit: { rule: budgeted, budget: 0.5 }, ${only} }`), whole);
  expect(found!.path).toBe("policies.one.exit.rule");
  expect(found!.expected).toContain("calibration rows (split 0)");
  const inner = "{ rule: deadline-aware, base: { rule: budgeted, budget: 0.5 } }";
  expect(problemsOf(scenario(`{ exit: ${inner}, ${only} }`), whole)[0]!.path).toBe("policies.one.exit.base.rule");
});

test("rules that read logits are refused beside a table without them", () => {
  const [found] = problemsOf(scenario(`{ exit: { rule: calibrated, threshold: 0.5 }, ${only} }`), split);
  expect(found!.got).toContain("said.csv without it");
  expect(found!.expected).toContain("the logits");
});

test("an oracle must be asked for", () => {
  const [found] = problemsOf(scenario(`{ exit: { rule: oracle }, ${only} }`), split);
  expect(found!.hint).toContain("oracle: true");
  const [other] = problemsOf(scenario(`{ exit: { rule: never }, ${only}, oracle: true }`), split);
  expect(other!.path).toBe("policies.one.oracle");
});

test("a placement oracle must be asked for, and stands beside exit rules that mind neither time nor load", () => {
  const place = "place: { rule: oracle, among: [edge] }";
  const [found] = problemsOf(scenario(`{ exit: { rule: never }, ${place} }`), split);
  expect(found!.path).toBe("policies.one.place.rule");
  expect(found!.hint).toContain("oracle: true");
  const [late] = problemsOf(scenario(`{ exit: { rule: anytime }, ${place}, oracle: true }`), split);
  expect(late!.path).toBe("policies.one.exit.rule");
  const setup = compile(
    read(scenario(`{ exit: { rule: patience, patience: 1 }, ${place}, oracle: true }`), split),
    "one",
    split.resources,
  );
  expect(setup.policy.bound).toContain("without load");
});

test("local-fallback wraps a placement rule with its nodes, and comes back from the resolved scenario", () => {
  const place =
    "place: { rule: local-fallback, base: { rule: fixed, segments: { stem: source, body: edge, tail: edge } }, when_down: wait, reports: { every: 1 s } }";
  const first = read(scenario(`{ exit: { rule: never }, ${place} }`), split);
  const again = read(resolvedYaml(first), split);
  expect(again.policies).toEqual(first.policies);
  expect(compile(first, "one", split.resources).policy.mayUse!(0)).toEqual([0]);
  const [found] = problemsOf(
    scenario("{ exit: { rule: never }, place: { rule: local-fallback, base: { rule: local-fallback } } }"),
    split,
  );
  expect(found!.path).toBe("policies.one.place.base.rule");
  const [node] = problemsOf(
    scenario("{ exit: { rule: never }, place: { rule: local-fallback, base: { rule: only, node: egde } } }"),
    split,
  );
  expect(node!.path).toBe("policies.one.place.base.node");
});

test("an oracle cannot be wrapped", () => {
  const inner = "{ rule: deadline-aware, base: { rule: oracle } }";
  expect(problemsOf(scenario(`{ exit: ${inner}, ${only} }`), split)[0]!.path).toBe("policies.one.exit.base.rule");
});

test("expected times of anytime are those of the network: a deadline of 4 ms leaves time for two exits of three", () => {
  // stem and its head 2 ms, body and its head 2 ms more: the third exit would be done at 7 ms.
  const { policy } = compile(
    read(scenario(`{ exit: { rule: anytime, deadline: 4 ms }, ${only} }`), split),
    "one",
    split.resources,
  );
  expect(policy.exit.heads({ exits: ["stem", "body", "tail"], classes: 2 })).toEqual([0, 1, 2]);
});

const chooser = (place: string, rest = ""): string => `version: 1
model:
  synthetic:
    input: 1 kB
    segments: [{ name: stem, time: 1 ms, output: 1 kB }, { name: tail, time: 1 ms }]
    exits: [{ after: stem, share: 0.5 }, { after: tail }]
nodes: { camera: { count: 4 }, a: { count: 2 }, b: {}, lost: {} }
links:
  one: { between: [camera, a], kind: fixed, attach: all }
  two: { between: [camera, b], kind: fixed }
workload: { camera: { arrivals: { poisson: 1 /s } } }
policies: { one: { exit: { rule: share }, place: ${place}${rest} } }
run: { requests: 10 }
`;

test.each([
  "{ rule: random, among: [a, b], weights: { b: 1, a: 3 } }",
  "{ rule: random, among: [a, source], weights: [3, 1], reports: { every: 1 s } }",
  "{ rule: round-robin, among: [a, b], segments: { stem: source } }",
  "{ rule: shortest-queue, among: [a, b], ties: first, spill: { node: a, limit: 3, to: b } }",
  "{ rule: power-of-two, among: [a], reports: { every: 0 s, delay: 5 ms } }",
  "{ rule: least-expected, among: [b, a] }",
  "{ rule: neurosurgeon, to: a, load: 1.5 }",
  "{ rule: dads, to: a, load: heavy }",
  "{ rule: jointdnn, among: [source, a] }",
  "{ rule: queue-aware, among: [a, b], reports: { every: 10 ms } }",
  "{ rule: drift-plus-penalty, among: [a], v: 10, budget: 2 kB }",
])("%s is read, run and written out again as it was", (place) => {
  const first = read(chooser(place, ", shared: true, decision_time: 1 ms"));
  const { origins: _, ...again } = read(resolvedYaml(first));
  const { origins: __, ...before } = first;
  expect(again).toEqual(before);
  expect(compile(first, "one", noResources).policy.place.plan(0)).toBeNull();
});

test.each([
  ["{ rule: random, among: [a, lost] }", "a way of links from camera to lost"],
  ["{ rule: random, among: [a, b], weights: [1] }", "a weight for each of a, b"],
  ["{ rule: random, among: [a, b], weights: { a: 1, c: 2 } }", "a node of the list"],
  ["{ rule: round-robin, among: [a, a] }", "each node once"],
  ["{ rule: round-robin, among: [] }", "at least 1 node"],
  [
    "{ rule: shortest-queue, among: [a], spill: { node: a, limit: 2, to: lost } }",
    "a way of links from camera to lost",
  ],
  ["{ rule: only, node: a, reports: { every: 1 s } }", "one of the keys"],
])("%s is a mistake", (place, expected) => {
  expect(problemsOf(chooser(place))[0]!.expected).toContain(expected);
});

test("a decision before the run takes no time of requests", () => {
  const [found] = problemsOf(chooser("{ rule: only, node: a }", ", decision_time: 1 ms"));
  expect(found!.path).toBe("policies.one.decision_time");
});

test("only nodes that may be chosen cost something", () => {
  const { policy } = compile(read(chooser("{ rule: random, among: [b] }")), "one", noResources);
  expect(policy.mayUse!(0)).toEqual([2]);
});

const jointly = (policy: string): string => `version: 1
model:
  synthetic:
    table: said.csv
    input: 1 kB
    segments: [{ name: stem, time: 1 ms, output: 1 kB }, { name: body, time: 1 ms, output: 1 kB }, { name: tail, time: 1 ms }]
    exits: [{ after: stem, time: 1 ms }, { after: body, time: 1 ms }, { after: tail, time: 2 ms }]
nodes: { camera: {}, edge: {}, cloud: {}, lost: {} }
links: { one: { between: [camera, edge], kind: fixed, up: 1 Mbit/s, down: 1 Mbit/s }, two: { between: [edge, cloud], kind: fixed } }
workload: { camera: { arrivals: { periodic: 1 s }, deadline: 100 ms } }
policies: { one: ${policy} }
run: { requests: 20, warmup: 0 }
`;

test.each([
  "{ rule: edgent, to: edge }",
  "{ rule: edgent-dynamic, to: edge, deadline: 20 ms, states: 4 }",
  "{ rule: spinn, to: cloud, accuracy: 40 % }",
  "{ rule: portend, tiers: [source, edge, cloud], accuracy: 0.4 }",
  "{ rule: leime, tiers: [camera, edge], threshold: 0.8 }",
  "{ rule: splitee, to: edge, shared: true }",
  "{ rule: lee, worth: 50 ms, exploration: 0.5, decision_time: 1 ms }",
  "{ rule: adaee, to: edge, step: 0.1 }",
])("the joint rule %s is read, run and written out again as it was", (policy) => {
  const first = read(jointly(policy), split);
  const { origins: _, ...again } = read(resolvedYaml(first), split);
  const { origins: __, ...before } = first;
  expect(again).toEqual(before);
  const setup = compile(first, "one", { ...split.resources });
  const { requests } = follow(setup);
  expect(requests).toHaveLength(20);
  for (const { end } of requests) expect(end).toBe("completed");
});

test("a rule for the least energy needs to know what nodes draw", () => {
  const text = jointly("{ rule: fin, tiers: [source, edge], accuracy: 0.4 }");
  expect(problemsOf(text, split).map((p) => p.path)).toEqual(["nodes.camera", "nodes.edge"].map((p) => `${p}.power`));
  const power = "power: { idle: 1 W, busy: 3 W }";
  const powered = text.replace("camera: {}, edge: {}", `camera: { ${power} }, edge: { ${power} }`);
  expect(compile(read(powered, split), "one", { ...split.resources }).policy.place.plan(0)).toHaveLength(3);
});

test("a joint rule takes no exit rule beside it, and what it cannot do without is asked for", () => {
  expect(problemsOf(jointly("{ rule: edgent, to: edge, exit: { rule: never } }"), split)[0]!.path).toBe(
    "policies.one.exit",
  );
  expect(problemsOf(jointly("{ rule: edgent, to: lost }"), split)[0]!.expected).toContain("a way of links");
  expect(problemsOf(jointly("{ rule: spinn, to: edge }"), whole)[0]!.path).toBe("policies.one.rule");
  expect(problemsOf(jointly("{ rule: edgnt, to: edge }"), split)[0]!.hint).toContain("edgent");
});
