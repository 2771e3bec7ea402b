/** Where the warm-up ends. */
import { checkValues, type Values } from "./values.ts";

export interface Truncation {
  /** Leading entries to delete, of what was given. */
  readonly cut: number;
  /** The rule wanted to delete half or more: the run is too short to say. */
  readonly reachedHalf: boolean;
  /** The least squared standard error, at the cut. */
  readonly statistic: number;
}

/**
 * Marginal standard error rule: deletes the d <= k/2 leading entries that leave the smallest (1/(k-d)^2) sum of (Z_j - mean)^2 over the rest;
 * of equal ones the first.
 * @param means of consecutive batches or slices of equal length, in order of time; for several replications, averaged over them
 * @throws RangeError for an empty list, NaN or infinities
 * @see K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997; K. P. White, M. J. Cobb, S. C. Spratt, "A comparison of five steady-state truncation heuristics for simulation", WSC 2000 (MSER-5)
 */
export function mser(means: Values): Truncation {
  checkValues(means, "MSER");
  const k = means.length;
  const half = Math.floor(k / 2);
  let [mean, squares, cut, statistic] = [0, 0, 0, Number.POSITIVE_INFINITY];
  // From the end, so that the rest grows by one entry and its squares are updated without cancellation.
  for (let d = k - 1; d >= 0; d--) {
    const left = k - d;
    const off = means[d]! - mean;
    mean += off / left;
    squares += off * (means[d]! - mean);
    const error = squares / (left * left);
    if (d <= half && error <= statistic) {
      cut = d;
      statistic = error;
    }
  }
  return { cut, reachedHalf: cut === half, statistic };
}

/**
 * MSER-5: {@link mser} on means of five. Up to four values at the end that fill no batch are not looked at.
 * @param values in order of time
 * @returns `cut` in values: five times that of the batches
 * @throws RangeError for fewer than five values, NaN or infinities
 */
export function mser5(values: Values): Truncation {
  checkValues(values, "MSER-5", 5);
  const means: number[] = [];
  for (let i = 0; i + 5 <= values.length; i += 5) {
    means.push((values[i]! + values[i + 1]! + values[i + 2]! + values[i + 3]! + values[i + 4]!) / 5);
  }
  const found = mser(means);
  return { ...found, cut: 5 * found.cut };
}
