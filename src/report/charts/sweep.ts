/** A metric against the swept value, a curve a policy; one figure a metric. */
import type { Interval, Result, SweepPoint } from "../../experiment/result.ts";
import { interval, scaleFor, type Unit } from "../format.ts";
import { baselineOf, known, type Metric } from "../metrics.ts";
import { measured } from "../quantity.ts";
import { capital, list } from "../text.ts";
import { axisFor, largest, smallest } from "./axis.ts";
import type { Axis, Lines, Look } from "./figure.ts";
import { looks as looksOf } from "./look.ts";

const shown: readonly { readonly path: string; readonly id: string }[] = [
  { path: "latency_s.mean", id: "mean-latency" },
  { path: "latency_s.p95", id: "p95-latency" },
  { path: "accuracy", id: "accuracy" },
  { path: "deadline_miss", id: "deadline-miss" },
  { path: "dropped", id: "dropped" },
  { path: "throughput_per_s", id: "throughput" },
  { path: "energy_j.total", id: "energy" },
];

/** At most so many slices of a sweep over several paths get charts of their own. */
const mostSlices = 6;
/** Up to here every point has its whisker; beyond, a band. */
const mostWhiskers = 12;

/** One line through a sweep: the points that differ in `path` alone. */
interface Slice {
  readonly path: string;
  /** The other paths' values: "links.cell.up = 20 Mbit/s"; empty for a sweep over one path. */
  readonly fixed: string;
  /** Those paths, and their values. */
  readonly rest: readonly string[];
  readonly values: readonly string[];
  readonly points: readonly SweepPoint[];
}

/** All figures of a sweep; empty when there is none. */
export function sweepFigures(result: Result, looks: ReadonlyMap<string, Look>): Lines[] {
  // A single point is no curve: it stands in the table.
  const apart = slices(result.sweep).filter((slice) => slice.points.length > 1);
  const baseline = baselineOf(result);
  const [only] = looks.size === 1 ? [...looks.keys()] : [];
  const isGrid = apart.every((slice) => slice.points.length === apart[0]!.points.length);
  if (only !== undefined && isGrid && apart.length > 1 && apart.length <= mostSlices) return oneChart(apart, only);
  return apart.slice(0, mostSlices).flatMap((slice, i) =>
    shown.flatMap(({ path, id }) => {
      const name = apart.length > 1 ? `sweep-${id}-${i + 1}` : `sweep-${id}`;
      const figure = sweepFigure(name, known(path), slice, looks, baseline);
      return figure ? [figure] : [];
    }),
  );
}

/** Slices of the only policy, a curve each: what is to be compared stands in one chart. */
function oneChart(apart: readonly Slice[], policy: string): Lines[] {
  const first = apart[0]!;
  const named = apart.map((slice) => ({ slice, name: slice.values.join(", ") }));
  const merged: Slice = {
    path: first.path,
    fixed: "",
    rest: [],
    values: [],
    points: first.points.map((point, i) => ({
      ...point,
      at: { [first.path]: point.at[first.path]! },
      policies: named.flatMap(({ slice, name }) =>
        slice.points[i]!.policies.filter((p) => p.name === policy).map((p) => ({ ...p, name })),
      ),
    })),
  };
  const styles = looksOf(
    named.map(({ name }) => name),
    null,
  );
  return shown.flatMap(({ path, id }) => {
    const figure = sweepFigure(`sweep-${id}`, known(path), merged, styles, null);
    return figure ? [{ ...figure, title: `${figure.title}: ${policy}, by ${first.rest.join(" and ")}` }] : [];
  });
}

/** Splits a sweep over several paths along the one with the most values. */
function slices(sweep: readonly SweepPoint[]): Slice[] {
  const paths = [...new Set(sweep.flatMap((point) => Object.keys(point.at)))];
  if (paths.length === 0) return [];
  const values = (path: string): number => new Set(sweep.map((point) => point.at[path])).size;
  const path = paths.reduce((a, b) => (values(b) > values(a) ? b : a));
  const rest = paths.filter((p) => p !== path && values(p) > 1);
  const found = new Map<string, SweepPoint[]>();
  for (const point of sweep) {
    const fixed = rest.map((p) => `${p} = ${point.at[p]}`).join(", ");
    found.set(fixed, [...(found.get(fixed) ?? []), point]);
  }
  return [...found].map(([fixed, points]) => {
    return { path, fixed, rest, values: rest.map((p) => String(points[0]!.at[p])), points };
  });
}

interface Along {
  readonly axis: Axis;
  readonly place: (point: SweepPoint, i: number) => number;
}

/** The x axis: numeric where every value is a quantity of one unit, else the values as written, in order. */
function along(slice: Slice): Along {
  const texts = slice.points.map((point) => point.at[slice.path] ?? "");
  const read = texts.map(measured);
  const unit = read[0]?.unit;
  if (unit !== undefined && read.every((m) => m?.unit === unit)) {
    const values = read.map((m) => m?.value ?? 0);
    return { axis: numeric(slice.path, unit, values), place: (_, i) => values[i] ?? 0 };
  }
  const axis: Axis = {
    title: slice.path,
    unit: "count",
    factor: 1,
    symbol: "",
    log: false,
    min: -0.3,
    max: texts.length - 0.7,
    words: texts.map(String),
  };
  return { axis, place: (_, i) => i };
}

function numeric(title: string, unit: Unit, values: readonly number[]): Axis {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const low = smallest(sorted);
  const high = largest(sorted);
  const log = low > 0 && (high / low > 30 || isGeometric(sorted));
  const scale = scaleFor(log ? low : high, unit);
  const axis = { title, unit, factor: scale.factor, symbol: scale.symbol, log };
  if (sorted.length < 2) return axis;
  if (log) return { ...axis, min: low / (high / low) ** 0.03, max: high * (high / low) ** 0.03 };
  return { ...axis, min: low - (high - low) * 0.03, max: high + (high - low) * 0.03 };
}

/** Whether values step by factors rather than by sums: 1, 2, 4, 8. */
function isGeometric(sorted: readonly number[]): boolean {
  const [first, second] = sorted;
  const last = sorted[sorted.length - 1];
  if (sorted.length < 4 || first === undefined || second === undefined || last === undefined || last / first < 8)
    return false;
  const ratios = sorted.slice(1).map((v, i) => v / (sorted[i] ?? v));
  return largest(ratios) / smallest(ratios) < 1.6;
}

function sweepFigure(
  id: string,
  metric: Metric,
  slice: Slice,
  looks: ReadonlyMap<string, Look>,
  baseline: string | null,
): Lines | null {
  const { axis: x, place } = along(slice);
  const series = [...looks].flatMap(([name, look]) => {
    const points = slice.points.flatMap((point, i) => {
      const policy = point.policies.find((p) => p.name === name);
      const value = policy ? metric.read(policy) : null;
      return value && Number.isFinite(value.estimate)
        ? [{ x: place(point, i), y: value.estimate, low: value.low, high: value.high }]
        : [];
    });
    return points.length === 0 ? [] : [{ name, look, points: points.sort((a, b) => a.x - b.x) }];
  });
  const ys = series.flatMap(({ points }) =>
    points.flatMap((p) => [p.y, ...(p.low === null ? [] : [p.low]), ...(p.high === null ? [] : [p.high])]),
  );
  if (ys.length === 0) return null;
  // Nothing dropped or missed anywhere is a sentence, not a chart.
  if (["dropped", "deadline_miss"].includes(metric.path) && ys.every((v) => v === 0)) return null;
  const name = capital(metric.label);
  return {
    kind: "lines",
    id,
    title: `${name} against ${slice.path}${slice.fixed ? `, at ${slice.fixed}` : ""}`,
    finding: finding(metric, slice, series, baseline),
    reading: slice.points.length > mostWhiskers ? "Bands are the intervals." : "Whiskers are the intervals.",
    x,
    y: vertical(
      name,
      metric,
      ys,
      series.flatMap(({ points }) => points.map((p) => p.y)),
    ),
    spread: slice.points.length > mostWhiskers ? "band" : "whiskers",
    marked: true,
    series,
    limits: [],
    table: {
      columns: [slice.path, ...[...looks.keys()]],
      rows: slice.points.map((point) => [
        String(point.at[slice.path] ?? ""),
        ...[...looks.keys()].map((name) => {
          const policy = point.policies.find((p) => p.name === name);
          return written(policy ? metric.read(policy) : null, metric.unit);
        }),
      ]),
    },
  };
}

function written(value: Interval | null, unit: Unit): string {
  const { estimate, range } = interval(value, unit);
  return range === "" ? estimate : `${estimate} ${range}`;
}

function vertical(title: string, metric: Metric, all: readonly number[], estimates: readonly number[]): Axis {
  const axis = axisFor(title, metric.unit, estimates);
  if (axis.log) return { ...axis, min: smallest(estimates.filter((v) => v > 0)) / 1.25, max: largest(all) * 1.25 };
  const [low, high] = [smallest(all), largest(all)];
  if (high === 0) return { ...axis, min: 0, max: 1 };
  if (metric.path === "accuracy") {
    const room = Math.max(0.01, (high - low) * 0.12);
    return { ...axis, min: Math.max(0, low - room), max: Math.min(1, high + room) };
  }
  return { ...axis, min: 0, max: metric.unit === "share" ? Math.min(1, high * 1.06) : high * 1.06 };
}

/** Who leads where, by the estimates. */
function finding(metric: Metric, slice: Slice, series: Lines["series"], baseline: string | null): string {
  const higher = ["accuracy", "throughput_per_s", "goodput_per_s"].includes(metric.path);
  const only = series[0];
  if (series.length === 1 && only)
    return range(
      only.name,
      metric,
      only.points.map((p) => p.y),
    );
  const { place } = along(slice);
  const at = slice.points
    .map((point, i) => ({ label: String(point.at[slice.path] ?? ""), x: place(point, i) }))
    .sort((a, b) => a.x - b.x);
  const leads: { names: string; from: string; to: string }[] = [];
  for (const { label, x } of at) {
    const values = series.flatMap(({ name, points }) => {
      const y = points.find((p) => p.x === x)?.y;
      return y === undefined ? [] : [{ name, y: higher ? -y : y }];
    });
    if (values.length === 0) continue;
    const best = Math.min(...values.map((v) => v.y));
    const same = values.filter((v) => v.y - best <= Math.abs(best) * 1e-9);
    const names = same.length === values.length && values.length > 1 ? "" : list(same.map((v) => v.name));
    const last = leads[leads.length - 1];
    if (last && last.names === names) leads[leads.length - 1] = { ...last, to: label };
    else leads.push({ names, from: label, to: label });
  }
  const word = higher ? "highest" : "lowest";
  const say = (lead: (typeof leads)[number]): string => {
    const where = lead.from === lead.to ? `at ${lead.from}` : `from ${lead.from} to ${lead.to}`;
    return `${lead.names === "" ? "all alike" : lead.names} ${where}`;
  };
  const [one] = leads;
  const label = metric.label;
  if (leads.length === 1 && one)
    return one.names === ""
      ? `All have the same ${label} everywhere.`
      : `${one.names} has the ${word} ${label} at every point.`;
  if (leads.length > 5)
    return `The policy with the ${word} ${label} changes ${leads.length - 1} times along the sweep${baseline ? `; the baseline is ${baseline}` : ""}.`;
  return `Which has the ${word} ${label}: ${leads.map(say).join("; ")}.`;
}

function range(name: string, metric: Metric, values: readonly number[]): string {
  const text = (v: number): string =>
    interval({ estimate: v, low: null, high: null, confidence: 0, n: 0, values: [] }, metric.unit).estimate;
  const low = smallest(values);
  const high = largest(values);
  return low === high
    ? `${name}: ${metric.label} stays at ${text(low)}.`
    : `${name}: ${metric.label} goes from ${text(low)} to ${text(high)}.`;
}
