/** P(X <= x), for tests and reports: not fast. */
import { checkDistribution, type Distribution, normalised } from "./distribution.ts";
import { normalCdf } from "./normal.ts";
import { gammaP } from "./special.ts";

/**
 * Distribution function. Of a sequence, that of its values drawn at random.
 * @throws RangeError for parameters that make no distribution, or x NaN
 */
export function cdf(d: Distribution, x: number): number {
  checkDistribution(d);
  if (Number.isNaN(x)) throw new RangeError("a distribution function was asked for at NaN");
  if (x < 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  switch (d.kind) {
    case "constant":
      return step(x, d.value);
    case "uniform":
      return d.high === d.low ? step(x, d.low) : Math.min(1, Math.max(0, (x - d.low) / (d.high - d.low)));
    case "exponential":
      return exponential(x, d.mean);
    case "normal": {
      if (d.sd === 0) return step(x, d.mean);
      const below = normalCdf(-d.mean / d.sd);
      return Math.max(0, (normalCdf((x - d.mean) / d.sd) - below) / (1 - below));
    }
    case "lognormal": {
      if (d.mean === 0 || d.cv === 0) return step(x, d.mean);
      const spread = Math.sqrt(Math.log1p(d.cv ** 2));
      return normalCdf(Math.log(x / d.mean) / spread + spread / 2);
    }
    case "gamma":
      return gamma(x, d.mean, 1 / d.cv ** 2);
    case "erlang":
      return gamma(x, d.mean, d.k);
    case "hyperexponential":
      return normalised(d.shares).reduce((sum, share, i) => sum + share * exponential(x, d.means[i]!), 0);
    case "weibull":
      return d.scale === 0 ? 1 : -Math.expm1(-((x / d.scale) ** d.shape));
    case "pareto":
      if (d.minimum === 0) return 1;
      return x < d.minimum ? 0 : -Math.expm1(d.shape * Math.log(d.minimum / x));
    case "discrete":
      return normalised(d.shares).reduce((sum, share, i) => sum + share * step(x, d.values[i]!), 0);
    case "empirical":
      return between(x, d.quantiles);
    case "sequence":
      return d.values.filter((value) => value <= x).length / d.values.length;
  }
}

function step(x: number, at: number): number {
  return x >= at ? 1 : 0;
}

function exponential(x: number, mean: number): number {
  return mean === 0 ? 1 : -Math.expm1(-x / mean);
}

function gamma(x: number, mean: number, shape: number): number {
  if (mean === 0 || shape === Number.POSITIVE_INFINITY) return step(x, mean);
  return gammaP(shape, (x / mean) * shape);
}

function between(x: number, quantiles: readonly number[]): number {
  const above = quantiles.findIndex((q) => q > x);
  if (above < 0) return 1;
  if (above === 0) return 0;
  const [from, to] = [quantiles[above - 1]!, quantiles[above]!];
  return (above - 1 + (x - from) / (to - from)) / (quantiles.length - 1);
}
