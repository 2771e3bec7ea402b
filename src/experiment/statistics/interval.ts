/** Intervals of means and of ratios from independent values, such as one per replication. */
import { mean, variance } from "./moments.ts";
import { studentFactor } from "./student.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

/** An estimate and the limits that cover what it estimates with a probability of `confidence`. */
export interface EstimateInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Independent values behind it. */
  readonly n: number;
}

/**
 * Student's interval of a mean.
 * @returns null for fewer than two values
 * @throws RangeError for an empty list, NaN, infinities, or a confidence outside (0, 1)
 */
export function meanInterval(values: Values, confidence = 0.95): EstimateInterval | null {
  checkConfidence(confidence);
  const estimate = mean(values);
  const n = values.length;
  if (n < 2) return null;
  return around(estimate, Math.sqrt(variance(values) / n), confidence, n);
}

/**
 * Interval of a ratio of sums, such as answers that were right over all answers, by replication. The estimate is the ratio itself; its
 * standard error is the jackknife's, which for few replications covers better than the delta method and for equal bottoms is that of
 * {@link meanInterval}.
 * @param tops one per replication
 * @param bottoms in the same order, none negative
 * @returns null for fewer than two replications, or when all but one have a bottom of 0
 * @throws RangeError when lengths differ, the bottoms sum to 0, or a value is negative below, NaN or infinite
 * @see R. G. Miller, "The jackknife: a review", Biometrika 61(1), 1974
 */
export function ratioInterval(tops: Values, bottoms: Values, confidence = 0.95): EstimateInterval | null {
  checkConfidence(confidence);
  checkValues(tops, "a ratio");
  checkValues(bottoms, "a ratio");
  const n = tops.length;
  if (bottoms.length !== n) throw new RangeError(`a ratio of ${n} tops and ${bottoms.length} bottoms`);
  let [top, bottom] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (bottoms[i]! < 0) throw new RangeError(`a ratio needs bottoms that are not negative, got ${bottoms[i]} at ${i}`);
    top += tops[i]!;
    bottom += bottoms[i]!;
  }
  if (bottom === 0) throw new RangeError("a ratio whose bottoms sum to 0");
  if (n < 2) return null;
  const without: number[] = [];
  for (let i = 0; i < n; i++) {
    if (bottom - bottoms[i]! <= 0) return null;
    without.push((top - tops[i]!) / (bottom - bottoms[i]!));
  }
  return around(top / bottom, Math.sqrt(variance(without) / n) * (n - 1), confidence, n);
}

function around(estimate: number, error: number, confidence: number, n: number): EstimateInterval {
  const half = studentFactor(confidence, n - 1) * error;
  return { estimate, low: estimate - half, high: estimate + half, confidence, n };
}
