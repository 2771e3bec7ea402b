/** The figures a policy is judged by: where each stands in a result, what it is called, its unit. */
import type { Interval, PolicyResult } from "../experiment/result.ts";
import type { Unit } from "./format.ts";

export interface Metric {
  /** Path in a policy's result, as comparisons name it. */
  readonly path: string;
  /** In a sentence: "mean latency". */
  readonly label: string;
  readonly unit: Unit;
  readonly read: (policy: PolicyResult) => Interval | null;
}

export const metrics: readonly Metric[] = [
  { path: "latency_s.mean", label: "mean latency", unit: "s", read: (p) => p.latency_s.mean },
  { path: "latency_s.p50", label: "p50 latency", unit: "s", read: (p) => p.latency_s.p50 },
  { path: "latency_s.p90", label: "p90 latency", unit: "s", read: (p) => p.latency_s.p90 },
  { path: "latency_s.p95", label: "p95 latency", unit: "s", read: (p) => p.latency_s.p95 },
  { path: "latency_s.p99", label: "p99 latency", unit: "s", read: (p) => p.latency_s.p99 },
  { path: "latency_s.p999", label: "p99.9 latency", unit: "s", read: (p) => p.latency_s.p999 },
  { path: "accuracy", label: "accuracy", unit: "share", read: (p) => p.accuracy },
  { path: "deadline_miss", label: "deadline misses", unit: "share", read: (p) => p.deadline_miss },
  { path: "dropped", label: "dropped requests", unit: "share", read: (p) => p.dropped },
  { path: "throughput_per_s", label: "throughput", unit: "/s", read: (p) => p.throughput_per_s },
  { path: "goodput_per_s", label: "goodput", unit: "/s", read: (p) => p.goodput_per_s },
  { path: "energy_j.total", label: "energy per request", unit: "J", read: (p) => p.energy_j.total },
  { path: "bytes.up", label: "bytes sent up per request", unit: "B", read: (p) => p.bytes.up },
  { path: "bytes.down", label: "bytes sent down per request", unit: "B", read: (p) => p.bytes.down },
  { path: "cost_usd", label: "cost per request", unit: "USD", read: (p) => p.cost_usd },
  { path: "in_system", label: "requests in the system", unit: "count", read: (p) => p.in_system },
];

const byPath = new Map(metrics.map((metric) => [metric.path, metric]));

/** Unit of a path the table above does not know, from the suffix that every key with a unit carries. */
function unitOf(path: string): Unit {
  if (/_per_s\b/.test(path)) return "/s";
  if (/_s\b/.test(path)) return "s";
  if (/_j\b/.test(path)) return "J";
  if (/_bps\b/.test(path)) return "bit/s";
  if (/_usd\b/.test(path)) return "USD";
  if (/^bytes|\.bytes\b/.test(path)) return "B";
  if (/accuracy|share|utilization|miss|dropped|availability|waited/.test(path)) return "share";
  return "count";
}

/** Name and unit of a metric by its path; an unknown path is its own name. */
export function metricOf(path: string): Pick<Metric, "path" | "label" | "unit"> {
  return byPath.get(path) ?? { path, label: path.replaceAll("_", " "), unit: unitOf(path) };
}

/** The known metric at `path`. */
export function known(path: string): Metric {
  const metric = byPath.get(path);
  if (!metric) throw new RangeError(`no metric at ${path}`);
  return metric;
}

/** Names of the parts of a latency, in the order a request lives through them; `compute` is told apart by node. */
export const partNames = {
  compute: "compute",
  queue: "queue",
  access: "access",
  transmit: "transmit",
  propagate: "propagate",
  codec: "encode and decode",
  response: "response",
} as const;

/** The baseline that a run's policies were compared with; null where there was nothing to compare. */
export function baselineOf(result: { readonly comparisons: readonly { readonly baseline: string }[] }): string | null {
  return result.comparisons[0]?.baseline ?? null;
}
