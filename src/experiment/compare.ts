/** Policies against the baseline: paired by replication, which common random numbers make worth while. */
import { Estimator } from "./estimator.ts";
import { comparedMetrics, isInterval, type Metric, valueAt } from "./metrics.ts";
import type { PolicyOutcome } from "./outcome.ts";
import type { Comparison, Interval } from "./result.ts";
import { holm, pairedAccuracyInterval, pairedDifference } from "./statistics/index.ts";

interface Draft {
  readonly metric: Metric;
  readonly policy: string;
  readonly difference: Interval;
  /** Two-sided; null where no test is possible. */
  readonly p: number | null;
}

/** All metrics of all policies but the baseline. Verdicts hold together, by Holm's correction over the policies of a metric. */
export function comparePolicies(
  outcomes: readonly PolicyOutcome[],
  baseline: string,
  confidence: number,
): Comparison[] {
  const base = outcomes.find((o) => o.result.name === baseline);
  if (base === undefined) return [];
  const others = outcomes.filter((o) => o !== base);
  const drafts = comparedMetrics.map((metric) =>
    others.map((other) => draft(metric, base, other, confidence)).filter((d) => d !== null),
  );
  const verdicts = new Map(drafts.flatMap((family) => decide(family, 1 - confidence)));
  return others.flatMap((other) =>
    drafts.flatMap((family) =>
      family
        .filter((d) => d.policy === other.result.name)
        .map((d) => ({
          baseline,
          policy: d.policy,
          metric: d.metric.path,
          difference: d.difference,
          verdict: verdicts.get(d)!,
        })),
    ),
  );
}

function draft(metric: Metric, base: PolicyOutcome, other: PolicyOutcome, confidence: number): Draft | null {
  const [a, b] = [valueAt(other.result, metric.path), valueAt(base.result, metric.path)];
  if (!isInterval(a) || !isInterval(b)) return null;
  const isSameRun = a.values.length === b.values.length;
  const values = a.values.slice(0, b.values.length).map((x, r) => {
    const y = b.values[r] ?? null;
    return x === null || y === null ? null : x - y;
  });
  const difference = new Estimator(confidence).mean(values);
  if (difference === null) return null;
  const policy = other.result.name;
  // Ratios of sums are not means of ratios: the difference is that of the figures shown. Where one policy has more replications, only pairs count.
  const shown = isSameRun ? { ...difference, estimate: a.estimate - b.estimate } : difference;
  const shift = shown.estimate - difference.estimate;
  const moved = { ...shown, low: add(difference.low, shift), high: add(difference.high, shift) };
  const known = values.filter((v) => v !== null);
  if (moved.low === null) return { metric, policy, difference: moved, p: null };
  if (metric.path === "accuracy" && base.rows !== null && other.rows !== null) {
    const paired = pairedAccuracyInterval(moved, other.rows, base.rows, confidence);
    return { metric, policy, difference: { ...moved, low: paired.low, high: paired.high }, p: paired.p };
  }
  return { metric, policy, difference: moved, p: pairedDifference(known, confidence).p };
}

function add(limit: number | null, shift: number): number | null {
  return limit === null ? null : limit + shift;
}

function decide(family: readonly Draft[], level: number): [Draft, Comparison["verdict"]][] {
  const tested = family.filter((d) => d.p !== null);
  const adjusted = holm(tested.map((d) => d.p!));
  return family.map((d) => {
    const p = d.p === null ? null : adjusted[tested.indexOf(d)]!;
    const sign = Math.sign(d.difference.estimate) * d.metric.better;
    return [d, p === null || p > level || sign === 0 ? "undecided" : sign > 0 ? "better" : "worse"];
  });
}
