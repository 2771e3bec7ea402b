import fc from "fast-check";
import { expect, test } from "vitest";
import { exitRules, type HindsightExitRule, type PlanView } from "../../../src/sim/exit-rules/index.ts";
import type { PlacementRule } from "../../../src/sim/placement-rules/index.ts";
import type { ExitScores, Setup } from "../../../src/sim/setup.ts";
import { at, build, follow, link, node, stream } from "../build.ts";
import { calibrationOf, planOf, scoresOf } from "./plan.ts";

const exits = 3;
const classes = 3;
const rows = 12;

type Crossed = readonly (readonly ExitScores[] | null)[];
const neverCrossed: Crossed = [null, null, null];

/** One request for each row, on idle machines: segments and heads take a second each. Two machines take turns where tensors are crossed with loss. */
function setupOf(
  rule: HindsightExitRule,
  labels: Int32Array,
  scores: readonly ExitScores[],
  crossed: Crossed = neverCrossed,
): Setup {
  const isLossy = crossed !== neverCrossed;
  const setup = build({
    nodes: [node("device"), node("edge"), node("cloud")],
    links: [link(0, 1), link(1, 2)],
    times: [1, 1, 1],
    share: [0.5, 0.5, 1],
    exit: rule,
    streams: [stream({ samples: "in-order", arrivals: at(...Array.from({ length: rows }, (_, i) => 100 * i)) })],
    ...(isLossy ? { placement: everyWay } : {}),
  });
  const head = [[0, 1, 2].map(() => [0, 1, 2].map(() => ({ kind: "constant" as const, value: 1 })))];
  return {
    ...setup,
    model: {
      ...setup.model,
      head,
      outputs: { kind: "table", rows, classes, labels, scores, crossed, calibration: null },
    },
  };
}

const ways = [
  [0, 1, 1],
  [1, 1, 2],
  [0, 0, 2],
  [1, 2, 2],
];
let turn = 0;
/** Decides at arrival, one way after the other, so that no plan says which cuts are crossed. */
const everyWay: PlacementRule = {
  name: "every way",
  plan: () => null,
  next: () => ({ nodes: ways[turn++ % ways.length]! }),
};

const plan: PlanView = planOf(exits, classes, calibrationOf(exits, classes));
const confident = { rule: "max-probability", options: { threshold: [0.6, 0.6, 0], otherwise: "last" } };
const told: Record<string, Parameters<(typeof exitRules)[number]["make"]>[0]> = {
  "max-probability": { threshold: [0.6, 0.6, 0], otherwise: "most-confident" },
  entropy: { threshold: [0.7, 0.7, 0], normalised: false, otherwise: "last" },
  margin: { threshold: [0.3, 0.3, 0], otherwise: "most-confident" },
  patience: { patience: 1 },
  calibrated: { threshold: [0.6, 0.6, 0], temperature: null, otherwise: "last" },
  gate: { threshold: 0.5, otherwise: "last" },
  budgeted: { budget: 0.6 },
  anytime: { deadline: 3 },
  "deadline-aware": { base: confident, deadline: 3, caution: 1 },
  "cost-aware": { worth: 5, bins: 5 },
  "load-adaptive": { waiting: [0, 0, 0], base: null },
  random: { share: 0.4 },
  first: {},
  never: {},
};

const logits = fc.array(
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: classes, maxLength: classes }),
  { minLength: rows, maxLength: rows },
);

const ruleOf = (name: string, values: Parameters<(typeof exitRules)[number]["make"]>[0]) =>
  exitRules.find((type) => type.name === name)!.make(values, plan);
const bound = ruleOf("oracle", {});
const measure = (rule: HindsightExitRule, labels: Int32Array, scores: readonly ExitScores[], crossed: Crossed) => {
  turn = 0;
  const { requests } = follow(setupOf(rule, labels, scores, crossed));
  return {
    right: requests.map((r) => r.correct === true),
    time: requests.reduce((sum, r) => sum + r.endedAt - 100 * r.order, 0),
  };
};
const count = (right: readonly boolean[]): number => right.filter(Boolean).length;
const labelled = fc.array(fc.nat({ max: classes - 1 }), { minLength: rows, maxLength: rows });
const three = fc.tuple(logits, logits, logits);

/** Request by request no rule is right where the oracle is not; and who is right as often, and looks at every exit, takes as long. */
function expectBound(said: readonly number[], scores: readonly ExitScores[], crossed: Crossed): void {
  const labels = Int32Array.from(said);
  const best = measure(bound, labels, scores, crossed);
  for (const [name, values] of Object.entries(told)) {
    const rule = ruleOf(name, values);
    const one = measure(rule, labels, scores, crossed);
    one.right.forEach((isRight, row) => {
      if (isRight) expect(best.right[row], `${name} at row ${row}`).toBe(true);
    });
    // Rules that run no early head pay less for each segment than any that looks.
    const looks = rule.heads(plan).length === exits;
    if (looks && count(one.right) === count(best.right)) expect(one.time, name).toBeGreaterThanOrEqual(best.time);
  }
}

test("no rule is more accurate than the oracle, and none as accurate has a lower mean exit cost without queueing", () => {
  // `share` reads no table, an ensemble may say a class that no exit says: both have tests of their own below.
  expect(Object.keys(told).length + 3).toBe(exitRules.length);
  fc.assert(
    fc.property(labelled, three, (labels, said) => {
      expectBound(labels, said.map(scoresOf), neverCrossed);
    }),
    { numRuns: 15 },
  );
});

// Of several lossy crossings the last counts for all exits, so that one is enough here.
test("so it is after a lossy crossing on ways that are decided at arrival", () => {
  fc.assert(
    fc.property(labelled, three, three, fc.nat({ max: 2 }), (labels, said, behind, cut) => {
      {
        const scores = said.map(scoresOf);
        const after = behind.map(scoresOf);
        // A crossing changes what the exits behind it say.
        const crossed = scores.map((_, at) => (at === cut ? scores.map((s, e) => (e >= cut ? after[e]! : s)) : null));
        expectBound(labels, scores, crossed);
      }
    }),
    { numRuns: 10 },
  );
});

test("the oracle foresees a lossy crossing that its placement rule has decided: with no exit right behind it, it leaves at once", () => {
  // First exit wrong; the last right, but not after crossing cut 1, which every second request does.
  const wrong = scoresOf(Array.from({ length: rows }, () => [0, 1, 0]));
  const right = scoresOf(Array.from({ length: rows }, () => [1, 0, 0]));
  const crossed: Crossed = [null, [wrong, wrong, wrong], null];
  turn = 0;
  const { requests } = follow(setupOf(bound, new Int32Array(rows), [wrong, wrong, right], crossed));
  // Of the ways only the first and the last move at cut 1.
  expect(requests.slice(0, 4).map((r) => [r.exit, r.correct])).toEqual([
    [0, false],
    [2, true],
    [2, true],
    [0, false],
  ]);
});

test("an ensemble that is right where the oracle is not says a class that no exit says", () => {
  const ensemble = ruleOf("ensemble", { threshold: [0.6, 0.6, 0], weights: "equal" });
  fc.assert(
    fc.property(labelled, three, (labels, said) => {
      {
        const scores = said.map(scoresOf);
        const one = measure(ensemble, Int32Array.from(labels), scores, neverCrossed);
        const best = measure(bound, Int32Array.from(labels), scores, neverCrossed);
        one.right.forEach((isRight, row) => {
          const isSaid = scores.some(({ prediction }) => prediction[row] === labels[row]);
          expect(best.right[row]).toBe(isSaid);
          if (isRight && !best.right[row]) expect(isSaid).toBe(false);
        });
      }
    }),
    { numRuns: 10 },
  );
  // Three exits say two wrong classes, each with the right one as its second: their mean says it, (5.1, 3, 6) / 3. The oracle is no bound for that.
  const all = (row: number[]) => scoresOf(Array.from({ length: rows }, () => row));
  const scores = [all([3, 0, 2]), all([0, 3, 2]), all([2.1, 0, 2])];
  const labels = new Int32Array(rows).fill(2);
  const patient = ruleOf("ensemble", { threshold: [0.99, 0.99, 0], weights: "equal" });
  expect(count(measure(patient, labels, scores, neverCrossed).right)).toBe(rows);
  expect(count(measure(bound, labels, scores, neverCrossed).right)).toBe(0);
});

test("with shares for a model, no rule is more accurate than the oracle, and as accurate none is cheaper", () => {
  const shared = (rule: HindsightExitRule, share: readonly number[], accuracy: readonly number[], seed: number) => {
    const setup = build({
      times: [1, 1, 1],
      share: [...share, 1],
      accuracy,
      exit: rule,
      seed,
      streams: [stream({ arrivals: at(...Array.from({ length: 40 }, (_, i) => 100 * i)) })],
    });
    const { requests } = follow(setup);
    return {
      right: requests.map((r) => r.correct === true),
      time: requests.reduce((sum, r) => sum + r.endedAt - 100 * r.order, 0),
    };
  };
  const unit = fc.double({ min: 0.05, max: 0.95, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(unit, unit), fc.tuple(unit, unit, unit), fc.nat(1000), (share, accuracy, seed) => {
      {
        const best = shared(bound, share, accuracy, seed);
        const one = shared(ruleOf("share", {}), share, accuracy, seed);
        one.right.forEach((isRight, i) => {
          if (isRight) expect(best.right[i]).toBe(true);
        });
        if (count(one.right) === count(best.right)) expect(one.time).toBeGreaterThanOrEqual(best.time);
      }
    }),
    { numRuns: 20 },
  );
});

test("requests of different exits and classes end as an ensemble says, not as the exit does", () => {
  const ensemble = exitRules.find((type) => type.name === "ensemble")!;
  const rule = ensemble.make({ threshold: [2, 2, 0], weights: "equal" }, plan);
  // The last exit says class 1 by a little, the first two class 0 by much: so does their mean.
  const sure = scoresOf(Array.from({ length: rows }, () => [5, 0, 0]));
  const other = scoresOf(Array.from({ length: rows }, () => [0, 1, 0]));
  const { requests } = follow(setupOf(rule, new Int32Array(rows), [sure, sure, other]));
  expect(requests.map((r) => [r.exit, r.correct])).toEqual(Array(rows).fill([2, true]));
});

test("a rule that leaves by its own chance draws anew for each exit, and the same in every run", () => {
  const random = exitRules.find((type) => type.name === "random")!.make({ share: 0.5 }, plan);
  const scores = [0, 1, 2].map(() => scoresOf(Array.from({ length: rows }, () => [1, 0, 0])));
  const run = () => follow(setupOf(random, new Int32Array(rows), scores)).requests.map((r) => r.exit);
  expect(run()).toEqual(run());
  expect(new Set(run())).toEqual(new Set([0, 1, 2]));
});
