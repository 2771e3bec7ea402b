/** The difference of two policies in one metric, with all that verdicts and plans are made of. */
import { isInterval, type Metric, valueAt } from "./metrics.ts";
import type { Interval, PolicyResult, RowAnswers } from "./result.ts";
import {
  mean,
  pairedAccuracyError,
  replicationsToDecide,
  studentFactor,
  studentP,
  variance,
  welchDifference,
} from "./statistics/index.ts";

/** A policy that may be compared. */
export interface Candidate {
  readonly name: string;
  readonly result: PolicyResult;
  /** Null without an exit table, or where it was not kept. */
  readonly rows: Pick<RowAnswers, "given" | "right"> | null;
}

/** Replications below which no interval is made of them. */
export const fewestReplications = 3;

export interface Difference {
  readonly metric: Metric;
  /** The one minus the other. */
  readonly estimate: number;
  /** One per pair; empty where replications are no pairs. */
  readonly values: readonly (number | null)[];
  /** Pairs, or replications of the shorter. */
  readonly n: number;
  readonly isPaired: boolean;
  /** Standard error and its degrees of freedom; null where there are too few replications. */
  readonly error: { readonly size: number; readonly df: number } | null;
  /** Replications that would settle it at a level, if all stays as it is; null when none up to 10,000 would. */
  readonly needed: (level: number) => number | null;
}

/**
 * @param isPaired whether replication r of both met the same random numbers
 * @returns null where one has no value
 */
export function differenceOf(metric: Metric, one: Candidate, other: Candidate, isPaired: boolean): Difference | null {
  const [a, b] = [valueAt(one.result, metric.path), valueAt(other.result, metric.path)];
  if (!isInterval(a) || !isInterval(b)) return null;
  const found = isPaired ? paired(a, b) : apart(a, b);
  if (found === null) return null;
  const rows =
    metric.path === "accuracy" && one.rows !== null && other.rows !== null ? ([one.rows, other.rows] as const) : null;
  const { df, runs, n, spread, values, estimate } = found;
  const base = { metric, estimate, values, n, isPaired };
  if (runs === null || df === null) return { ...base, error: null, needed: () => fewestReplications };
  if (rows === null)
    return {
      ...base,
      error: { size: Math.sqrt(runs), df },
      needed: (level) => replicationsToDecide(estimate, spread, { level, n, df: found.dfOf }),
    };
  const half = studentFactor(0.95, df) * Math.sqrt(runs);
  const error = pairedAccuracyError(
    { estimate, low: estimate - half, high: estimate + half, n, df },
    rows[0],
    rows[1],
    0.95,
  );
  if (error === null) return { ...base, error: null, needed: () => null };
  return {
    ...base,
    error: { size: Math.sqrt(error.variance), df: error.df },
    needed: (level) => replicationsToDecide(estimate, spread, { level, n, lasting: error.lasting, df: () => error.df }),
  };
}

interface Raw {
  readonly estimate: number;
  readonly values: readonly (number | null)[];
  readonly n: number;
  /** Squared standard error; null below three replications. */
  readonly runs: number | null;
  readonly df: number | null;
  /** Variance of the difference of one replication. */
  readonly spread: number;
  readonly dfOf: (n: number) => number;
}

/** Ratios of sums are not means of ratios: the difference is that of the figures shown, its error that of the pairs. */
function paired(a: Interval, b: Interval): Raw | null {
  const isSameLength = a.values.length === b.values.length;
  const values = a.values.slice(0, b.values.length).map((x, r) => {
    const y = b.values[r] ?? null;
    return x === null || y === null ? null : x - y;
  });
  const known = values.filter((v) => v !== null);
  const n = known.length;
  if (n === 0) return null;
  const spread = n < 2 ? 0 : variance(known);
  return {
    // Where one has more replications, only pairs count.
    estimate: isSameLength ? a.estimate - b.estimate : mean(known),
    values,
    n,
    runs: n < fewestReplications ? null : spread / n,
    df: n < fewestReplications ? null : n - 1,
    spread,
    dfOf: (i) => i - 1,
  };
}

function apart(a: Interval, b: Interval): Raw | null {
  const [x, y] = [a, b].map(({ values }) => values.filter((v) => v !== null)) as [number[], number[]];
  const n = Math.min(x.length, y.length);
  if (n === 0) return null;
  const estimate = a.estimate - b.estimate;
  if (n < fewestReplications)
    return { estimate, values: [], n, runs: null, df: null, spread: 0, dfOf: (i) => 2 * (i - 1) };
  const [vx, vy] = [variance(x), variance(y)];
  const both = vx + vy;
  const share = both === 0 ? 0.5 : vx / both;
  return {
    estimate,
    values: [],
    n,
    runs: vx / x.length + vy / y.length,
    df: welchDifference(x, y).df,
    spread: both,
    dfOf: (i) => (i - 1) / (share ** 2 + (1 - share) ** 2),
  };
}

/** Limits at a confidence; null where there are too few replications. */
export function limitsOf(
  { estimate, error }: Difference,
  confidence: number,
): { low: number | null; high: number | null } {
  if (error === null) return { low: null, high: null };
  const half = error.size === 0 ? 0 : studentFactor(confidence, error.df) * error.size;
  return { low: estimate - half, high: estimate + half };
}

/** Two-sided p value of no difference; null where there are too few replications. */
export function pOf({ estimate, error }: Difference): number | null {
  if (error === null) return null;
  return error.size > 0 ? studentP(estimate / error.size, error.df) : estimate === 0 ? 1 : 0;
}
