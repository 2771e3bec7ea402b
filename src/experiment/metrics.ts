/** The figures that policies are compared and judged by, by their path in a policy's result. */
import type { Interval, PolicyResult } from "./result.ts";

export interface Metric {
  readonly path: string;
  /** Which way is better; 0 where neither is. */
  readonly better: -1 | 0 | 1;
}

/** What every policy is compared with the baseline in. */
export const comparedMetrics: readonly Metric[] = [
  { path: "latency_s.mean", better: -1 },
  { path: "latency_s.p50", better: -1 },
  { path: "latency_s.p90", better: -1 },
  { path: "latency_s.p95", better: -1 },
  { path: "latency_s.p99", better: -1 },
  { path: "accuracy", better: 1 },
  { path: "deadline_miss", better: -1 },
  { path: "dropped", better: -1 },
  { path: "throughput_per_s", better: 1 },
  { path: "goodput_per_s", better: 1 },
  { path: "energy_j.total", better: -1 },
  { path: "cost_usd", better: -1 },
  { path: "bytes.up", better: -1 },
  { path: "bytes.down", better: -1 },
];

/** Value at a dotted path of a policy's result; undefined when there is no such path. Items of `exits` go by their name. */
export function valueAt(result: PolicyResult, path: string): unknown {
  let value: unknown = result;
  for (const key of path.split(".")) {
    if (Array.isArray(value)) value = value.find((item: { name?: unknown }) => item.name === key);
    else if (typeof value === "object" && value !== null && Object.hasOwn(value, key))
      value = (value as Record<string, unknown>)[key];
    else return undefined;
  }
  return value;
}

export function isInterval(value: unknown): value is Interval {
  return typeof value === "object" && value !== null && "estimate" in value && "values" in value;
}
