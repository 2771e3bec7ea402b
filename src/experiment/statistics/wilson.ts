/** Interval of a proportion. */
import type { EstimateInterval } from "./interval.ts";
import { normalQuantile } from "./student.ts";
import { checkConfidence } from "./values.ts";

/**
 * Wilson's score interval, inside [0, 1] and of some width even when all or none succeeded.
 * @param successes 0 to n
 * @param n independent trials; need not be whole, for trials worth fewer than they are
 * @throws RangeError for n that is not positive, successes outside 0 to n, or a confidence outside (0, 1)
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22(158), 1927
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): EstimateInterval {
  checkConfidence(confidence);
  if (!(n > 0 && n < Number.POSITIVE_INFINITY && successes >= 0 && successes <= n)) {
    throw new RangeError(`a proportion of ${successes} in ${n}`);
  }
  const z = normalQuantile((1 + confidence) / 2);
  return { estimate: successes / n, ...wilsonLimits(successes / n, n, z), confidence, n };
}

/** Wilson's limits of a share for any factor in place of the normal quantile. */
export function wilsonLimits(
  share: number,
  n: number,
  factor: number,
): { readonly low: number; readonly high: number } {
  const zz = (factor * factor) / n;
  const middle = (share + zz / 2) / (1 + zz);
  const half = (factor * Math.sqrt((share * (1 - share)) / n + zz / (4 * n))) / (1 + zz);
  return { low: share === 0 ? 0 : Math.max(0, middle - half), high: share === 1 ? 1 : Math.min(1, middle + half) };
}
