/** Draws from distributions: by key and counter, one uniform each, by inversion. */

import { checkDistribution, type Distribution } from "./distribution.ts";
import { naturalLog } from "./natural-log.ts";
import { quantileFunction } from "./quantile.ts";
import { uniform } from "./random.ts";

export interface Sampler {
  /** The value when every draw gives the same, else null. */
  readonly constant: number | null;
  /**
   * One draw, of its own for every key and counter, and non-decreasing in the uniform behind it.
   * @param c0 request number, below 2^32
   * @param c1 device, below 2^20; the bits above number further draws of the same request
   */
  draw(k0: number, k1: number, c0: number, c1: number): number;
}

/**
 * Sampler of a distribution. Every kind takes exactly one uniform a draw.
 * @throws RangeError for parameters that make no distribution, and for a `sequence`, which is read by arrival number
 */
export function sampler(d: Distribution): Sampler {
  const quantile = quantileFunction(d);
  const constant = constantOf(d);
  if (constant !== null) return { constant, draw: () => constant };
  if (d.kind === "exponential") {
    // The most frequent kind: one call less.
    const { mean } = d;
    return { constant, draw: (k0, k1, c0, c1) => -mean * naturalLog(1 - uniform(k0, k1, c0, c1)) };
  }
  return { constant, draw: (k0, k1, c0, c1) => quantile(uniform(k0, k1, c0, c1)) };
}

/**
 * The value of a distribution that has only one; null for the others, and for a `sequence` unless all its values are equal.
 * @throws RangeError for parameters that make no distribution
 */
export function constantOf(d: Distribution): number | null {
  checkDistribution(d);
  switch (d.kind) {
    case "constant":
      return d.value;
    case "uniform":
      return d.low === d.high ? d.low : null;
    case "exponential":
    case "erlang":
      return d.mean === 0 ? 0 : null;
    case "normal":
      return d.sd === 0 ? d.mean : null;
    case "lognormal":
    case "gamma":
      return d.cv === 0 || d.mean === 0 ? d.mean : null;
    case "hyperexponential":
      return d.means.every((mean, i) => mean === 0 || d.shares[i] === 0) ? 0 : null;
    case "weibull":
      return d.scale === 0 ? 0 : null;
    case "pareto":
      return d.minimum === 0 ? 0 : null;
    case "discrete":
      return only(d.values.filter((_, i) => d.shares[i]! > 0));
    case "empirical":
      return only(d.quantiles);
    case "sequence":
      return only(d.values);
  }
}

function only(values: readonly number[]): number | null {
  return values.every((value) => value === values[0]) ? values[0]! : null;
}
