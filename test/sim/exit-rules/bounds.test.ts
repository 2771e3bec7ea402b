import fc from "fast-check";
import { expect, test } from "vitest";
import { type ExitRule, exitRules, type HindsightExitRule, type PlanView } from "../../../src/sim/exit-rules/index.ts";
import type { ExitScores, Setup } from "../../../src/sim/setup.ts";
import { at, build, follow, stream } from "../build.ts";
import { calibrationOf, planOf, scoresOf } from "./plan.ts";

const exits = 3;
const classes = 3;
const rows = 12;

/** One request for each row, on one idle machine: segments and heads take a second each. */
function setupOf(rule: HindsightExitRule, labels: Int32Array, scores: readonly ExitScores[]): Setup {
  const setup = build({
    times: [1, 1, 1],
    share: [0.5, 0.5, 1],
    exit: rule,
    streams: [stream({ samples: "in-order", arrivals: at(...Array.from({ length: rows }, (_, i) => 100 * i)) })],
  });
  const head = [[[0, 1, 2].map(() => ({ kind: "constant" as const, value: 1 }))]];
  return {
    ...setup,
    model: {
      ...setup.model,
      head,
      outputs: { kind: "table", rows, classes, labels, scores, crossed: [null, null, null], calibration: null },
    },
  };
}

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

test("no rule is more accurate than the oracle, and none as accurate has a lower mean exit cost without queueing", () => {
  const bound = exitRules.find((type) => type.name === "oracle")!.make({}, plan);
  const measure = (rule: HindsightExitRule, labels: Int32Array, scores: readonly ExitScores[]) => {
    const { requests } = follow(setupOf(rule, labels, scores));
    const times = requests.map((r) => r.endedAt - 100 * r.order);
    return {
      right: requests.filter((r) => r.correct).length,
      time: times.reduce((a, b) => a + b, 0),
    };
  };
  const rules = Object.entries(told).map(
    ([name, values]) => exitRules.find((type) => type.name === name)!.make(values, plan) as ExitRule,
  );
  // `share` reads no table; an ensemble may say a class that no exit says.
  expect(exitRules.length).toBe(rules.length + 3);
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: classes - 1 }), { minLength: rows, maxLength: rows }),
      fc.tuple(logits, logits, logits),
      (labels, said) => {
        {
          const scores = said.map(scoresOf);
          const best = measure(bound, Int32Array.from(labels), scores);
          for (const rule of rules) {
            const one = measure(rule, Int32Array.from(labels), scores);
            expect(one.right).toBeLessThanOrEqual(best.right);
            // Rules that run no early head pay less for each segment than any that looks.
            const looks = rule.heads(plan).length === exits;
            if (looks && one.right === best.right) expect(one.time).toBeGreaterThanOrEqual(best.time);
          }
        }
      },
    ),
    { numRuns: 25 },
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
