/** Times of batches between the sizes that are given. */
import { mean } from "./distribution-moments.ts";
import type { BatchTimes } from "./setup.ts";

/**
 * Linear between the sizes given.
 * @param at time at the i-th of the sizes [s]
 * @throws RangeError for a batch larger than the largest
 */
export function betweenSizes(sizes: readonly number[], size: number, at: (i: number) => number): number {
  const above = sizes.findIndex((s) => s >= size);
  if (above < 0) throw new RangeError(`no time is known of a batch of ${size}`);
  const high = at(above);
  const [from, to] = [sizes[above - 1] ?? 0, sizes[above]!];
  if (to === size) return high;
  const low = at(above - 1);
  return low + ((size - from) / (to - from)) * (high - low);
}

/** Mean time of a batch of a size [s]. */
export function batchMean({ sizes, times }: BatchTimes, size: number): number {
  return betweenSizes(sizes, size, (i) => mean(times[i]!));
}
