/** Values drawn in proportion to their length: what an instant picked at random falls into. */
import { checkDistribution, type Distribution, normalised } from "./distribution.ts";
import { mean } from "./distribution-moments.ts";
import { gammaQuantile } from "./gamma-quantile.ts";
import { normalCdf, normalDensity } from "./normal.ts";
import { quantileFunction } from "./quantile.ts";

/**
 * The value at a uniform of the distribution with density x f(x) / mean.
 * @throws RangeError for parameters that make no distribution, a mean that is 0 or infinite, and a `sequence`
 * @see closed forms: gamma of shape k becomes one of shape k + 1; lognormal, weibull (its power `shape` is a gamma variable) and pareto follow from theirs
 */
export function lengthBiased(d: Distribution): (u: number) => number {
  checkDistribution(d);
  const m = mean(d);
  if (!(m > 0 && m < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a ${d.kind} distribution with mean ${m} has no value of average length`);
  }
  switch (d.kind) {
    case "constant":
      return () => d.value;
    case "uniform":
      return between(d.low, d.high);
    case "exponential":
      return quantileFunction({ kind: "erlang", mean: 2 * d.mean, k: 2 });
    case "erlang":
      return quantileFunction({ kind: "erlang", mean: (d.mean * (d.k + 1)) / d.k, k: d.k + 1 });
    case "gamma": {
      if (d.cv === 0) return () => d.mean;
      const more = 1 + d.cv ** 2;
      return quantileFunction({ kind: "gamma", mean: d.mean * more, cv: d.cv / Math.sqrt(more) });
    }
    case "lognormal":
      return quantileFunction({ kind: "lognormal", mean: d.mean * (1 + d.cv ** 2), cv: d.cv });
    case "weibull": {
      const shape = 1 + 1 / d.shape;
      const power = gammaQuantile(shape);
      return (u) => d.scale * Math.exp(Math.log(shape * power(u)) / d.shape);
    }
    case "pareto":
      return quantileFunction({ kind: "pareto", shape: d.shape - 1, minimum: d.minimum });
    case "hyperexponential": {
      const branches = d.means.map((branch) => quantileFunction({ kind: "erlang", mean: 2 * branch, k: 2 }));
      return mixed(weights(d.shares, d.means), branches);
    }
    case "discrete":
      return mixed(
        weights(d.shares, d.values),
        d.values.map((value) => () => value),
      );
    case "empirical": {
      if (d.quantiles.length === 1) return () => d.quantiles[0]!;
      const lines = d.quantiles.slice(1).map((to, i) => [d.quantiles[i]!, to] as const);
      return mixed(
        normalised(lines.map(([from, to]) => from + to)),
        lines.map(([from, to]) => between(from, to)),
      );
    }
    case "normal":
      return d.sd === 0 ? () => d.mean : normal(d.mean, d.sd);
    case "sequence":
      throw new RangeError("a sequence is read by arrival number, it has no draws");
  }
}

/** Density in proportion to x. */
function between(low: number, high: number): (u: number) => number {
  return (u) => Math.sqrt(low * low + (high - low) * (high + low) * u);
}

function weights(shares: readonly number[], lengths: readonly number[]): number[] {
  return normalised(shares.map((share, i) => share * lengths[i]!));
}

/** One uniform picks the branch, and what is left of it the value there. */
function mixed(shares: readonly number[], branches: readonly ((u: number) => number)[]): (u: number) => number {
  return (u) => {
    let rest = u;
    let last = 0;
    for (const [i, share] of shares.entries()) {
      if (share === 0) continue;
      last = i;
      if (rest < share) return branches[i]!(rest / share);
      rest -= share;
    }
    return branches[last]!(0.5);
  };
}

/** By halving: the distribution function of x f(x) is closed, its inverse is not. Only first draws need it. */
function normal(mu: number, sd: number): (u: number) => number {
  const low = -mu / sd;
  const upTo = (z: number): number =>
    mu * (normalCdf(z) - normalCdf(low)) + sd * (normalDensity(low) - normalDensity(z));
  const all = mu * (1 - normalCdf(low)) + sd * normalDensity(low);
  return (u) => {
    // Beyond nine standard deviations there is less than the smallest uniform.
    let [a, b] = [low, 9];
    for (let i = 0; i < 80; i++) {
      const middle = (a + b) / 2;
      if (upTo(middle) < u * all) a = middle;
      else b = middle;
    }
    return mu + (sd * (a + b)) / 2;
  };
}
