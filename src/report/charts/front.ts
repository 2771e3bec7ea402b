/** The trade: accuracy and energy against mean latency, a point a policy, hollow where another is shown to be better. */
import type { PolicyResult, Result, Standing } from "../../experiment/result.ts";
import { interval, type Unit } from "../format.ts";
import { known, type Metric } from "../metrics.ts";
import { capital, list } from "../text.ts";
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

/** What a front is drawn of: a run's policies, or those of several. */
export type Field = Pick<Result, "policies" | "standing">;

/** Accuracy against mean latency; null unless some policy has both. */
export const accuracyLatency = (field: Field, looks: ReadonlyMap<string, Look>): Cloud | null =>
  cloud(field, looks, known("accuracy"), "Up and left is better.");

/** Energy against mean latency; null unless two policies have both: one point is no trade. */
export function energyLatency(field: Field, looks: ReadonlyMap<string, Look>): Cloud | null {
  const figure = cloud(field, looks, known("energy_j.total"), "Down and left is better.");
  return figure !== null && figure.points.length > 1 ? figure : null;
}

function cloud(field: Field, looks: ReadonlyMap<string, Look>, upright: Metric, better: string): Cloud | null {
  const latency = known("latency_s.mean");
  const found = field.policies.flatMap((policy) => {
    const [x, y] = [latency.read(policy), upright.read(policy)];
    const look = looks.get(policy.name);
    if (!x || !y || !look) return [];
    const at = { x: x.estimate, y: y.estimate, xSpread: spreadOf(x.low, x.high), ySpread: spreadOf(y.low, y.high) };
    return [{ name: policy.name, look, oracle: policy.oracle, ...at }];
  });
  if (found.length === 0) return null;
  const sign = upright.path === "accuracy" ? 1 : -1;
  const dominated = field.standing?.dominated;
  const points = found.map(({ oracle, ...p }) => {
    const isAhead = !found.some((q) => q.oracle === oracle && isBeyond(q, p, sign));
    const best = dominated === undefined ? isAhead : dominated[p.name] === undefined;
    return { ...p, best, front: best && isAhead && !oracle };
  });
  const xs = points.flatMap((p) => [p.x, ...(p.xSpread ?? [])]);
  const ys = points.flatMap((p) => [p.y, ...(p.ySpread ?? [])]);
  const xAxis = axisFor(
    "Mean latency",
    "s",
    points.map((p) => p.x),
  );
  const label = capital(upright.label);
  const yAxis = axisFor(label, upright.unit, ys);
  const positive = (axis: Axis, values: readonly number[]): readonly number[] =>
    axis.log ? values.filter((v) => v > 0) : values;
  return {
    kind: "cloud",
    id: upright.path === "accuracy" ? "accuracy-latency" : "energy-latency",
    title: `${label} against mean latency, per policy`,
    finding: dominated === undefined ? byEstimates(points) : settled(found, dominated),
    reading: `${better} Bars are the intervals of both; ${
      dominated === undefined
        ? "hollow points are beaten on both by another, going by the estimates."
        : "hollow points are dominated: another is shown to be better in latency, accuracy, energy or dropped share, and they are better in none of them."
    }`,
    x: padded(xAxis, positive(xAxis, xs), 0.1),
    y: padded(yAxis, positive(yAxis, ys), 0.12),
    points,
    table: tableOf(field, upright),
  };
}

/** All that the front is over, whatever is drawn. */
function tableOf({ policies, standing }: Field, upright: Metric): Cloud["table"] {
  const metrics = [known("latency_s.mean"), upright];
  const by = ({ name }: PolicyResult): string => {
    const found = standing?.dominated[name];
    return found === undefined ? "—" : found.map(({ policy }) => policy).join(", ");
  };
  return {
    columns: ["policy", ...metrics.flatMap(({ label }) => [label, "interval"]), ...(standing ? ["dominated by"] : [])],
    rows: policies.map((policy) => [
      policy.name,
      ...metrics.flatMap((metric) => {
        const { estimate, range } = interval(metric.read(policy), metric.unit satisfies Unit);
        return [estimate, range || "—"];
      }),
      ...(standing ? [by(policy)] : []),
    ]),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Whether `a` is at least as fast and as good upright as `b`, and better in one. */
const isBeyond = (a: Place, b: Place, sign: number): boolean =>
  a.x <= b.x && a.y * sign >= b.y * sign && (a.x < b.x || a.y * sign > b.y * sign);

/** Of results whose differences were not tested pair by pair. */
function byEstimates(points: readonly (Place & { readonly name: string; readonly best: boolean })[]): string {
  const best = points
    .filter((p) => p.best)
    .sort((a, b) => a.x - b.x)
    .map(({ name }) => name);
  const n = points.length;
  if (n === 1) return `One policy, ${best[0]}: nothing to trade.`;
  if (best.length === 1) return `${best[0]} is best in both, going by the estimates.`;
  if (best.length === n && n <= 3) return `None wins on both: ${list(best)} trade one for the other.`;
  if (best.length > 5) return `${best.length} of ${n} policies trade one for the other; the others are beaten on both.`;
  return `By the estimates, from fast to slow: ${list(best)}${best.length < n ? "; every other policy is beaten on both by one of these" : ""}.`;
}

/** Of policies whose differences were tested: who is off the front, and because of whom. */
function settled(
  points: readonly (Place & { readonly name: string; readonly oracle: boolean })[],
  dominated: Standing["dominated"],
): string {
  const fair = points.filter(({ oracle }) => !oracle);
  if (fair.length === 1) return `One policy, ${fair[0]!.name}: nothing to trade.`;
  const off = fair.filter(({ name }) => dominated[name] !== undefined).map(({ name }) => name);
  const on = fair.filter(({ name }) => dominated[name] === undefined).sort((a, b) => a.x - b.x);
  const names = on.map(({ name }) => name);
  if (off.length === 0)
    return fair.length <= 4
      ? `No policy is shown to be dominated: ${list(names)} may each be the choice.`
      : `No policy of ${fair.length} is shown to be dominated.`;
  if (names.length === 1) return `${names[0]} dominates ${off.length <= 4 ? list(off) : `all ${off.length} others`}.`;
  const left = names.length <= 5 ? `, from fast to slow: ${list(names)}` : "";
  return `${names.length} of ${fair.length} policies are on the front${left}; ${off.length <= 4 ? `${list(off)} ${off.length === 1 ? "is" : "are"}` : "the others are"} dominated.`;
}
