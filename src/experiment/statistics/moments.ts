/** Mean, variance and correlation of a list, and a mean and variance that grow and merge. */
import { mean as listMean, sampleVariance } from "simple-statistics";
import { checkValues, type Values } from "./values.ts";

/** Of equal values exactly that value. @throws RangeError for an empty list, NaN or infinities */
export function mean(values: Values): number {
  checkValues(values, "a mean");
  return areEqual(values) ? values[0]! : listMean(Array.from(values));
}

/** Sample variance, divisor n - 1; of equal values exactly 0. @throws RangeError for fewer than two values, NaN or infinities */
export function variance(values: Values): number {
  checkValues(values, "a sample variance", 2);
  return areEqual(values) ? 0 : sampleVariance(Array.from(values));
}

function areEqual(values: Values): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/**
 * Correlation of neighbours: sum of (x_i - m)(x_(i+1) - m) over sum of (x_i - m)^2.
 * @returns -1 to 1; 0 for a list whose values are all equal
 * @throws RangeError for fewer than two values, NaN or infinities
 */
export function lag1Correlation(values: Values): number {
  checkValues(values, "a lag-1 correlation", 2);
  const m = mean(values);
  let neighbours = 0;
  let all = 0;
  for (let i = 0; i < values.length; i++) {
    const off = values[i]! - m;
    all += off * off;
    if (i > 0) neighbours += off * (values[i - 1]! - m);
  }
  return all === 0 ? 0 : neighbours / all;
}

/**
 * How many independent values tell as much about the mean as n of which neighbours are correlated: n (1 - r) / (1 + r), at most n.
 * For values that forget geometrically (first-order autoregression).
 */
export function effectiveSize(n: number, lag1: number): number {
  return n * Math.min(1, (1 - lag1) / (1 + lag1));
}

/**
 * Mean and variance of values as they come, in constant memory.
 * @see B. P. Welford, Technometrics 4(3), 1962; T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979 (merge)
 */
export class Moments {
  #n = 0;
  #mean = 0;
  #squares = 0;

  get n(): number {
    return this.#n;
  }

  /** NaN when empty. */
  get mean(): number {
    return this.#n === 0 ? Number.NaN : this.#mean;
  }

  /** Sample variance, divisor n - 1; NaN below two values. */
  get variance(): number {
    return this.#n < 2 ? Number.NaN : this.#squares / (this.#n - 1);
  }

  /** @throws RangeError for NaN or infinities */
  add(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`moments are of finite values, got ${value}`);
    this.#n += 1;
    const off = value - this.#mean;
    this.#mean += off / this.#n;
    this.#squares += off * (value - this.#mean);
  }

  /** Takes over all values of another, as if each had been added. */
  merge(other: Moments): void {
    if (other.#n === 0) return;
    const [n, otherN, otherSquares] = [this.#n + other.#n, other.#n, other.#squares];
    const off = other.#mean - this.#mean;
    this.#squares += otherSquares + (off * off * this.#n * otherN) / n;
    this.#mean += (off * otherN) / n;
    this.#n = n;
  }
}
