/** How much longer to go on: replications after which a difference would be settled. */
import { studentFactor } from "./student.ts";

export interface DecisionOptions {
  /** Level at which the difference is tested, such as 0.05, or less among several. */
  readonly level: number;
  /** Replications there are. */
  readonly n: number;
  /** Part of the error's variance that no replication removes. Default 0. */
  readonly lasting?: number;
  /** Degrees of freedom by replications. Default n - 1, of pairs. */
  readonly df?: (n: number) => number;
  /** Above so many nobody waits. Default 10,000. */
  readonly most?: number;
}

/**
 * Smallest number of replications, no fewer than there are, whose interval would leave out 0 if the difference and the variance between
 * replications stay what they are: t(1 - level / 2, df(i)) sqrt(S^2 / i + lasting) <= |d|. An estimate, not a promise: the difference seen may
 * itself be chance.
 * @param difference d
 * @param variance S^2, of the difference of one replication
 * @returns null when `most` would not do, as for a difference of 0
 * @throws RangeError for NaN, a negative variance, or a level outside (0, 1)
 * @see A. M. Law, "Simulation Modeling and Analysis", 5th ed., section 9.4.1: replications for an absolute error of |d|
 */
export function replicationsToDecide(difference: number, variance: number, options: DecisionOptions): number | null {
  const { level, lasting = 0, df = (i: number) => i - 1, most = 10_000 } = options;
  if (!(variance >= 0) || !Number.isFinite(difference) || !(level > 0 && level < 1))
    throw new RangeError(`replications to decide ${difference} with variance ${variance} at level ${level}`);
  const isEnough = (i: number): boolean =>
    studentFactor(1 - level, df(i)) * Math.sqrt(variance / i + lasting) <= Math.abs(difference);
  if (difference === 0) return null;
  let low = Math.max(3, options.n);
  if (low > most || !isEnough(most)) return null;
  if (isEnough(low)) return low;
  for (let high = most; high - low > 1; ) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
    if (high - low === 1) return high;
  }
  return most;
}
