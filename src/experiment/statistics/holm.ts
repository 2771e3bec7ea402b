/** Several comparisons at once. */

/**
 * p values adjusted by Holm's step-down method: comparing each with a level keeps the chance of any false finding below that level, whatever
 * their dependence.
 * @param p values of one family
 * @returns in the same order, each at least as large as before, at most 1
 * @throws RangeError for a value outside 0 to 1
 * @see S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2), 1979
 */
export function holm(p: readonly number[]): number[] {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new RangeError(`a p value is 0 to 1, got ${value}`);
  const order = [...p.keys()].sort((a, b) => p[a]! - p[b]!);
  const adjusted = new Array<number>(p.length).fill(0);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.min(1, Math.max(least, (p.length - rank) * p[index]!));
    adjusted[index] = least;
  });
  return adjusted;
}

/**
 * The level at which Holm's method holds each p value against, so that an interval of confidence 1 - level excludes 0 exactly when the difference
 * counts as found: level / (m - rank) for those found, that of the first not found for the rest.
 * @param p values of one family, in any order
 * @returns in the same order
 */
export function holmLevels(p: readonly number[], level: number): number[] {
  const order = [...p.keys()].sort((a, b) => p[a]! - p[b]!);
  const levels = new Array<number>(p.length).fill(level);
  let stopped: number | null = null;
  order.forEach((index, rank) => {
    const own = level / (p.length - rank);
    if (stopped === null && p[index]! > own) stopped = own;
    levels[index] = stopped ?? own;
  });
  return levels;
}
