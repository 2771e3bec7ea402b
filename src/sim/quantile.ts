/** Inversion: the value of a distribution at a uniform, increasing in it. */
import { checkDistribution, type Distribution, normalised } from "./distribution.ts";
import { gammaQuantile } from "./gamma-quantile.ts";
import { mixedExponential } from "./mixed-exponential.ts";
import { naturalLog } from "./natural-log.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/**
 * Quantile function, non-decreasing. For u inside (0, 1) as {@link uniform} draws it: not at 0 or 1.
 * @throws RangeError for parameters that make no distribution, and for a `sequence`, which is not drawn but read
 */
export function quantileFunction(d: Distribution): (u: number) => number {
  checkDistribution(d);
  switch (d.kind) {
    case "constant": {
      const { value } = d;
      return () => value;
    }
    case "uniform": {
      const { low, high } = d;
      const width = high - low;
      return (u) => low + width * u;
    }
    case "exponential": {
      const { mean } = d;
      return (u) => -mean * naturalLog(1 - u);
    }
    case "normal":
      return positiveNormal(d.mean, d.sd);
    case "lognormal": {
      const { mean } = d;
      const spread = Math.sqrt(Math.log1p(d.cv ** 2));
      const half = spread / 2;
      return (u) => mean * Math.exp(spread * (normalQuantile(u) - half));
    }
    case "gamma":
      return scaled(d.mean, d.cv ** -2);
    case "erlang":
      return scaled(d.mean, d.k);
    case "hyperexponential":
      return mixedExponential(d.shares, d.means);
    case "weibull": {
      const { scale } = d;
      const power = 1 / d.shape;
      // Half the time of `**`.
      return (u) => scale * Math.exp(power * Math.log(-Math.log(1 - u)));
    }
    case "pareto": {
      const { minimum } = d;
      const power = -1 / d.shape;
      return (u) => minimum * Math.exp(power * Math.log(1 - u));
    }
    case "discrete":
      return steps(normalised(d.shares), d.values);
    case "empirical":
      return lines(d.quantiles);
    case "sequence":
      throw new RangeError("a sequence is read by arrival number, it has no draws");
  }
}

function scaled(mean: number, shape: number): (u: number) => number {
  if (shape === Number.POSITIVE_INFINITY) return () => mean;
  const quantile = gammaQuantile(shape);
  return (u) => mean * quantile(u);
}

/** The part above 0, from whichever tail is the shorter: the other rounds. */
function positiveNormal(mean: number, sd: number): (u: number) => number {
  if (sd === 0) return () => mean;
  const below = normalCdf(-mean / sd);
  const above = 1 - below;
  return (u) => {
    const tail = (1 - u) * above;
    const z = tail < 0.5 ? -normalQuantile(tail) : normalQuantile(below + u * above);
    return Math.max(0, mean + sd * z);
  };
}

/** Ascending, whatever the order they are given in, so that a larger uniform never gives a smaller value. */
function steps(shares: readonly number[], values: readonly number[]): (u: number) => number {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!).filter((i) => shares[i]! > 0);
  const sorted = Float64Array.from(order, (i) => values[i]!);
  let sum = 0;
  const upTo = Float64Array.from(order, (i) => {
    sum += shares[i]!;
    return sum;
  });
  const last = sorted.length - 1;
  return (u) => {
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (u < upTo[middle]!) high = middle;
      else low = middle + 1;
    }
    return sorted[low]!;
  };
}

function lines(quantiles: readonly number[]): (u: number) => number {
  const at = Float64Array.from(quantiles);
  const last = at.length - 1;
  if (last === 0) return () => at[0]!;
  return (u) => {
    const place = u * last;
    // The largest uniform times `last` may round to `last`.
    const i = Math.min(last - 1, Math.floor(place));
    const from = at[i]!;
    return from + (at[i + 1]! - from) * (place - i);
  };
}
