/** Quantiles by nearest rank, with limits from order statistics that hold for any distribution. */
import { nearestRank } from "../../sim/nearest-rank.ts";
import { normalQuantile } from "../../sim/normal.ts";
import { incompleteBeta } from "../../sim/special.ts";
import type { EstimateInterval } from "./interval.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";

export { nearestRank };

/**
 * The ⌈q n⌉-th smallest value.
 * @param q 0 to 1
 * @throws RangeError for q outside 0 to 1, an empty list, NaN or infinities
 */
export function quantile(values: Values, q: number): number {
  return quantileSorted(sort(values), q);
}

/** {@link quantile} of values that are ascending already, which is not checked. */
export function quantileSorted(ascending: Values, q: number): number {
  return ascending[nearestRank(q, ascending.length) - 1]!;
}

/**
 * Ranks l < u, 1 to n, such that the l-th and u-th smallest of n independent values cover their q-quantile with at least `confidence`, and
 * miss it to either side with at most half the rest: exact binomial probabilities.
 * @returns null when n is too small to have both
 * @throws RangeError for q or confidence outside (0, 1), or n that is not a positive integer
 * @see H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., section 7.1
 */
export function quantileRanks(
  n: number,
  q: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } | null {
  check(q, confidence);
  if (!(Number.isSafeInteger(n) && n > 0)) throw new RangeError(`ranks of ${n} values`);
  const miss = (1 - confidence) / 2;
  // Values below the quantile are binomial (n, q); l - 1 is the most that are still unlikely to be all.
  const low = firstWith(n, q, miss, (k) => below(k, n, q) > miss);
  const high = firstWith(n, q, 1 - miss, (k) => above(k, n, q) <= miss) + 1;
  return low < 1 || high > n ? null : { low, high };
}

/**
 * Quantile and its order-statistic limits.
 * @param effective independent values that the list is worth, for correlated ones (see {@link effectiveSize}): the limits are then those of so many, put on this list
 * @returns null when there are too few values, see {@link smallestSample}
 * @throws RangeError for q or confidence outside (0, 1), an empty list, NaN or infinities
 */
export function quantileInterval(
  values: Values,
  q: number,
  confidence = 0.95,
  effective: number = values.length,
): EstimateInterval | null {
  const ascending = sort(values);
  const n = ascending.length;
  const worth = Math.min(n, Math.floor(effective));
  const ranks = worth < 1 ? null : quantileRanks(worth, q, confidence);
  if (ranks === null) return null;
  const low = ascending[Math.max(1, Math.floor((ranks.low * n) / worth)) - 1]!;
  const high = ascending[Math.min(n, Math.ceil((ranks.high * n) / worth)) - 1]!;
  return { estimate: quantileSorted(ascending, q), low, high, confidence, n: worth };
}

/** Smallest n for which {@link quantileRanks} has both limits; at 95 %: p90 36, p95 72, p99 368, p99.9 3688. @throws RangeError for q or confidence outside (0, 1) */
export function smallestSample(q: number, confidence = 0.95): number {
  check(q, confidence);
  // No value above the quantile has probability q^n, none below it (1 - q)^n.
  const n = Math.ceil(Math.log((1 - confidence) / 2) / Math.log(Math.max(q, 1 - q)));
  return quantileRanks(n, q, confidence) === null ? n + 1 : n;
}

function check(q: number, confidence: number): void {
  checkConfidence(confidence);
  if (!(q > 0 && q < 1)) throw new RangeError(`limits of a quantile are for 0 < q < 1, got ${q}`);
}

/** P(at most k of n), k below n. */
function below(k: number, n: number, q: number): number {
  return k < 0 ? 0 : k >= n ? 1 : incompleteBeta(n - k, k + 1, 1 - q, q);
}

/** P(more than k of n). */
function above(k: number, n: number, q: number): number {
  return k < 0 ? 1 : k >= n ? 0 : incompleteBeta(k + 1, n - k, q, 1 - q);
}

/** Smallest k in 0 … n where a condition that stays true begins, looked for around the normal approximation. */
function firstWith(n: number, q: number, share: number, holds: (k: number) => boolean): number {
  const guess = Math.round(n * q + normalQuantile(share) * Math.sqrt(n * q * (1 - q)));
  let k = Math.min(n, Math.max(0, guess));
  while (k > 0 && holds(k - 1)) k--;
  while (k < n && !holds(k)) k++;
  return k;
}

function sort(values: Values): Float64Array {
  checkValues(values, "a quantile");
  return Float64Array.from(values).sort();
}
