/** Verdicts of a family of differences that hold together. */
import { type Difference, limitsOf, pOf } from "./difference.ts";
import { holm, holmLevels } from "./statistics/index.ts";

export interface Verdict {
  readonly verdict: "better" | "worse" | "undecided";
  /** Two-sided; null where no test is possible. */
  readonly p: number | null;
  /** Adjusted by Holm's method over the family. */
  readonly adjusted: number | null;
  /** Interval at the confidence that Holm's method asks of it: without 0 exactly when the verdict is not undecided. */
  readonly corrected: { readonly low: number | null; readonly high: number | null; readonly confidence: number };
  /** Of an undecided one: replications that would settle it; null when none up to 10,000 would. */
  readonly needed: number | null;
}

/** @param level of the whole family: the chance of any verdict that is not true @returns in the same order */
export function verdictsOf(family: readonly Difference[], level: number): Verdict[] {
  const p = family.map(pOf);
  const tested = p.flatMap((value, i) => (value === null ? [] : [i]));
  const known = tested.map((i) => p[i]!);
  const [adjusted, levels] = [holm(known), holmLevels(known, level)];
  return family.map((difference, i) => {
    const place = tested.indexOf(i);
    if (place < 0) {
      const corrected = { low: null, high: null, confidence: 1 - level / Math.max(1, family.length) };
      return { verdict: "undecided", p: null, adjusted: null, corrected, needed: difference.needed(level) };
    }
    const own = levels[place]!;
    const sign = Math.sign(difference.estimate) * difference.metric.better;
    const verdict = adjusted[place]! > level || sign === 0 ? "undecided" : sign > 0 ? "better" : "worse";
    return {
      verdict,
      p: p[i]!,
      adjusted: adjusted[place]!,
      corrected: { ...limitsOf(difference, 1 - own), confidence: 1 - own },
      needed: verdict === "undecided" ? difference.needed(own) : null,
    };
  });
}
