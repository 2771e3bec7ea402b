/** Estimates over replications with their intervals, as `result.json` shows them. */
import type { Interval } from "./result.ts";
import { accuracyInterval, meanInterval, ratioInterval } from "./statistics/index.ts";

type Values = readonly (number | null)[];

/** Replications below which no interval is given. */
const fewestReplications = 3;

export class Estimator {
  readonly confidence: number;

  constructor(confidence: number) {
    this.confidence = confidence;
  }

  /** Mean of the replications' values; null when no replication has one. */
  mean(values: Values): Interval | null {
    const known = present(values);
    if (known.length === 0) return null;
    const estimate = known.reduce((a, b) => a + b, 0) / known.length;
    const limits = known.length < fewestReplications ? null : meanInterval(known, this.confidence);
    return this.interval(estimate, limits, known.length, values);
  }

  /** Ratio of sums over replications; null when the bottom is empty. */
  ratio(tops: Values, bottoms: Values): Interval | null {
    const pairs = tops.map((top, i) => [top, bottoms[i] ?? null] as const);
    const known = pairs.filter(
      (pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null && pair[1] > 0,
    );
    if (known.length === 0) return null;
    const sum = (i: 0 | 1): number => known.reduce((total, pair) => total + pair[i], 0);
    const limits =
      known.length < fewestReplications
        ? null
        : ratioInterval(
            known.map((p) => p[0]),
            known.map((p) => p[1]),
            this.confidence,
          );
    const values = pairs.map(([top, bottom]) => (top === null || bottom === null || bottom <= 0 ? null : top / bottom));
    return this.interval(sum(0) / sum(1), limits, known.length, values);
  }

  /**
   * Share of right answers. Evaluation rows are clusters: the interval covers their own sampling error beside that of the replications.
   * @param rows answers and right answers by row, [2 row] and [2 row + 1], per replication; null without an exit table
   */
  accuracy(
    right: readonly number[],
    given: readonly number[],
    rows: readonly (Float64Array | null)[],
  ): Interval | null {
    const interval = this.ratio(right, given);
    if (interval === null || interval.low === null || rows[0] === null || rows[0] === undefined) return interval;
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
    limits: { low: number; high: number } | null,
    n: number,
    values: Values,
  ): Interval {
    return {
      estimate,
      low: limits?.low ?? null,
      high: limits?.high ?? null,
      confidence: this.confidence,
      n,
      values: [...values],
    };
  }
}

function present(values: Values): number[] {
  return values.filter((value): value is number => value !== null);
}
