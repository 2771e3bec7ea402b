/** The trade: accuracy against mean latency, a point a policy. */
import type { Result } from "../../experiment/result.ts";
import { interval } from "../format.ts";
import { list } from "../text.ts";
import { axisFor } from "./axis.ts";
import type { Axis, Cloud, Look } from "./figure.ts";

type Spread = readonly [number, number] | null;
const spreadOf = (low: number | null, high: number | null): Spread =>
  low === null || high === null ? null : [low, high];

/** Room around the points, in shares of their range. */
function padded(axis: Axis, values: readonly number[], share: number): Axis {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (axis.log) return { ...axis, min: low / (high / low) ** share, max: high * (high / low) ** (share * 1.5) };
  const room = (high > low ? high - low : Math.abs(high) || 1) * share;
  const bounded = axis.unit === "share";
  return { ...axis, min: Math.max(0, low - room), max: bounded ? Math.min(1, high + room) : high + room };
}

/** The figure; null unless some policy has both a latency and an accuracy. */
export function accuracyLatency(result: Result, looks: ReadonlyMap<string, Look>): Cloud | null {
  const found = result.policies.flatMap((policy) => {
    const x = policy.latency_s.mean;
    const y = policy.accuracy;
    const look = looks.get(policy.name);
    if (!x || !y || !look) return [];
    return [
      {
        name: policy.name,
        look,
        x: x.estimate,
        y: y.estimate,
        xSpread: spreadOf(x.low, x.high),
        ySpread: spreadOf(y.low, y.high),
      },
    ];
  });
  if (found.length === 0) return null;
  const points = found.map((p) => ({ ...p, best: !found.some((q) => dominates(q, p)) }));
  const xs = points.flatMap((p) => [p.x, ...(p.xSpread ?? [])]);
  const ys = points.flatMap((p) => [p.y, ...(p.ySpread ?? [])]);
  const best = points.filter((p) => p.best).sort((a, b) => a.x - b.x);
  const xAxis = axisFor(
    "Mean latency",
    "s",
    points.map((p) => p.x),
  );
  const positive = xAxis.log ? xs.filter((x) => x > 0) : xs;
  return {
    kind: "cloud",
    id: "accuracy-latency",
    title: "Accuracy against mean latency, per policy",
    finding: finding(
      points.length,
      best.map((p) => p.name),
    ),
    reading:
      "Up and left is better. Bars are the intervals of both; hollow points are beaten on both by another, going by the estimates.",
    x: padded(xAxis, positive, 0.1),
    y: padded(axisFor("Accuracy", "share", ys), ys, 0.12),
    points,
    table: {
      columns: ["policy", "mean latency", "interval", "accuracy", "interval"],
      rows: result.policies.map((policy) => {
        const latency = interval(policy.latency_s.mean, "s");
        const accuracy = interval(policy.accuracy, "share");
        return [policy.name, latency.estimate, latency.range || "—", accuracy.estimate, accuracy.range || "—"];
      }),
    },
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Whether `a` is at least as fast and as accurate as `b`, and better in one. */
const dominates = (a: Place, b: Place): boolean => a.x <= b.x && a.y >= b.y && (a.x < b.x || a.y > b.y);

function finding(n: number, best: readonly string[]): string {
  if (n === 1) return `One policy, ${best[0]}: nothing to trade.`;
  if (best.length === 1) return `${best[0]} is both the fastest and the most accurate, going by the estimates.`;
  if (best.length === n && n <= 3) return `None wins on both: ${list(best)} trade latency for accuracy.`;
  if (best.length > 5)
    return `${best.length} of ${n} policies trade latency for accuracy; the others are beaten on both.`;
  return `From fast to accurate: ${list(best)}${best.length < n ? "; every other policy is beaten on both by one of these" : ""}.`;
}
