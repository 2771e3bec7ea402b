/** Two policies on random numbers of their own: differences of means without pairs. */
import { mean, variance } from "./moments.ts";
import type { Difference } from "./paired.ts";
import { studentFactor, studentP } from "./student.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

/**
 * Welch's interval and test of the difference of two means with variances of their own, mean of `x` less mean of `y`. Not for values that
 * belong together pair by pair: {@link pairedDifference} says more about those.
 * @returns `n`, the smaller of both numbers of values; `df` after Satterthwaite, null below two values of either
 * @throws RangeError for an empty list, NaN, infinities, or a confidence outside (0, 1)
 * @see B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved", Biometrika 34, 1947
 */
export function welchDifference(x: Values, y: Values, confidence = 0.95): Difference & { readonly df: number | null } {
  checkConfidence(confidence);
  checkValues(x, "a difference of means");
  checkValues(y, "a difference of means");
  const n = Math.min(x.length, y.length);
  const estimate = mean(x) - mean(y);
  if (n < 2) return { estimate, low: null, high: null, confidence, n, p: null, df: null };
  const [a, b] = [variance(x) / x.length, variance(y) / y.length];
  const error = Math.sqrt(a + b);
  if (error === 0)
    return {
      estimate,
      low: estimate,
      high: estimate,
      confidence,
      n,
      p: estimate === 0 ? 1 : 0,
      df: x.length + y.length - 2,
    };
  const share = a / (a + b);
  const df = 1 / (share ** 2 / (x.length - 1) + (1 - share) ** 2 / (y.length - 1));
  const half = studentFactor(confidence, df) * error;
  return {
    estimate,
    low: estimate - half,
    high: estimate + half,
    confidence,
    n,
    p: studentP(estimate / error, df),
    df,
  };
}
