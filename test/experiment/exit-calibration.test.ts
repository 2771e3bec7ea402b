import { describe, expect, test } from "vitest";
import {
  outcomeOf,
  reliability,
  type ScoredRows,
  temperaturesOf,
  tempered,
  thresholdsFor,
} from "../../src/experiment/exit-calibration.ts";
import type { ExitScores } from "../../src/sim/setup.ts";

/** An exit of two classes by its logit difference z: it says class 0 where z > 0, with confidence 1 / (1 + e^-|z|). */
function exit(differences: readonly number[]): ExitScores {
  const confidence = Float64Array.from(differences, (z) => 1 / (1 + Math.exp(-Math.abs(z))));
  return {
    prediction: Int32Array.from(differences, (z) => (z > 0 ? 0 : 1)),
    confidence,
    entropy: new Float64Array(differences.length),
    margin: confidence.map((c) => 2 * c - 1),
    logits: Float64Array.from(differences.flatMap((z) => [z, 0])),
  } as ExitScores;
}
const rows = (labels: readonly number[], ...scores: ExitScores[]): ScoredRows => ({
  rows: labels.length,
  labels: Int32Array.from(labels),
  scores,
});

test("reliability: bins hold their rows, and the error is the mean gap of confidence and accuracy", () => {
  const ln3 = Math.log(3);
  // Four rows of confidence 3/4, of which two are right; one of 1/2 that is right (a tie is class 1).
  const { bins, accuracy, confidence, error } = reliability(
    exit([ln3, ln3, ln3, ln3, 0]),
    Int32Array.of(0, 0, 1, 1, 1),
  );
  expect(accuracy).toBeCloseTo(3 / 5, 12);
  expect(confidence).toBeCloseTo(3.5 / 5, 12);
  // Bins 11 (0.733 to 0.8) and 7 (0.467 to 0.533).
  expect(bins[11]).toMatchObject({ rows: 4, accuracy: 0.5 });
  expect(bins[7]).toMatchObject({ rows: 1, accuracy: 1 });
  expect(bins[0]).toEqual({ rows: 0, confidence: null, accuracy: null });
  // (|2 - 3| + |1 - 0.5|) / 5
  expect(error).toBeCloseTo(1.5 / 5, 12);
});

test("a temperature makes confidence what accuracy is: three of four right at logits of 4 needs T = 4 / ln 3", () => {
  const given = rows([0, 0, 0, 1], exit([4, 4, 4, 4]));
  const [temperature] = temperaturesOf(given, 2);
  expect(temperature).toBeCloseTo(4 / Math.log(3), 4);
  const scaled = tempered(given, 2, [temperature!]);
  expect(scaled.scores[0]!.confidence[0]).toBeCloseTo(0.75, 5);
  expect(reliability(scaled.scores[0]!, scaled.labels).error).toBeLessThan(1e-5);
});

describe("thresholds", () => {
  // The first exit is right where it is sure (|z| of 4 and 3), wrong where it is not; the second is always right.
  const given = rows([0, 0, 1, 1, 0, 1], exit([4, 3, -4, -3, -1, 1]), exit([5, 5, -5, -5, 5, -5]));
  const cost = [0.4, 1];

  test("an outcome counts who leaves where, who is right and what it costs", () => {
    const half = 1 / (1 + Math.exp(-2));
    const outcome = outcomeOf(given, [half], cost);
    expect(outcome.shares).toEqual([4 / 6, 2 / 6]);
    expect(outcome.accuracy).toBe(1);
    expect(outcome.cost).toBeCloseTo((4 * 0.4 + 2) / 6, 12);
    // Everybody at the first exit: two of six are wrong.
    expect(outcomeOf(given, [0], cost).accuracy).toBeCloseTo(4 / 6, 12);
  });

  test("for a floor they are the cheapest that keep it", () => {
    const all = thresholdsFor(given, cost, { kind: "accuracy", floor: 1 })!;
    expect(outcomeOf(given, all, cost).shares[0]).toBeCloseTo(4 / 6, 12);
    const low = thresholdsFor(given, cost, { kind: "accuracy", floor: 0.6 })!;
    expect(outcomeOf(given, low, cost).shares[0]).toBe(1);
    const wrong = rows([1, 1], exit([4, 4]), exit([4, 4]));
    expect(thresholdsFor(wrong, cost, { kind: "accuracy", floor: 0.5 })).toBeNull();
  });

  test("for shares they let that many leave", () => {
    const third = thresholdsFor(given, cost, { kind: "shares", shares: [1 / 3] })!;
    expect(outcomeOf(given, third, cost).shares[0]).toBeCloseTo(1 / 3, 12);
  });

  test("for a budget they spend it: 0.7 of the whole is a half at 0.4 and a half at 1", () => {
    const half = thresholdsFor(given, cost, { kind: "budget", share: 0.7 })!;
    // Ties: two rows share the confidence at the limit, so four leave where three should.
    expect(outcomeOf(given, half, cost).cost).toBeCloseTo((4 * 0.4 + 2) / 6, 12);
  });
});
