import { expect, test } from "vitest";
import { thresholdsOf } from "../../../src/sim/exit-rules/budgeted.ts";
import {
  type ExitEvidence,
  exitRules,
  type HindsightExitRule,
  type PlanView,
} from "../../../src/sim/exit-rules/index.ts";
import { fitTemperature } from "../../../src/sim/rules/calibration.ts";
import { silent } from "../../../src/sim/rules/exit-shares.ts";
import { type Observation, quiet } from "../../../src/sim/rules/observation.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import { planOf, scoresOf } from "./plan.ts";

const plan: PlanView = { ...planOf(3, 10), exits: ["stem", "body", "tail"] };
const rule = (name: string, values: RuleValues, of: PlanView = plan): HindsightExitRule =>
  exitRules.find((type) => type.name === name)!.make(values, of);
const heard = (...said: Partial<ExitEvidence>[]): ExitEvidence[] =>
  said.map((evidence, exit) => ({ ...silent, exit, ...evidence }));
const nobodyKnows = { isRight: (): boolean => false };
const say = (
  made: HindsightExitRule,
  reached: readonly ExitEvidence[],
  observed: Partial<Observation> = {},
  uniform = 0.5,
): string => {
  const verdict = made.decide(reached, { ...quiet, ...observed }, { uniform: () => uniform }, nobodyKnows);
  if (verdict.kind === "go-on") return "go on";
  return `${verdict.of}${verdict.prediction === undefined ? "" : ` as ${verdict.prediction}`}`;
};

test("max-probability leaves at the threshold itself, each exit by its own", () => {
  const made = rule("max-probability", { threshold: [0.9, 0.6, 0], otherwise: "last" });
  expect(say(made, heard({ confidence: 0.9 }))).toBe("0");
  expect(say(made, heard({ confidence: 0.9 - 1e-12 }))).toBe("go on");
  expect(say(made, heard({ confidence: 0.1 }, { confidence: 0.6 }))).toBe("1");
  expect(made.heads(plan)).toEqual([0, 1, 2]);
});

test("when no exit is confident the last answers, or the most confident, of equal ones the shallowest", () => {
  const reached = heard({ confidence: 0.5 }, { confidence: 0.7 }, { confidence: 0.7 });
  const most = rule("max-probability", { threshold: [0.9, 0.9, 0], otherwise: "most-confident" });
  expect(say(most, reached)).toBe("1");
  expect(most.decidesAtLast).toBe(true);
  expect(rule("max-probability", { threshold: [0.9, 0.9, 0], otherwise: "last" }).decidesAtLast).toBe(false);
  // The least entropy is the most confident.
  const least = rule("entropy", { threshold: [0, 0, 0], normalised: false, otherwise: "most-confident" });
  expect(say(least, heard({ entropy: 0.4 }, { entropy: 0.3 }, { entropy: 0.5 }))).toBe("1");
});

test("margin leaves when the lead is at least the threshold", () => {
  const made = rule("margin", { threshold: [0.5, 0.5, 0], otherwise: "last" });
  expect(say(made, heard({ margin: 0.5 }))).toBe("0");
  expect(say(made, heard({ margin: 0.49 }))).toBe("go on");
});

test("entropy leaves when it is at most the threshold in nats", () => {
  const made = rule("entropy", { threshold: [0.5, 0.5, 0], normalised: false, otherwise: "last" });
  expect(say(made, heard({ entropy: 0.5 }))).toBe("0");
  expect(say(made, heard({ entropy: 0.51 }))).toBe("go on");
});

test("normalised entropy is divided by ln(classes): half of ln 10 is 0.5", () => {
  const made = rule("entropy", { threshold: [0.5, 0.5, 0], normalised: true, otherwise: "last" });
  expect(say(made, heard({ entropy: 0.49 * Math.LN10 }))).toBe("0");
  expect(say(made, heard({ entropy: 0.51 * Math.LN10 }))).toBe("go on");
});

test("patience 2 leaves at the third exit in a row of one class, and starts anew when the class changes", () => {
  const made = rule("patience", { patience: 2 }, planOf(5, 10));
  const classes = (...of: number[]) => heard(...of.map((prediction) => ({ prediction })));
  expect(say(made, classes(3, 3))).toBe("go on");
  expect(say(made, classes(3, 3, 3))).toBe("2");
  expect(say(made, classes(3, 3, 4, 4))).toBe("go on");
  expect(say(made, classes(3, 3, 4, 4, 4))).toBe("4");
});

test("a temperature of 2 makes softmax(2, 0) the softmax of (1, 0): 0.731 instead of 0.881", () => {
  const made = rule("calibrated", { threshold: [0.8, 0.7, 0], temperature: [2, 2, 1], otherwise: "last" });
  const logits = [2, 0];
  // 1 / (1 + e^-1) = 0.7311
  expect(say(made, heard({ logits }))).toBe("go on");
  expect(say(made, heard({ logits: [0, 0] }, { logits }))).toBe("1");
});

test("the fitted temperature makes the confidence of alike rows their accuracy", () => {
  // Logits (2, 0) on four rows of which three are right: softmax(2 / T) = 3/4 where 2 / T = ln 3.
  const scores = scoresOf([
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
  ]);
  expect(fitTemperature(scores, Int32Array.of(0, 0, 0, 1), 2)).toBeCloseTo(2 / Math.log(3), 9);
  // All right: nothing is too sure, and the temperature stops at its least.
  expect(fitTemperature(scores, Int32Array.of(0, 0, 0, 0), 2)).toBe(0.05);
});

test("an ensemble of equal weights takes the geometric mean, and answers with its class", () => {
  const made = rule("ensemble", { threshold: [0.99, 0.7, 0], weights: "equal" });
  const first = { logits: [3, 0] };
  // Logits (3, 0) and (0, 1) have the mean (1.5, -0.5 + 1): softmax of a lead of 1 is 0.731, of the class that the second exit denies.
  expect(say(made, heard(first))).toBe("go on");
  expect(say(made, heard(first, { logits: [0, 1] }))).toBe("1 as 0");
  expect(say(made, heard(first, { logits: [0, 9] }, { logits: [0, 0] }))).toBe("2 as 1");
});

test("fitted weights leave an exit out that says nothing of the label", () => {
  // The first exit says the same of every row, the second is right on three rows of four.
  const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 1, 0);
  const second = [
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 1],
    [0, 1],
  ];
  const calibration = { rows: 8, labels, scores: [scoresOf(second.map(() => [1, 0])), scoresOf(second)] };
  const made = rule("ensemble", { threshold: [0.99, 0.7, 0], weights: "fitted" }, planOf(2, 2, calibration));
  // The second alone is best at a weight of ln 3 = 1.0986: its lead of 1 then means 3/4. The first exit would only lean to class 0.
  expect(say(made, heard({ logits: [1, 0] }, { logits: [0, 1] }))).toBe("1 as 1");
});

test("a gate says how often rows of these scores are right", () => {
  // Two kinds of rows: sure ones, 9 of 10 right; unsure ones, 2 of 10 right.
  const rows = [...Array(10).fill([3, 0]), ...Array(10).fill([0.2, 0])] as number[][];
  const labels = Int32Array.from({ length: 20 }, (_, i) => (i < 10 ? (i < 9 ? 0 : 1) : i < 12 ? 0 : 1));
  const calibration = { rows: 20, labels, scores: [scoresOf(rows), scoresOf(rows)] };
  const told = (threshold: number) => rule("gate", { threshold, otherwise: "last" }, planOf(2, 2, calibration));
  const scores = scoresOf([
    [3, 0],
    [0.2, 0],
  ]);
  const at = (row: number): ExitEvidence[] =>
    heard({ confidence: scores.confidence[row]!, margin: scores.margin[row]!, entropy: scores.entropy[row]! });
  expect([say(told(0.85), at(0)), say(told(0.95), at(0))]).toEqual(["0", "go on"]);
  expect([say(told(0.15), at(1)), say(told(0.3), at(1))]).toEqual(["0", "go on"]);
});

test("a budget of 11/21 on three exits of 1/3, 2/3 and 1 halves the share from exit to exit", () => {
  // Shares 4/7, 2/7, 1/7 (r = 1/2) cost 4/21 + 4/21 + 3/21 = 11/21.
  const confidence = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3].map((p) => [Math.log(p / (1 - p)), 0]);
  const exit = scoresOf(confidence);
  const calibration = { rows: 7, labels: new Int32Array(7), scores: [exit, exit, exit] };
  const made = rule("budgeted", { budget: 11 / 21 }, planOf(3, 2, calibration));
  // Predictions below 1/2 are of the other class with 1 - p: the order of confidence is .9 .8 .7 .7 .6 .6 .5.
  expect(say(made, heard({ confidence: 0.71 }))).toBe("0");
  expect(say(made, heard({ confidence: 0.69 }))).toBe("go on");
  expect(say(made, heard({ confidence: 0.1 }, { confidence: 0.61 }))).toBe("1");
  expect(say(made, heard({ confidence: 0.1 }, { confidence: 0.55 }))).toBe("go on");
});

test("budgeted thresholds are ranks among the rows still there", () => {
  const scores = [
    { confidence: Float64Array.of(0.9, 0.6, 0.8, 0.7) },
    { confidence: Float64Array.of(0.99, 0.5, 0.95, 0.4) },
    { confidence: Float64Array.of(1, 1, 1, 1) },
  ] as unknown as Parameters<typeof thresholdsOf>[0]["scores"];
  // Half of four leave at 0.8 or more: rows 0 and 2. Of rows 1 and 3 one more, at 0.5.
  expect(thresholdsOf({ rows: 4, scores }, [0.5, 0.25, 0.25])).toEqual([0.8, 0.5, Number.NEGATIVE_INFINITY]);
});

test("anytime goes on while the next exit's answer can be back by the deadline", () => {
  const made = rule("anytime", { deadline: null });
  const next = { deadline: 1, timeTo: () => 0.3, timeBack: () => 0.1 };
  expect(say(made, heard({}), { ...next, elapsed: 0.6 })).toBe("go on");
  expect(say(made, heard({}), { ...next, elapsed: 0.61 })).toBe("0");
  expect(say(rule("anytime", { deadline: 2 }), heard({}), { ...next, elapsed: 0.61 })).toBe("go on");
});

test("deadline-aware leaves by its base rule, and when the next answer would be late", () => {
  const base = { rule: "max-probability", options: { threshold: [0.9, 0.9, 0], otherwise: "last" } };
  const made = rule("deadline-aware", { base, deadline: null, caution: 2 });
  const next = { deadline: 1, timeTo: () => 0.2, timeBack: () => 0.1 };
  expect(say(made, heard({ confidence: 0.95 }), next)).toBe("0");
  expect(say(made, heard({ confidence: 0.5 }), { ...next, elapsed: 0.39 })).toBe("go on");
  // 2 x 0.3 > 1 - 0.41
  expect(say(made, heard({ confidence: 0.5 }), { ...next, elapsed: 0.41 })).toBe("0");
});

test("load-adaptive answers where enough wait, and asks its base rule otherwise", () => {
  const base = { rule: "max-probability", options: { threshold: [0.9, 0.9, 0], otherwise: "last" } };
  const made = rule("load-adaptive", { waiting: [8, 4, 0], base });
  expect(say(made, heard({ confidence: 0.5 }), { waiting: 8 })).toBe("0");
  expect(say(made, heard({ confidence: 0.5 }), { waiting: 7 })).toBe("go on");
  expect(say(made, heard({}, { confidence: 0.5 }), { waiting: 4 })).toBe("1");
  expect(say(made, heard({ confidence: 0.95 }), { waiting: 0 })).toBe("0");
  expect(say(rule("load-adaptive", { waiting: [8, 4, 0], base: null }), heard({}), { waiting: 7 })).toBe("go on");
});

test("cost-aware goes on where the accuracy gained is worth the time", () => {
  // At the first exit the unsure half is right once in two, the sure half always; the second exit is always right.
  const first = scoresOf([
    [0.1, 0],
    [0.1, 0],
    [4, 0],
    [4, 0],
  ]);
  const second = scoresOf([
    [9, 0],
    [0, 9],
    [9, 0],
    [9, 0],
  ]);
  const calibration = { rows: 4, labels: Int32Array.of(0, 1, 0, 0), scores: [first, second] };
  const made = rule("cost-aware", { worth: 0.1, bins: 2 }, planOf(2, 2, calibration));
  // Half a right answer is worth 50 ms.
  expect(say(made, heard({ confidence: 0.52 }), { timeTo: () => 0.049 })).toBe("go on");
  expect(say(made, heard({ confidence: 0.52 }), { timeTo: () => 0.051 })).toBe("0");
  expect(say(made, heard({ confidence: 0.98 }), { timeTo: () => 0.001 })).toBe("0");
  // What the way back from here costs anyway is no further time.
  const back = { timeTo: () => 0.03, timeBack: (exit: number) => (exit === 1 ? 0.06 : 0.05) };
  expect(say(made, heard({ confidence: 0.52 }), back)).toBe("go on");
});

test("never asks for the last head only, first for the first", () => {
  expect(rule("never", {}).heads(plan)).toEqual([2]);
  expect(say(rule("never", {}), heard({}, {}, {}))).toBe("2");
  expect(rule("first", {}).heads(plan)).toEqual([0]);
  expect(say(rule("first", {}), heard({}))).toBe("0");
});

test("share leaves when the request's draw lies below the exit's share", () => {
  const made = rule("share", {});
  expect(say(made, heard({ share: 0.6, draw: 0.599 }))).toBe("0");
  expect(say(made, heard({ share: 0.6, draw: 0.6 }))).toBe("go on");
  expect(say(made, heard({}, { share: 0, draw: 1e-300 }))).toBe("go on");
});

test("random leaves by its own draw", () => {
  const made = rule("random", { share: 0.3 });
  expect(say(made, heard({}), {}, 0.29)).toBe("0");
  expect(say(made, heard({}), {}, 0.3)).toBe("go on");
});

test("the oracle leaves at the first exit that is right, and at once where none is", () => {
  const made = rule("oracle", {});
  const at = (reached: readonly ExitEvidence[], right: number[]): unknown =>
    made.decide(reached, quiet, { uniform: () => 0.5 }, { isRight: (exit) => right.includes(exit) });
  expect(at(heard({}), [1, 2])).toEqual({ kind: "go-on" });
  expect(at(heard({}, {}), [1, 2])).toEqual({ kind: "answer", of: 1 });
  expect(at(heard({}), [])).toEqual({ kind: "answer", of: 0 });
});
