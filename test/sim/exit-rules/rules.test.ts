import { expect, test } from "vitest";
import { entropy } from "../../../src/sim/exit-rules/entropy.ts";
import { first } from "../../../src/sim/exit-rules/first.ts";
import type { ExitEvidence, ExitRule } from "../../../src/sim/exit-rules/index.ts";
import { margin } from "../../../src/sim/exit-rules/margin.ts";
import { maxProbability } from "../../../src/sim/exit-rules/max-probability.ts";
import { never } from "../../../src/sim/exit-rules/never.ts";
import { share } from "../../../src/sim/exit-rules/share.ts";

const plan = { exits: ["stem", "body", "tail"], classes: 10 };
const at = (exit: number, evidence: Partial<ExitEvidence>): ExitEvidence[] => [
  {
    exit,
    prediction: 0,
    confidence: Number.NaN,
    entropy: Number.NaN,
    margin: Number.NaN,
    share: Number.NaN,
    draw: Number.NaN,
    ...evidence,
  },
];
const decide = (rule: ExitRule, exit: number, evidence: Partial<ExitEvidence>): string => {
  const verdict = rule.decide(at(exit, evidence), { now: 0, elapsed: 0 }, { uniform: () => 0.5 });
  return verdict.kind === "answer" ? `answer ${verdict.of}` : verdict.kind;
};

test("max-probability leaves at the threshold itself, each exit by its own", () => {
  const rule = maxProbability.make({ threshold: [0.9, 0.6, 0] }, plan);
  expect(decide(rule, 0, { confidence: 0.9 })).toBe("answer 0");
  expect(decide(rule, 0, { confidence: 0.9 - 1e-12 })).toBe("go-on");
  expect(decide(rule, 1, { confidence: 0.6 })).toBe("answer 1");
  expect(rule.heads(plan)).toEqual([0, 1, 2]);
});

test("margin leaves when the lead is at least the threshold", () => {
  const rule = margin.make({ threshold: [0.5, 0.5, 0] }, plan);
  expect(decide(rule, 1, { margin: 0.5 })).toBe("answer 1");
  expect(decide(rule, 1, { margin: 0.49 })).toBe("go-on");
});

test("entropy leaves when it is at most the threshold in nats", () => {
  const rule = entropy.make({ threshold: [0.5, 0.5, 0], normalised: false }, plan);
  expect(decide(rule, 0, { entropy: 0.5 })).toBe("answer 0");
  expect(decide(rule, 0, { entropy: 0.51 })).toBe("go-on");
});

test("normalised entropy is divided by ln(classes): half of ln 10 is 0.5", () => {
  const rule = entropy.make({ threshold: [0.5, 0.5, 0], normalised: true }, plan);
  expect(decide(rule, 0, { entropy: 0.49 * Math.LN10 })).toBe("answer 0");
  expect(decide(rule, 0, { entropy: 0.51 * Math.LN10 })).toBe("go-on");
});

test("never asks for the last head only, first for the first", () => {
  expect(never.make({}, plan).heads(plan)).toEqual([2]);
  expect(decide(never.make({}, plan), 2, {})).toBe("answer 2");
  expect(first.make({}, plan).heads(plan)).toEqual([0]);
  expect(decide(first.make({}, plan), 0, {})).toBe("answer 0");
});

test("share leaves when the request's draw lies below the exit's share", () => {
  const rule = share.make({}, plan);
  expect(decide(rule, 0, { share: 0.6, draw: 0.599 })).toBe("answer 0");
  expect(decide(rule, 0, { share: 0.6, draw: 0.6 })).toBe("go-on");
  expect(decide(rule, 1, { share: 0, draw: 1e-300 })).toBe("go-on");
});
