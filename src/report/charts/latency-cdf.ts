/** The distribution of latency: which share of the requests is answered within a time, a curve a policy. */
import type { Distributions, Result } from "../../experiment/result.ts";
import { count, quantity } from "../format.ts";
import { baselineOf } from "../metrics.ts";
import { plural } from "../text.ts";
import { axisFor, largest, smallest } from "./axis.ts";
import type { Lines, Look, Point } from "./figure.ts";

type Cells = readonly (readonly [number, number])[];

/** Shares at which a curve has a point: dense in the tail, where the question is. */
const shares: readonly number[] = [
  ...Array.from({ length: 90 }, (_, i) => i / 100),
  ...Array.from({ length: 80 }, (_, i) => 0.9 + i / 1000),
  ...Array.from({ length: 19 }, (_, i) => 0.98 + i / 1000),
  0.999,
];

/** Share of requests with the same latency that is drawn as a step. */
const atom = 0.012;

/** Cumulative counts over ascending values. */
class Cumulative {
  readonly #values: readonly number[];
  readonly #counts: Float64Array;
  readonly total: number;

  constructor(cells: Cells) {
    this.#values = cells.map(([value]) => value);
    this.#counts = new Float64Array(cells.length);
    let sum = 0;
    cells.forEach(([, n], i) => {
      sum += n;
      this.#counts[i] = sum;
    });
    this.total = sum;
  }

  /** Share of the requests at or below `value`; strictly below it where asked. */
  shareAt(value: number, strictly = false): number {
    let low = 0;
    let high = this.#values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#values[middle] ?? Infinity;
      if (there < value || (there === value && !strictly)) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.#counts[low - 1] ?? 0) / this.total;
  }

  /** Smallest value that at least `share` of the requests stay within. */
  valueAt(share: number): number {
    const target = Math.max(share * this.total, Number.MIN_VALUE);
    let low = 0;
    let high = this.#values.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#counts[middle] ?? 0) >= target * (1 - 1e-12)) high = middle;
      else low = middle + 1;
    }
    return this.#values[low] ?? 0;
  }
}

function merged(replications: readonly Cells[]): Cells {
  return replications.flat().sort((a, b) => a[0] - b[0]);
}

/** Points of one policy's curve, with the lowest and highest share among its replications at the same latency. */
function curve(pooled: Cumulative, replications: readonly Cumulative[]): Point[] {
  const points: Point[] = [];
  const first = pooled.valueAt(0);
  points.push({ x: first, y: 0, low: null, high: null });
  let last = Number.NEGATIVE_INFINITY;
  for (const share of shares) {
    const x = pooled.valueAt(share);
    if (x === last) continue;
    last = x;
    // Many requests with one latency are a step, not a slope from the point before; the band steps with the curve.
    if (pooled.shareAt(x) - pooled.shareAt(x, true) > atom) points.push(pointAt(x, pooled, replications, true));
    points.push(pointAt(x, pooled, replications, false));
  }
  return points;
}

function pointAt(x: number, pooled: Cumulative, replications: readonly Cumulative[], strictly: boolean): Point {
  const each = replications.map((r) => r.shareAt(x, strictly));
  const [low, high] = each.length > 1 ? [Math.min(...each), Math.max(...each)] : [null, null];
  return { x, y: pooled.shareAt(x, strictly), low, high };
}

/** A time that latencies are held against. */
export interface Deadline {
  readonly label: string;
  readonly seconds: number;
}

/** The figure; null when no request was completed anywhere. */
export function latencyCdf(
  result: Result,
  distributions: Distributions,
  looks: ReadonlyMap<string, Look>,
  deadlines: readonly Deadline[],
): Lines | null {
  const policies = distributions.policies.flatMap((policy) => {
    const look = looks.get(policy.name);
    const replications = policy.replications.map((r) => r.latency_s).filter((cells) => cells.some(([, n]) => n > 0));
    if (!look || replications.length === 0) return [];
    const pooled = new Cumulative(merged(replications));
    return [
      {
        name: policy.name,
        look,
        pooled,
        points: curve(
          pooled,
          replications.map((cells) => new Cumulative(cells)),
        ),
      },
    ];
  });
  if (policies.length === 0) return null;
  const values = policies.flatMap(({ pooled }) => [pooled.valueAt(0.01), pooled.valueAt(0.999)]);
  const axis = axisFor("Latency", "s", values, { fromZero: true });
  // A limit far off would press the curves into a corner: it is named in words instead.
  const near = ({ seconds }: Deadline): boolean => seconds > smallest(values) / 3 && seconds < largest(values) * 3;
  const limits = deadlines.filter((deadline) => deadline.seconds > 0 && near(deadline));
  const distant = deadlines
    .filter((deadline) => !near(deadline))
    .map(({ label, seconds }) => ` Outside the chart: ${label} ${quantity(seconds, "s")}.`);
  const end = largest([...values, ...limits.map(({ seconds }) => seconds)]);
  const x = axis.log
    ? { ...axis, min: Math.min(...values.filter((v) => v > 0)) * 0.9, max: end * 1.05 }
    : { ...axis, max: end > 0 ? end * 1.03 : 1 };
  const series = policies.map(({ name, look, points }) => ({
    name,
    look,
    points: axis.log ? points.filter((p) => p.x > 0) : points,
  }));
  return {
    kind: "lines",
    id: "latency-cdf",
    title: "Share of requests answered within a time, per policy",
    finding: finding(policies, baselineOf(result)),
    reading: `A curve further left is faster. The band spans the replications; the slowest 0.1 % lie beyond the end of each curve.${distant.join("")}`,
    x,
    y: { title: "Share of completed requests", unit: "share", factor: 0.01, symbol: "%", log: false, min: 0, max: 1 },
    spread: "band",
    marked: false,
    series,
    limits: limits.map(({ seconds, label }) => ({
      at: seconds,
      axis: "x" as const,
      label: `${label} ${quantity(seconds, "s")}`,
    })),
    table: {
      columns: ["policy", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9", "requests"],
      rows: policies.map(({ name, pooled }) => [
        name,
        ...[0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999].map((share) => quantity(pooled.valueAt(share), "s")),
        count(pooled.total),
      ]),
    },
  };
}

function finding(policies: readonly { name: string; pooled: Cumulative }[], baseline: string | null): string {
  const at95 = (p: { pooled: Cumulative }): number => p.pooled.valueAt(0.95);
  const best = policies.reduce((a, b) => (at95(b) < at95(a) ? b : a));
  const say = (p: { name: string; pooled: Cumulative }): string =>
    `${p.name} answers half of its requests within ${quantity(p.pooled.valueAt(0.5), "s")} and 95 % within ${quantity(at95(p), "s")}`;
  const base = policies.find((p) => p.name === baseline);
  if (policies.length === 1) return `${say(best)}.`;
  const other =
    base && base !== best ? base : policies.filter((p) => p !== best).reduce((a, b) => (at95(b) < at95(a) ? b : a));
  const role = other === base ? ", the baseline," : "";
  const lead = policies.length > 2 ? `Of ${plural(policies.length, "policy", "policies")}, ` : "";
  return `${lead}${say(best)}; ${other.name}${role} within ${quantity(other.pooled.valueAt(0.5), "s")} and ${quantity(at95(other), "s")}.`;
}
