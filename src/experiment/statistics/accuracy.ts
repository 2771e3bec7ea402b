/**
 * Intervals of an accuracy that is measured on the rows of an evaluation set, each asked many times. Rows are clusters: what is asked twice
 * is answered alike, so requests beyond the rows add nothing to what is known about inputs never seen.
 */
import { studentFactor, studentP } from "./student.ts";
import { checkConfidence, checkValues, type Values } from "./values.ts";
import { wilsonLimits } from "./wilson.ts";

/** Answers by evaluation row, over all replications. */
export interface RowCounts {
  readonly given: Values;
  readonly right: Values;
}

/** What is known from the replications alone; limits null when there are too few. */
export interface ReplicationInterval {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Replications. */
  readonly n: number;
  /** Degrees of freedom of the limits. n - 1 unless given. */
  readonly df?: number;
}

/** Of an estimate whose error has a part that more replications would not remove. */
export interface CombinedError {
  readonly variance: number;
  readonly df: number;
  /** Variance over replications alone. */
  readonly runs: number;
  /** What remains of the variance however many replications there are. */
  readonly lasting: number;
}

export interface Limits {
  readonly low: number | null;
  readonly high: number | null;
}

/** Variance of a ratio of sums over rows taken as a random sample of all inputs. */
export interface RowError {
  /** Ratio of sums. */
  readonly estimate: number;
  /** Cluster-robust: the rows' own sampling error and that of which requests fell on which row. */
  readonly variance: number;
  /** The part that more requests on the same rows would not remove. */
  readonly lasting: number;
  /** Rows with an answer. */
  readonly rows: number;
}

/**
 * Accuracy and its cluster-robust variance: sum of (c_i - A n_i)^2 / (sum of n_i)^2 x m / (m - 1) over the m rows that were asked.
 * @returns null when no row was asked
 * @throws RangeError when lengths differ, or counts are negative, NaN or infinite
 * @see W. G. Cochran, "Sampling Techniques", 3rd ed., sections 6.3 and 9A.1 (ratio to size of unequal clusters)
 */
export function rowError(counts: RowCounts): RowError | null {
  const found = influence(counts);
  return found === null ? null : summed(found.estimate, found.by, counts.given);
}

/**
 * Limits of an accuracy that cover the error of its rows and that of the replications. Their variances add, less what both contain (which
 * requests fell on which rows); never below the cluster-robust variance of the rows. As limits of a proportion, by Wilson with as many trials
 * as give that variance, and Student's factor with degrees of freedom after Satterthwaite.
 * @param replications interval of the same accuracy over replications, by {@link ratioInterval} at the same confidence
 * @param given answers by row, all replications together
 * @param right those that were right, in the same order
 * @returns null limits when the replications have none, or no row was asked
 * @throws RangeError when lengths differ, or counts are negative, NaN or infinite
 */
export function accuracyInterval(
  replications: ReplicationInterval,
  given: Values,
  right: Values,
  confidence = 0.95,
): Limits {
  checkConfidence(confidence);
  const rows = rowError({ given, right });
  const error = combined(replications, rows, confidence);
  if (rows === null || error === null) return { low: null, high: null };
  const share = Math.min(1, Math.max(0, replications.estimate));
  const spread = share * (1 - share);
  // All right or all wrong: every row is a trial.
  const trials = spread > 0 && error.variance > 0 ? spread / error.variance : rows.rows;
  return wilsonLimits(share, trials, studentFactor(confidence, error.df));
}

/**
 * Limits and two-sided p value of a difference of two accuracies, paired by row: an input that both policies get wrong says nothing about
 * which is better.
 * @param replications interval of the difference over replications, at the same confidence
 * @param one answers of the policy that is compared
 * @param other answers of that it is compared with, on the same rows
 * @returns null limits and p when the replications have none, or no row was asked of either
 * @throws RangeError when lengths differ, or counts are negative, NaN or infinite
 */
export function pairedAccuracyInterval(
  replications: ReplicationInterval,
  one: RowCounts,
  other: RowCounts,
  confidence = 0.95,
): Limits & { readonly p: number | null } {
  const error = pairedAccuracyError(replications, one, other, confidence);
  if (error === null) return { low: null, high: null, p: null };
  const { estimate } = replications;
  const half = studentFactor(confidence, error.df) * Math.sqrt(error.variance);
  const p = error.variance > 0 ? studentP(estimate / Math.sqrt(error.variance), error.df) : estimate === 0 ? 1 : 0;
  return { low: estimate - half, high: estimate + half, p };
}

/**
 * What {@link pairedAccuracyInterval} makes its limits of.
 * @returns null when the replications have no limits, or no row was asked of either
 * @throws RangeError as there
 */
export function pairedAccuracyError(
  replications: ReplicationInterval,
  one: RowCounts,
  other: RowCounts,
  confidence = 0.95,
): CombinedError | null {
  checkConfidence(confidence);
  return combined(replications, pairedRowError(one, other), confidence);
}

/**
 * Difference of two accuracies and its variance over rows, paired by row.
 * @returns null when no row was asked of either
 * @throws RangeError when lengths differ, or counts are negative, NaN or infinite
 */
export function pairedRowError(one: RowCounts, other: RowCounts): RowError | null {
  if (one.given.length !== other.given.length) {
    throw new RangeError(`accuracies on ${one.given.length} and ${other.given.length} rows cannot be paired`);
  }
  const [a, b] = [influence(one), influence(other)];
  if (a === null || b === null) return null;
  const by = a.by.map((value, i) => value - b.by[i]!);
  const asked = Float64Array.from(by, (_, i) => Math.max(one.given[i]!, other.given[i]!));
  return summed(a.estimate - b.estimate, by, asked);
}

/** What each row adds to the deviation of the ratio from its expectation: (c_i - A n_i) / sum of n. */
function influence({ given, right }: RowCounts): { readonly estimate: number; readonly by: Float64Array } | null {
  checkValues(given, "an accuracy", 0);
  checkValues(right, "an accuracy", 0);
  if (given.length !== right.length) throw new RangeError(`${given.length} rows asked and ${right.length} answered`);
  let [asked, correct] = [0, 0];
  for (let i = 0; i < given.length; i++) {
    if (!(right[i]! >= 0 && right[i]! <= given[i]!))
      throw new RangeError(`row ${i} with ${right[i]} right of ${given[i]}`);
    asked += given[i]!;
    correct += right[i]!;
  }
  if (asked === 0) return null;
  const estimate = correct / asked;
  return { estimate, by: Float64Array.from(given, (n, i) => (right[i]! - estimate * n) / asked) };
}

function summed(estimate: number, by: Float64Array, asked: Values): RowError {
  let [variance, lasting, rows] = [0, 0, 0];
  for (let i = 0; i < by.length; i++) {
    const n = asked[i]!;
    if (n === 0) continue;
    rows += 1;
    variance += by[i]! ** 2;
    // Of n equal answers, n (n - 1) of the n^2 pairs are of different requests.
    lasting += by[i]! ** 2 * Math.max(0, 1 - 1 / n);
  }
  const factor = rows > 1 ? rows / (rows - 1) : 1;
  return { estimate, variance: variance * factor, lasting: lasting * factor, rows };
}

/** Variance of both errors together, and its degrees of freedom. F. E. Satterthwaite, Biometrics Bulletin 2(6), 1946. */
function combined(replications: ReplicationInterval, rows: RowError | null, confidence: number): CombinedError | null {
  const { low, high, n, df = n - 1 } = replications;
  if (rows === null || low === null || high === null || n < 2 || rows.rows < 2) return null;
  const runs = ((high - low) / 2 / studentFactor(confidence, df)) ** 2;
  const { lasting } = rows;
  const both = runs + lasting;
  if (both <= rows.variance) return { variance: rows.variance, df: rows.rows - 1, runs, lasting };
  return { variance: both, df: both ** 2 / (runs ** 2 / df + lasting ** 2 / (rows.rows - 1)), runs, lasting };
}
