/** A comparison as a table for other programs: a row a difference, SI units, doubles in full, empty where there is no value. */
import type { RunComparison } from "../../experiment/compare-runs.ts";
import type { PolicyResult } from "../../experiment/result.ts";
import { known } from "../metrics.ts";

const columns = [
  "metric",
  "policy",
  "baseline",
  "policy_estimate",
  "baseline_estimate",
  "difference",
  "low",
  "high",
  "confidence",
  "corrected_low",
  "corrected_high",
  "corrected_confidence",
  "paired",
  "n",
  "p",
  "p_adjusted",
  "verdict",
  "variance_ratio",
  "replications_needed",
] as const;

export function comparisonCsv(found: RunComparison, policies: ReadonlyMap<string, PolicyResult>): string {
  const estimate = (name: string, metric: string): number | null => {
    const policy = policies.get(name);
    return (policy && known(metric).read(policy)?.estimate) ?? null;
  };
  const rows = found.comparisons.map((c): readonly (string | number | boolean | null)[] => [
    c.metric,
    c.policy,
    c.baseline,
    estimate(c.policy, c.metric),
    estimate(c.baseline, c.metric),
    c.difference.estimate,
    c.difference.low,
    c.difference.high,
    c.difference.confidence,
    c.corrected.low,
    c.corrected.high,
    c.corrected.confidence,
    c.paired,
    c.difference.n,
    c.p,
    c.p_adjusted,
    c.verdict,
    c.variance_ratio,
    c.replications_needed ?? null,
  ]);
  return [columns, ...rows].map((row) => `${row.map(written).join(",")}\n`).join("");
}

function written(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
