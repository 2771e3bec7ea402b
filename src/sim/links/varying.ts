/** What a capacity, or a delay, that changes with time is made of. Values are bit/s or s, by what it describes. */
import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import { normalCdf, normalDensity } from "../normal.ts";

export type Varying =
  | {
      readonly kind: "steps";
      /** Ascending instants [s], the first 0: each value holds from its instant to the next. */
      readonly at: Float64Array;
      readonly values: Float64Array;
      /** When the last value ends [s], where it begins again. */
      readonly length: number;
      /** Begins again at the end; otherwise the last value holds. */
      readonly repeats: boolean;
      /** Instant of the list at which the run begins [s]; at random (uniform over `length`), the same for every policy. */
      readonly start: number | "random";
    }
  /** x' = mean + correlation (x - mean) + sd sqrt(1 - correlation²) N(0, 1) every `every` seconds, cut at 0. */
  | {
      readonly kind: "gauss-markov";
      readonly mean: number;
      readonly sd: number;
      readonly correlation: number;
      readonly every: number;
    }
  /** `good` and `bad` in turn, for lengths that are drawn. */
  | {
      readonly kind: "two-state";
      readonly good: number;
      readonly bad: number;
      readonly goodFor: Distribution;
      readonly badFor: Distribution;
    };

/** Mean over time in the long run; of steps that hold their last value, over the list. */
export function meanOf(varying: Varying): number {
  switch (varying.kind) {
    case "steps": {
      const { at, values, length } = varying;
      let sum = 0;
      for (let i = 0; i < at.length; i++) sum += values[i]! * ((at[i + 1] ?? length) - at[i]!);
      return sum / length;
    }
    case "gauss-markov": {
      // E max(0, X) of a normal X.
      const { mean: middle, sd } = varying;
      return sd === 0 ? middle : middle * normalCdf(middle / sd) + sd * normalDensity(middle / sd);
    }
    case "two-state": {
      const { good, bad, goodFor, badFor } = varying;
      const [well, badly] = [mean(goodFor), mean(badFor)];
      return (good * well + bad * badly) / (well + badly);
    }
  }
}
