/**
 * Which of n ascending values is their q-quantile: the ⌈q n⌉-th smallest, the one definition used everywhere.
 * Allows for the rounding of q n, so that 0.07 of 100 is the 7th and not, by 7.000000000000001, the 8th.
 * @param q 0 to 1; 0 gives the smallest
 * @returns rank, 1 to n
 * @throws RangeError for q outside 0 to 1, or when n is not a positive integer
 */
export function nearestRank(q: number, n: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile is asked for at 0 to 1, got ${q}`);
  if (!(Number.isSafeInteger(n) && n > 0)) throw new RangeError(`a quantile needs at least one value, got ${n}`);
  const rank = Math.ceil(q * n * (1 - 4 * Number.EPSILON));
  return Math.min(n, Math.max(1, rank));
}
