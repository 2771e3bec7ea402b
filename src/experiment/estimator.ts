/** Estimates over replications with their intervals, as `result.json` shows them. */
import type { Interval } from "./result.ts";
import {
  accuracyInterval,
  mean,
  meanInterval,
  ratioInterval,
  studentFactor,
  wilsonLimits,
} from "./statistics/index.ts";

type Values = readonly (number | null)[];

/** Tops and bottoms of a ratio of sums. */
export interface Ratios {
  readonly tops: Values;
  readonly bottoms: Values;
}

/** Replications below which no interval is made of them. */
const fewestReplications = 3;
const none: Ratios = { tops: [], bottoms: [] };

export class Estimator {
  readonly confidence: number;

  constructor(confidence: number) {
    this.confidence = confidence;
  }

  /**
   * Mean of the replications' values; null when no replication has one.
   * @param batches values of the batches of long runs, which the interval is made of when there are too few replications
   */
  mean(values: Values, batches: Values = []): Interval | null {
    const known = present(values);
    if (known.length === 0) return null;
    const estimate = mean(known);
    const independent = known.length < fewestReplications ? present(batches) : known;
    const limits = independent.length < fewestReplications ? null : meanInterval(independent, this.confidence);
    return this.interval(estimate, limits, limits === null ? known.length : independent.length, values);
  }

  /** Ratio of sums over replications; null when the bottom is empty. */
  ratio({ tops, bottoms }: Ratios, batches: Ratios = none): Interval | null {
    const known = pairs(tops, bottoms);
    if (known.length === 0) return null;
    const sum = (i: 0 | 1): number => known.reduce((total, pair) => total + pair[i], 0);
    const independent = known.length < fewestReplications ? pairs(batches.tops, batches.bottoms) : known;
    const limits =
      independent.length < fewestReplications
        ? null
        : ratioInterval(
            independent.map((p) => p[0]),
            independent.map((p) => p[1]),
            this.confidence,
          );
    const values = tops.map((top, i) => {
      const bottom = bottoms[i] ?? null;
      return top === null || bottom === null || bottom <= 0 ? null : top / bottom;
    });
    return this.interval(sum(0) / sum(1), limits, limits === null ? known.length : independent.length, values);
  }

  /**
   * Share of trials: a ratio of sums with Wilson's limits, for as many independent trials as the spread between replications shows; for all
   * of them when there is none.
   */
  share(all: Ratios, batches: Ratios = none): Interval | null {
    const interval = this.ratio(all, batches);
    if (interval === null || interval.low === null || interval.high === null) return interval;
    const factor = studentFactor(this.confidence, interval.n - 1);
    const error = (interval.high - interval.low) / 2 / factor;
    const share = Math.min(1, Math.max(0, interval.estimate));
    const spread = share * (1 - share);
    const trials = pairs(all.tops, all.bottoms).reduce((sum, [, bottom]) => sum + bottom, 0);
    return { ...interval, ...wilsonLimits(share, spread > 0 && error > 0 ? spread / error ** 2 : trials, factor) };
  }

  /**
   * Share of right answers. Evaluation rows are clusters: the interval covers their own sampling error beside that of the replications.
   * @param rows answers and right answers by row, [2 row] and [2 row + 1], per replication; null without an exit table
   */
  accuracy(all: Ratios, rows: readonly (Float64Array | null)[], batches: Ratios = none): Interval | null {
    if (rows[0] === null || rows[0] === undefined) return this.share(all, batches);
    const interval = this.ratio(all, batches);
    if (interval === null || interval.low === null) return interval;
    const size = rows[0].length / 2;
    const [n, c] = [new Float64Array(size), new Float64Array(size)];
    for (const tally of rows) {
      for (let i = 0; i < size; i++) {
        n[i] = n[i]! + tally![2 * i]!;
        c[i] = c[i]! + tally![2 * i + 1]!;
      }
    }
    return { ...interval, ...accuracyInterval(interval, n, c, this.confidence) };
  }

  private interval(
    estimate: number,
    limits: { low: number; high: number; estimate: number } | null,
    n: number,
    values: Values,
  ): Interval {
    // Batches leave out what fills none of them: their limits are put around the estimate of all.
    const shift = limits === null ? 0 : estimate - limits.estimate;
    return {
      estimate,
      low: limits === null ? null : limits.low + shift,
      high: limits === null ? null : limits.high + shift,
      confidence: this.confidence,
      n,
      values: [...values],
    };
  }
}

function present(values: Values): number[] {
  return values.filter((value): value is number => value !== null);
}

function pairs(tops: Values, bottoms: Values): (readonly [number, number])[] {
  return tops
    .map((top, i) => [top, bottoms[i] ?? null] as const)
    .filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null && pair[1] > 0);
}
