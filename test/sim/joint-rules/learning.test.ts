import { expect, test } from "vitest";
import { jointRules } from "../../../src/sim/joint-rules/index.ts";
import type { PlacementRule } from "../../../src/sim/placement-rules/index.ts";
import { muLinUcb } from "../../../src/sim/placement-rules/mu-lin-ucb.ts";
import { ChangePoints } from "../../../src/sim/rules/change-point.ts";
import { silent } from "../../../src/sim/rules/exit-shares.ts";
import { NetworkView } from "../../../src/sim/rules/network.ts";
import { quiet } from "../../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import type { Outcome } from "../../../src/sim/rules/outcome.ts";
import { Ucb } from "../../../src/sim/rules/ucb.ts";
import type { Setup } from "../../../src/sim/setup.ts";
import { build, follow, link, node, periodic, stream } from "../build.ts";
import { planOf, scoresOf } from "../exit-rules/plan.ts";
import { viewOf } from "../placement-rules/view.ts";

test("UCB1 tries every arm once, then the largest mean + c sqrt(ln t / n)", () => {
  const arms = new Ucb(2, 1);
  expect(arms.choose()).toBe(0);
  arms.reward(0, 0.5);
  expect(arms.choose()).toBe(1);
  arms.reward(1, 0.4);
  // t = 2: 0.5 + sqrt(ln 2) against 0.4 + sqrt(ln 2).
  expect(arms.choose()).toBe(0);
  arms.reward(0, 0.5);
  // t = 3: 0.5 + sqrt(ln 3 / 2) = 1.241 against 0.4 + sqrt(ln 3) = 1.448.
  expect(arms.choose()).toBe(1);
});

test("a change point shortens the run, and the level follows", () => {
  const points = new ChangePoints({ mean: 0, sd: 3 }, 0.25, 0.02);
  for (let i = 0; i < 20; i++) points.add(i % 2 === 0 ? 0.1 : -0.1);
  expect(points.runLength).toBe(20);
  expect(Math.abs(points.level)).toBeLessThan(0.05);
  for (let i = 0; i < 3; i++) points.add(3);
  expect(points.runLength).toBe(3);
  expect(Math.abs(points.level - 3)).toBeLessThan(0.1);
});

const setup = build({
  nodes: [node("device"), node("server")],
  links: [link(0, 1, { rate: 8 })],
  streams: [stream({ samples: "in-order", arrivals: periodic(100), answerTo: "source" })],
  times: [4, 4],
  table: (_, n) => (n === 0 ? 4 : 1),
  sizes: [6, 1],
  share: [0.5, 1],
  run: { requests: 200 },
});
const network = new NetworkView(setup);
const begun = (name: string, values: RuleValues) => {
  const made = jointRules.find((type) => type.name === name)!.make(values, planOf(2, 2), network);
  return made.begin?.() ?? made;
};
const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
const draw = { uniform: () => 0.5 };
const outcome = (note: number, confidences: readonly number[], more: Partial<Outcome> = {}): Outcome => ({
  note,
  exit: confidences.length - 1,
  reached: confidences.map((confidence, exit) => ({ ...silent, exit, confidence })),
  latency: 1,
  computedAtSource: 0,
  ...more,
});

test("SplitEE's rewards by hand, and the arm they lead to", () => {
  const values = { to: 1, threshold: 0.8, cost: 0.1, offload: 0.2, exploration: 0 };
  const { place, exit } = begun("splitee", values);
  const next = () => place.next(request, quiet, draw) as { nodes: readonly number[]; note: number };
  expect(next()).toEqual({ nodes: [0, 1], note: 0 });
  // Went on: 0.9 - 0.2 - 0.1 = 0.6.
  place.learn!(outcome(0, [0.5, 0.9]));
  expect(next()).toEqual({ nodes: [0, 0], note: 1 });
  // The last exit is the arm: 0.9 - 0.2 = 0.7, nothing was offloaded.
  place.learn!(outcome(1, [0.9], { exit: 1 }));
  expect(next().note).toBe(1);
  // Left at the first: 0.95 - 0.1 = 0.85; the mean of the arm is then (0.6 + 0.85) / 2 = 0.725.
  place.learn!(outcome(0, [0.95]));
  expect(next().note).toBe(0);
  expect([exit.runs!(0, 0), exit.runs!(0, 1)]).toEqual([true, false]);
});

test("LEE's reward is confidence less latency over its worth", () => {
  const { place } = begun("lee", { worth: 10, exploration: 0 });
  const note = () => (place.next(request, quiet, draw) as { note: number }).note;
  // 0.9 - 4 / 10 = 0.5; 1 - 8 / 10 = 0.2.
  expect(note()).toBe(0);
  place.learn!(outcome(0, [0.9], { latency: 4 }));
  expect(note()).toBe(1);
  place.learn!(outcome(1, [1], { latency: 8 }));
  expect(note()).toBe(0);
});

test("AdaEE rewards what going on gained, less its price", () => {
  const { place, exit } = begun("adaee", { to: 1, offload: 0.1, step: 0.5, exploration: 0 });
  const note = () => (place.next(request, quiet, draw) as { note: number }).note;
  const decide = (arm: number) => exit.decide([{ ...silent, confidence: 0.6 }], { ...quiet, note: arm }, draw).kind;
  // Thresholds 0, 0.5 and 1.
  expect([0, 1, 2].map(decide)).toEqual(["answer", "answer", "go-on"]);
  place.learn!(outcome(0, [0.6]));
  place.learn!(outcome(1, [0.6]));
  // 0.9 - 0.6 - 0.1 = 0.2 is more than 0.
  place.learn!(outcome(2, [0.6, 0.9]));
  expect(note()).toBe(2);
  place.learn!(outcome(2, [0.9, 0.8]));
  place.learn!(outcome(2, [0.9, 0.8]));
  place.learn!(outcome(2, [0.9, 0.8]));
  // (0.2 - 3 x 0.1) / 4 is less than 0: of the equal others the first.
  expect(note()).toBe(0);
});

/** In a simulation: rows of which the first exit is sure of one half. */
function run(name: string, values: RuleValues): ReturnType<typeof follow>["requests"] {
  const sure = scoresOf([
    [5, 0],
    [0, 0],
  ]);
  const later = scoresOf([
    [5, 0],
    [5, 0],
  ]);
  const type = jointRules.find((t) => t.name === name)!;
  const made = type.make(values, planOf(2, 2), network);
  const outputs = { rows: 2, classes: 2, labels: Int32Array.of(0, 0), scores: [sure, later], calibration: null };
  const of: Setup = {
    ...setup,
    model: { ...setup.model, outputs: { kind: "table", ...outputs, crossed: [null, null] } },
    policy: { ...setup.policy, ...made, begin: made.begin! },
  };
  return follow(of).requests;
}

test("SplitEE learns in a simulation to leave sure samples here and send the others on", () => {
  const requests = run("splitee", { to: 1, threshold: 0.9, cost: 0.3, offload: 0.05, exploration: 0.1 });
  const late = requests.slice(100);
  // Sure ones: 4 s here. The others: 4 + 1 + 1.
  expect(late.filter((r) => r.order % 2 === 0 && r.exit === 0).length).toBeGreaterThan(45);
  expect(late.filter((r) => r.order % 2 === 1 && r.group === 1).length).toBeGreaterThan(45);
  expect(requests.find((r) => r.group === 1)!.endedAt % 100).toBeCloseTo(6, 9);
});

test("LEE learns that the first exit is not worth leaving when time is cheap, and is when it is dear", () => {
  const exits = (worth: number) =>
    run("lee", { worth, exploration: 0.1 })
      .slice(100)
      .map((r) => r.exit);
  const share = (worth: number) => exits(worth).filter((exit) => exit === 0).length / 100;
  expect(share(1000)).toBeLessThan(0.2);
  expect(share(10)).toBeGreaterThan(0.8);
});

test("muLinUCB learns how long the rest takes elsewhere, and cuts where the sum is least", () => {
  const place = muLinUcb.make({ to: 1, alpha: 0.5, weight: 0 }, viewOf(setup, { heads: [1] }));
  const of: Setup = {
    ...setup,
    policy: { ...setup.policy, exit: never, place, begin: () => ({ exit: never, place: place.begin!() }) },
  };
  const { requests } = follow(of);
  // All here 8, behind the first 4 + 1 + 1 = 6, all there 6 + 2 = 8.
  const best = requests.slice(100).filter((r) => r.visits.length === 2).length;
  expect(best).toBeGreaterThan(85);
});

const never = {
  name: "never",
  pure: true,
  heads: () => [1],
  decide: () => ({ kind: "go-on" }) as const,
};

test("muLinUCB by hand: the first requests go elsewhere by force, and what they took is the estimate", () => {
  // Here 4 s a segment; elsewhere the features are [compute here, MB, 1]: cut 0 is [8, 6e-6, 1], cut 1 [4, 1e-6, 1], all here 0.
  const place = muLinUcb.make({ to: 1, alpha: 0.5, weight: 0 }, viewOf(setup, { heads: [1] }))
    .begin!() as PlacementRule;
  const next = () => (place.next(request, quiet, draw) as { nodes: readonly number[] }).nodes;
  // Request 1 is forced: nothing is known, theta = 0 and A = 1: cut 0 bounds 0 - 0.5 sqrt(65) = -4.03, cut 1 4 - 0.5 sqrt(17) = 1.94.
  expect(next()).toEqual([1, 1]);
  // It took 20 s: A = 1 + x x', b = 20 x, so theta = 20 x / (1 + 65) and theta . x = 19.7; its spread sqrt(65 / 66).
  place.learn!(outcome(0, [0.9], { latency: 20, computedAtSource: 0 }));
  // Cut 0: 19.7 - 0.5. Cut 1: 4 + 20 (32 + 1) / 66 - 0.5 sqrt(17 - 33 x 33 / 66) = 13.65. All here: 8.
  expect(next()).toEqual([0, 0]);
  expect(next()).toEqual([0, 0]);
  // Request 4 is forced again, and cut 1 is the better way out.
  expect(next()).toEqual([0, 1]);
  // That took 5 s, 1 s of it elsewhere. In (compute, 1): A = (81 12; 12 3), b = (164, 21), theta = (240, -267) / 99: 7 s elsewhere, 4 + 7 - 0.29 is more than 8.
  const again = outcome(1, [0.9], { latency: 5, computedAtSource: 4 });
  place.learn!(again);
  expect(next()).toEqual([0, 0]);
  // Three more of the kind: A = (129 24; 24 6), b = (176, 24), theta = (480, -1128) / 198: 4 s elsewhere, and 4 + 4 - 0.5 sqrt(1/6) = 7.8 is less.
  for (let i = 0; i < 3; i++) place.learn!(again);
  expect(next()).toEqual([0, 1]);
});
