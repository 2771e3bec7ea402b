/** Hyperexponential variables by inversion: no closed form, so a start from a table and one or two steps of Newton's. */
import { normalised } from "./distribution.ts";

/** Largest -log(1 - u) of a uniform is 36.74. */
const REACH = 37;
const KNOTS = 256;
const STEPS = KNOTS / REACH;

/**
 * Quantile function of a mixture of exponentials, increasing in u, relative error about 1e-13. A branch of mean 0 gives zeros.
 * @param shares of the branches; need not sum to 1
 * @param means in the same order
 * @returns for u inside (0, 1)
 */
export function mixedExponential(shares: readonly number[], means: readonly number[]): (u: number) => number {
  const all = normalised(shares);
  const moving = [...all.keys()].filter((i) => all[i]! > 0 && means[i]! > 0);
  if (moving.length === 0) return () => 0;
  const atZero = all.reduce((sum, share, i) => (means[i] === 0 ? sum + share : sum), 0);
  const mixture = new Mixture(
    moving.map((i) => all[i]! / (1 - atZero)),
    moving.map((i) => means[i]!),
  );
  if (atZero === 0) return (u) => mixture.at(1 - u);
  return (u) => (u <= atZero ? 0 : mixture.at((1 - u) / (1 - atZero)));
}

class Mixture {
  readonly #share: Float64Array<ArrayBuffer>;
  readonly #rate: Float64Array<ArrayBuffer>;
  /** At survival e^(-k / STEPS): value and slope, the latter for one step. */
  readonly #value = new Float64Array(KNOTS + 1);
  readonly #slope = new Float64Array(KNOTS + 1);

  constructor(shares: readonly number[], means: readonly number[]) {
    this.#share = Float64Array.from(shares);
    this.#rate = Float64Array.from(means, (mean) => 1 / mean);
    let x = 0;
    for (let k = 0; k <= KNOTS; k++) {
      const survival = Math.exp(-k / STEPS);
      x = this.#solve(this.#left(survival, x), survival);
      this.#value[k] = x;
      this.#slope[k] = survival / this.#density(x) / STEPS;
    }
  }

  /** The value that is exceeded with probability `survival`. */
  at(survival: number): number {
    const place = -Math.log(survival) * STEPS;
    const k = Math.min(KNOTS - 1, Math.floor(place));
    const t = place - k;
    const from = this.#value[k]!;
    const rise = this.#value[k + 1]! - from;
    const [v0, v1] = [this.#slope[k]!, this.#slope[k + 1]!];
    const share = t * (v0 + t * (3 * rise - 2 * v0 - v1 + t * (v0 + v1 - 2 * rise)));
    // Where the branches part the curve between two knots may lead outside them.
    return this.#solve(from + Math.min(rise, Math.max(0, share)), survival);
  }

  /** Newton. The survival function is convex and falls, so whatever the start, all steps but the first come from the left and none goes too far. */
  #solve(start: number, survival: number): number {
    const share = this.#share;
    const rate = this.#rate;
    let x = start;
    for (let round = 0; round < 100; round++) {
      let above = 0;
      let density = 0;
      for (let i = 0; i < share.length; i++) {
        const part = share[i]! * Math.exp(-x * rate[i]!);
        above += part;
        density += part * rate[i]!;
      }
      const step = (above - survival) / density;
      x = Math.max(0, x + step);
      // The error left is of the order of the square of the last step.
      if (Math.abs(step) <= x * 1e-7) break;
    }
    return x;
  }

  #density(x: number): number {
    return this.#share.reduce((sum, share, i) => sum + share * this.#rate[i]! * Math.exp(-x * this.#rate[i]!), 0);
  }

  /** The best start on the left: the knot before, or where one branch alone has that survival. */
  #left(survival: number, before: number): number {
    return this.#share.reduce((x, share, i) => Math.max(x, Math.log(share / survival) / this.#rate[i]!), before);
  }
}
