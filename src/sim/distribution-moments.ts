/** Mean and variance of a distribution, and a distribution times a constant. */
import { checkDistribution, type Distribution, normalised } from "./distribution.ts";
import { normalCdf, normalDensity } from "./normal.ts";
import { logGamma } from "./special.ts";

/**
 * Exact mean. Of an empirical distribution, that of the straight lines between its quantiles; of a sequence, that of its values.
 * @returns Infinity for a pareto shape of 1 or less
 * @throws RangeError for parameters that make no distribution
 */
export function mean(d: Distribution): number {
  checkDistribution(d);
  switch (d.kind) {
    case "constant":
      return d.value;
    case "uniform":
      return d.low + (d.high - d.low) / 2;
    case "normal":
      return d.sd === 0 ? d.mean : d.mean + d.sd * hazard(d.mean / d.sd);
    case "exponential":
    case "lognormal":
    case "gamma":
    case "erlang":
      return d.mean;
    case "hyperexponential":
      return weighted(d.shares, d.means);
    case "weibull":
      return d.scale * Math.exp(logGamma(1 + 1 / d.shape));
    case "pareto":
      if (d.minimum === 0) return 0;
      return d.shape > 1 ? (d.shape * d.minimum) / (d.shape - 1) : Number.POSITIVE_INFINITY;
    case "discrete":
      return weighted(d.shares, d.values);
    case "empirical":
      return averageOverLines(d.quantiles, (from, to) => (from + to) / 2);
    case "sequence":
      return average(d.values);
  }
}

/**
 * Exact variance, of the same distributions as {@link mean}.
 * @returns Infinity for a pareto shape of 2 or less
 * @throws RangeError for parameters that make no distribution
 */
export function variance(d: Distribution): number {
  checkDistribution(d);
  switch (d.kind) {
    case "constant":
      return 0;
    case "uniform":
      return (d.high - d.low) ** 2 / 12;
    case "exponential":
      return d.mean ** 2;
    case "normal": {
      if (d.sd === 0) return 0;
      const at = d.mean / d.sd;
      const rate = hazard(at);
      return d.sd ** 2 * (1 - at * rate - rate * rate);
    }
    case "lognormal":
    case "gamma":
      return (d.mean * d.cv) ** 2;
    case "erlang":
      return d.mean ** 2 / d.k;
    case "hyperexponential": {
      // Of the branches, and between them: no large numbers cancel.
      const all = mean(d);
      return weighted(
        d.shares,
        d.means.map((m) => m * m + (m - all) ** 2),
      );
    }
    case "weibull": {
      const first = logGamma(1 + 1 / d.shape);
      return d.scale ** 2 * Math.exp(2 * first) * Math.expm1(logGamma(1 + 2 / d.shape) - 2 * first);
    }
    case "pareto":
      if (d.minimum === 0) return 0;
      if (d.shape <= 2) return Number.POSITIVE_INFINITY;
      return (d.minimum ** 2 * d.shape) / ((d.shape - 1) ** 2 * (d.shape - 2));
    case "discrete": {
      const all = mean(d);
      return weighted(
        d.shares,
        d.values.map((value) => (value - all) ** 2),
      );
    }
    case "empirical": {
      const all = mean(d);
      return averageOverLines(d.quantiles, (from, to) => {
        const [a, b] = [from - all, to - all];
        return (a * a + a * b + b * b) / 3;
      });
    }
    case "sequence": {
      const all = average(d.values);
      return average(d.values.map((value) => (value - all) ** 2));
    }
  }
}

/**
 * The distribution of a constant times a variable, such as the service time on a machine half as fast.
 * @param factor finite, 0 or more
 * @throws RangeError for any other factor, or parameters that make no distribution
 */
export function scale(d: Distribution, factor: number): Distribution {
  if (!(factor >= 0 && factor < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a distribution is scaled by a finite non-negative number, got ${factor}`);
  }
  checkDistribution(d);
  const all = (values: readonly number[]): number[] => values.map((value) => value * factor);
  switch (d.kind) {
    case "constant":
      return { kind: d.kind, value: d.value * factor };
    case "uniform":
      return { kind: d.kind, low: d.low * factor, high: d.high * factor };
    case "normal":
      return { kind: d.kind, mean: d.mean * factor, sd: d.sd * factor };
    case "exponential":
    case "lognormal":
    case "gamma":
    case "erlang":
      return { ...d, mean: d.mean * factor };
    case "hyperexponential":
      return { ...d, means: all(d.means) };
    case "weibull":
      return { ...d, scale: d.scale * factor };
    case "pareto":
      return { ...d, minimum: d.minimum * factor };
    case "discrete":
      return { ...d, values: all(d.values) };
    case "empirical":
      return { kind: d.kind, quantiles: all(d.quantiles) };
    case "sequence":
      return { kind: d.kind, values: all(d.values) };
  }
}

/** Mean of a standard normal variable given that it is above -at, for at >= 0. */
function hazard(at: number): number {
  return normalDensity(at) / (1 - normalCdf(-at));
}

function weighted(shares: readonly number[], values: readonly number[]): number {
  return normalised(shares).reduce((sum, share, i) => sum + (share > 0 ? share * values[i]! : 0), 0);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function averageOverLines(quantiles: readonly number[], of: (from: number, to: number) => number): number {
  if (quantiles.length === 1) return of(quantiles[0]!, quantiles[0]!);
  let sum = 0;
  for (let i = 1; i < quantiles.length; i++) sum += of(quantiles[i - 1]!, quantiles[i]!);
  return sum / (quantiles.length - 1);
}
