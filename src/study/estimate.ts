/** Estimates with intervals, and what they say of a claim. */
import { meanInterval, wilsonInterval } from "../experiment/statistics/index.ts";

export interface Estimate {
  readonly estimate: number;
  /** Null where too little is known for an interval. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Mean of independent values with Student's interval. */
export function meanOf(values: readonly number[], confidence: number): Estimate {
  const found = meanInterval(values, confidence);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return found === null ? { estimate: mean, low: null, high: null } : limits(found);
}

/** Mean of values above 0 on the scale of their logarithms: for ratios, which multiply. */
export function geometricMeanOf(values: readonly number[], confidence: number): Estimate {
  const { estimate, low, high } = meanOf(values.map(Math.log), confidence);
  const back = (value: number | null): number | null => (value === null ? null : Math.exp(value));
  return { estimate: Math.exp(estimate), low: back(low), high: back(high) };
}

/** A share with Wilson's interval. */
export const shareOf = (count: number, of: number, confidence: number): Estimate =>
  limits(wilsonInterval(count, of, confidence));

const limits = ({ estimate, low, high }: { estimate: number; low: number; high: number }): Estimate => ({
  estimate,
  low,
  high,
});

/** `confirmed`: the whole interval is on the claimed side; `contradicted`: on the other; else `undecided`. */
export type Verdict = "confirmed" | "contradicted" | "undecided";

/** @param claimed whether the estimate is claimed to lie above or below `border` */
export function verdictOn({ low, high }: Estimate, claimed: "above" | "below", border: number): Verdict {
  if (low === null || high === null) return "undecided";
  if (low > border) return claimed === "above" ? "confirmed" : "contradicted";
  if (high < border) return claimed === "below" ? "confirmed" : "contradicted";
  return "undecided";
}
