/** Interval of the mean of one long run, whose values are correlated. */
import { type EstimateInterval, meanInterval } from "./interval.ts";
import { lag1Correlation } from "./moments.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

export interface BatchMeans extends EstimateInterval {
  readonly batchSize: number;
  /** Correlation of neighbours among the batches it was judged by, which are as large or smaller. */
  readonly lag1: number;
  /** In order; the interval's n of them. */
  readonly means: readonly number[];
}

const FEWEST = 20;
const MOST = 30;
/** Correlation is judged on up to this many: of 30 uncorrelated batches every fourth set has a lag-1 above 0.2. */
const JUDGED = 240;
const UNCORRELATED = 0.2;

/**
 * Batch means: the run is cut into 20 to 30 equal batches, whose means are taken as independent. Batches of n / 240 values are doubled
 * until the lag-1 correlation of their means is below 0.2 in size; the final ones are at least as large. What does not fill a batch is left
 * out at the beginning.
 * @param values in order of time, warm-up deleted
 * @returns null when the run is too short: fewer than 20 batches are left before they are uncorrelated
 * @throws RangeError for an empty list, NaN, infinities, or a confidence outside (0, 1)
 * @see A. M. Law, J. S. Carson, "A sequential procedure for determining the length of a steady-state simulation", Operations Research 27(5), 1979
 */
export function batchMeansInterval(values: Values, confidence = 0.95): BatchMeans | null {
  checkConfidence(confidence);
  checkValues(values, "batch means");
  const n = values.length;
  for (let size = Math.max(1, Math.floor(n / JUDGED)); Math.floor(n / size) >= FEWEST; size *= 2) {
    const lag1 = lag1Correlation(batch(values, size));
    if (Math.abs(lag1) >= UNCORRELATED) continue;
    const batchSize = Math.floor(n / Math.min(MOST, Math.floor(n / size)));
    const means = batch(values, batchSize).slice(-MOST);
    return { ...meanInterval(means, confidence)!, batchSize, lag1, means };
  }
  return null;
}

/** Means of consecutive batches of `size` values; what does not fill one is left out at the beginning. @throws RangeError for a size below 1 */
export function batch(values: Values, size: number): number[] {
  if (!(Number.isSafeInteger(size) && size > 0))
    throw new RangeError(`a batch size is a positive integer, got ${size}`);
  const means: number[] = [];
  for (let from = values.length % size; from < values.length; from += size) {
    let sum = 0;
    for (let i = from; i < from + size; i++) sum += values[i]!;
    means.push(sum / size);
  }
  return means;
}
