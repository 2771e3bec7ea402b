/** Rows that rules may learn from before a run, never drawn in one; and what is fitted to them. */
import type { ExitScores } from "../setup.ts";

/** Calibration rows with their labels. */
export interface Calibration {
  readonly rows: number;
  readonly labels: Int32Array;
  /** By exit. */
  readonly scores: readonly ExitScores[];
}

/** What is fitted to rows is fitted once: rules are made anew for every policy, check and run. @returns the same, asked of the same rows again */
export function fittedOnce<T>(
  compute: (rows: Calibration, classes: number) => T,
): (rows: Calibration, classes: number) => T {
  const known = new WeakMap<Calibration, Map<number, T>>();
  return (rows, classes) => {
    const before = known.get(rows) ?? new Map<number, T>();
    known.set(rows, before);
    if (!before.has(classes)) before.set(classes, compute(rows, classes));
    return before.get(classes)!;
  };
}

/** Logits of one row; a copy, so that nobody changes the table. */
export function logitsOf(scores: ExitScores, row: number, classes: number): Float64Array {
  const { logits } = scores;
  if (logits === null) throw new RangeError("the table has no logits");
  return new Float64Array(logits.subarray(row * classes, (row + 1) * classes));
}

/** ln of the softmax of `logits / temperature`. Inputs are finite. */
export function logSoftmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < logits.length; c++) top = Math.max(top, logits[c]!);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += Math.exp((logits[c]! - top) / temperature);
  const log = Math.log(sum);
  return Float64Array.from({ length: logits.length }, (_, c) => (logits[c]! - top) / temperature - log);
}

/** Index of the largest, of equal ones the lowest. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

const leastTemperature = 0.05;
const mostTemperature = 20;

/**
 * Temperature of one exit that minimises the mean negative log likelihood of the labels: convex in 1 / T, so that a bisection of its
 * derivative finds it. Kept within 0.05 and 20, where rows that are all right (or all wrong) would drive it to 0 (or infinity).
 * @see Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2
 */
export function fitTemperature(exit: ExitScores, labels: Int32Array, classes: number): number {
  let low = 1 / mostTemperature;
  let high = 1 / leastTemperature;
  if (slope(exit, labels, classes, low) >= 0) return mostTemperature;
  if (slope(exit, labels, classes, high) <= 0) return leastTemperature;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (slope(exit, labels, classes, middle) < 0) low = middle;
    else high = middle;
  }
  return 2 / (low + high);
}

/** Derivative of the negative log likelihood by b = 1 / T: sum over rows of E_p[z] - z_label. */
function slope({ logits }: ExitScores, labels: Int32Array, classes: number, b: number): number {
  if (logits === null) throw new RangeError("the table has no logits");
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const at = row * classes;
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[at + c]!);
    let sum = 0;
    let weighted = 0;
    for (let c = 0; c < classes; c++) {
      const d = logits[at + c]! - top;
      const e = Math.exp(b * d);
      sum += e;
      weighted += e * d;
    }
    total += weighted / sum - (logits[at + labels[row]!]! - top);
  }
  return total;
}

/** Solves `matrix x = vector` by Gaussian elimination with pivots. Small systems. */
export function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const n = vector.length;
  const a = matrix.map((row, i) => [...row, vector[i]!]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j <= n; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = a[k]![n]!;
    for (let j = k + 1; j < n; j++) rest -= a[k]![j]! * x[j]!;
    x[k] = rest / a[k]![k]!;
  }
  return x;
}
