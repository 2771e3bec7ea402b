/** When there are enough replications. */
import { Moments } from "./moments.ts";
import { studentFactor } from "./student.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

export interface PrecisionOptions {
  /** Largest relative error wanted, such as 0.02: |estimate - truth| / |truth|. */
  readonly precision: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Fewest replications. Default 10. */
  readonly least?: number;
  /** Further replications over which the precision must hold, of up to 100; more in proportion. Default 5. */
  readonly lookAhead?: number;
}

export interface Precision {
  /** Enough replications: the precision was reached and held. */
  readonly reached: boolean;
  /** Replications at which it was first reached for good; null when it was not. */
  readonly at: number | null;
  /** Half width over |mean|, of all values; Infinity below two of them, or for a mean of 0. */
  readonly relativeHalfWidth: number;
  /** What it is compared with: precision / (1 + precision), because the error wanted is relative to the truth and not to the estimate. */
  readonly limit: number;
}

/**
 * Sequential stopping: replications are enough as soon as the half width of Student's interval is at most `limit` of the mean, and stays so
 * for the look-ahead.
 * @param values one per replication, in order
 * @throws RangeError for NaN, infinities, a precision that is not positive, or a confidence outside (0, 1)
 * @see K. Hoad, S. Robinson, R. Davies, "Automated selection of the number of replications for a discrete-event simulation", Journal of the Operational Research Society 61(11), 2010; A. M. Law, "Simulation Modeling and Analysis", section 9.4.1 (limit)
 */
export function relativePrecision(values: Values, options: PrecisionOptions): Precision {
  const { precision, confidence = 0.95, least = 10, lookAhead = 5 } = options;
  checkConfidence(confidence);
  checkValues(values, "a precision", 0);
  if (!(precision > 0)) throw new RangeError(`a relative precision is positive, got ${precision}`);
  const limit = precision / (1 + precision);
  const moments = new Moments();
  let since: number | null = null;
  let at: number | null = null;
  let width = Number.POSITIVE_INFINITY;
  for (let n = 1; n <= values.length; n++) {
    moments.add(values[n - 1]!);
    width = relativeHalfWidth(moments, confidence);
    since = n < least || width > limit ? null : (since ?? n);
    if (since !== null && n >= since + (lookAhead * Math.max(100, since)) / 100) at ??= since;
  }
  return { reached: at !== null, at, relativeHalfWidth: width, limit };
}

function relativeHalfWidth(moments: Moments, confidence: number): number {
  if (moments.n < 2) return Number.POSITIVE_INFINITY;
  const half = studentFactor(confidence, moments.n - 1) * Math.sqrt(moments.variance / moments.n);
  return half === 0 ? 0 : half / Math.abs(moments.mean);
}
