/**
 * Exits before a run: how well each knows when it is right, and thresholds for a goal. Everything is fitted on calibration rows; evaluation rows
 * only say how it turned out.
 */
import { sharesOf, thresholdsOf } from "../sim/exit-rules/budgeted.ts";
import { type Calibration, fitTemperature } from "../sim/rules/calibration.ts";
import { searchThresholds } from "../sim/rules/threshold-search.ts";
import type { ExitScores } from "../sim/setup.ts";

/** Rows with what every exit says about them. */
export type ScoredRows = Calibration;

/** One bin of a reliability diagram: rows whose confidence lies between i / bins and (i + 1) / bins. */
export interface ReliabilityBin {
  readonly rows: number;
  /** Mean confidence and accuracy of the rows; null where there are none. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  readonly accuracy: number;
  readonly confidence: number;
  /** Expected calibration error: mean over rows of |accuracy - confidence| of their bin (Guo et al. 2017). */
  readonly error: number;
}

/** Equal bins of confidence, as Guo et al. 2017 use. */
const binCount = 15;

/** How confidence and accuracy agree, exit by exit. */
export function reliability({ prediction, confidence }: ExitScores, labels: Int32Array): Reliability {
  const bins = Array.from({ length: binCount }, () => ({ rows: 0, confidence: 0, right: 0 }));
  labels.forEach((label, row) => {
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence[row]! * binCount))]!;
    bin.rows += 1;
    bin.confidence += confidence[row]!;
    bin.right += prediction[row] === label ? 1 : 0;
  });
  const sum = (of: (bin: { rows: number; confidence: number; right: number }) => number): number =>
    bins.reduce((total, bin) => total + of(bin), 0) / labels.length;
  return {
    bins: bins.map((bin) => ({
      rows: bin.rows,
      confidence: bin.rows === 0 ? null : bin.confidence / bin.rows,
      accuracy: bin.rows === 0 ? null : bin.right / bin.rows,
    })),
    accuracy: sum((bin) => bin.right),
    confidence: sum((bin) => bin.confidence),
    error: sum((bin) => Math.abs(bin.right - bin.confidence)),
  };
}

/** Temperature of every exit, fitted to these rows by their negative log likelihood. @throws RangeError where there are no logits */
export function temperaturesOf({ scores, labels }: ScoredRows, classes: number): number[] {
  return scores.map((exit) => fitTemperature(exit, labels, classes));
}

/** The rows with confidences of softmax(z / T) in place of softmax(z). */
export function tempered(rows: ScoredRows, classes: number, temperatures: readonly number[]): ScoredRows {
  const scores = rows.scores.map((exit, k) => {
    const confidence = new Float64Array(rows.rows);
    for (let row = 0; row < rows.rows; row += 1) {
      const at = row * classes;
      const top = exit.logits![at + exit.prediction[row]!]!;
      let sum = 0;
      for (let c = 0; c < classes; c += 1) sum += Math.exp((exit.logits![at + c]! - top) / temperatures[k]!);
      confidence[row] = 1 / sum;
    }
    return { ...exit, confidence };
  });
  return { ...rows, scores };
}

/** What happens to rows under thresholds on confidence. */
export interface Outcome {
  readonly accuracy: number;
  /** Share that leaves at each exit. */
  readonly shares: readonly number[];
  /** Mean of `cost` at the exits that answer. */
  readonly cost: number;
}

/** @param thresholds one an exit but the last, who takes the rest @param cost until each exit has spoken */
export function outcomeOf(
  { rows, labels, scores }: ScoredRows,
  thresholds: readonly number[],
  cost: readonly number[],
): Outcome {
  const left = scores.map(() => 0);
  let right = 0;
  for (let row = 0; row < rows; row += 1) {
    let exit = 0;
    while (exit < scores.length - 1 && !(scores[exit]!.confidence[row]! >= thresholds[exit]!)) exit += 1;
    left[exit]! += 1;
    if (scores[exit]!.prediction[row] === labels[row]) right += 1;
  }
  const shares = left.map((count) => count / rows);
  return { accuracy: right / rows, shares, cost: shares.reduce((sum, share, k) => sum + share * cost[k]!, 0) };
}

export type Goal =
  /** Least cost with at least this accuracy. */
  | { readonly kind: "accuracy"; readonly floor: number }
  /** Mean cost as a share of the whole network's, spent as MSDNet's budgeted batch does. */
  | { readonly kind: "budget"; readonly share: number }
  /** Share of all requests that is to leave at each exit but the last. */
  | { readonly kind: "shares"; readonly shares: readonly number[] };

/**
 * Thresholds on confidence for a goal, one an exit but the last.
 * @param cost until each exit has spoken, ascending, the whole network 1
 * @returns null where no thresholds reach an accuracy floor
 */
export function thresholdsFor(rows: ScoredRows, cost: readonly number[], goal: Goal): number[] | null {
  if (goal.kind === "budget") return thresholdsOf(rows, sharesOf(cost, goal.share)).slice(0, -1).map(reachable);
  if (goal.kind === "shares") {
    const rest = 1 - goal.shares.reduce((sum, share) => sum + share, 0);
    return thresholdsOf(rows, [...goal.shares, rest])
      .slice(0, -1)
      .map(reachable);
  }
  return forFloor(rows, cost, goal.floor);
}

/** A threshold that nothing reaches, as a scenario can write it. */
const reachable = (threshold: number): number => Math.min(1, threshold);

/** The cheapest that keep the floor, each exit's by itself. */
function forFloor(rows: ScoredRows, cost: readonly number[], floor: number): number[] | null {
  const { labels, scores } = rows;
  const graded = {
    rows: rows.rows,
    grades: scores.slice(0, -1).map(({ confidence }) => confidence),
    right: scores.map(({ prediction }) => Uint8Array.from(prediction, (said, row) => (said === labels[row] ? 1 : 0))),
  };
  const found = searchThresholds(graded, { each: true, strictest: 1, loosest: 0 }, (counts, right) =>
    right < floor * rows.rows - 1e-9 ? Number.POSITIVE_INFINITY : counts.reduce((sum, n, k) => sum + n * cost[k]!, 0),
  );
  return found === null ? null : [...found.thresholds];
}
