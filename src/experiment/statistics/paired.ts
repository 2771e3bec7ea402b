/** Two policies compared on the same random numbers: differences, pair by pair. */
import { mean, variance } from "./moments.ts";
import { studentFactor, studentP } from "./student.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

export interface Difference {
  /** Mean of the differences. */
  readonly estimate: number;
  /** Null for a single pair. */
  readonly low: number | null;
  readonly high: number | null;
  readonly confidence: number;
  /** Pairs. */
  readonly n: number;
  /** Two-sided, of the hypothesis that the mean difference is 0; null for a single pair. */
  readonly p: number | null;
}

/**
 * Student's interval and test of a mean difference. When all differences are equal the interval has no width, and p is 1 for 0 and 0 otherwise.
 * @param differences one per pair, such as X_r - Y_r of replication r
 * @throws RangeError for an empty list, NaN, infinities, or a confidence outside (0, 1)
 */
export function pairedDifference(differences: Values, confidence = 0.95): Difference {
  checkConfidence(confidence);
  checkValues(differences, "a paired difference");
  const n = differences.length;
  const estimate = mean(differences);
  if (n < 2) return { estimate, low: null, high: null, confidence, n, p: null };
  const error = Math.sqrt(variance(differences) / n);
  const half = studentFactor(confidence, n - 1) * error;
  const p = error > 0 ? studentP(estimate / error, n - 1) : estimate === 0 ? 1 : 0;
  return { estimate, low: estimate - half, high: estimate + half, confidence, n, p };
}

/**
 * What pairing was worth: Var(X - Y) / (Var X + Var Y). Below 1 common random numbers help; above 1 they were not synchronised.
 * @returns null for fewer than two pairs, or when neither varies
 * @throws RangeError when lengths differ, or a value is NaN or infinite
 */
export function varianceRatio(x: Values, y: Values): number | null {
  if (x.length !== y.length) throw new RangeError(`pairs of ${x.length} and ${y.length} values`);
  checkValues(x, "a variance ratio", 0);
  checkValues(y, "a variance ratio", 0);
  if (x.length < 2) return null;
  const apart = variance(x) + variance(y);
  return apart === 0 ? null : variance(Array.from(x, (value, i) => value - y[i]!)) / apart;
}
