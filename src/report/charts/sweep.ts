/** A metric against the swept value, a curve a policy; one figure a metric. */
import type { Interval, Result, SweepPoint } from "../../experiment/result.ts";
import { interval, scaleFor, type Unit } from "../format.ts";
import { known, type Metric } from "../metrics.ts";
import { measured } from "../quantity.ts";
import { capital } from "../text.ts";
import { axisFor, largest, smallest } from "./axis.ts";
import type { Axis, Lines, Look } from "./figure.ts";
import { looks as looksOf } from "./look.ts";
import { axisName, type SweptAxis, sweptAxes } from "./sweep-axes.ts";
import { leadAlong } from "./sweep-leads.ts";

/** What is drawn of a sweep. */
export const sweptMetrics: readonly { readonly path: string; readonly id: string }[] = [
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

/** One line through a sweep: the points that differ along `axis` alone. */
interface Slice {
  readonly axis: SweptAxis;
  /** The other axes' values: "links.cell.up = 20 Mbit/s"; empty for a sweep over one. */
  readonly fixed: string;
  /** Those axes' names, and their values. */
  readonly rest: readonly string[];
  readonly values: readonly string[];
  /** In the order of the axis. */
  readonly points: readonly SweepPoint[];
}

/**
 * All figures of a sweep; empty when there is none.
 * @param hasMaps whether maps show every point: then many slices are left to them
 */
export function sweepFigures(result: Result, looks: ReadonlyMap<string, Look>, hasMaps = false): Lines[] {
  const apart = slices(result.sweep);
  if (hasMaps && apart.length > mostSlices) return [];
  const [only] = looks.size === 1 ? [...looks.keys()] : [];
  const isGrid = apart.every((slice) => slice.points.length === apart[0]!.points.length);
  if (only !== undefined && isGrid && apart.length > 1 && apart.length <= mostSlices) return oneChart(apart, only);
  return apart.slice(0, mostSlices).flatMap((slice, i) =>
    sweptMetrics.flatMap(({ path, id }) => {
      const name = apart.length > 1 ? `sweep-${id}-${i + 1}` : `sweep-${id}`;
      const figure = sweepFigure(name, known(path), slice, looks);
      return figure ? [figure] : [];
    }),
  );
}

/** Slices of the only policy, a curve each: what is to be compared stands in one chart. */
function oneChart(apart: readonly Slice[], policy: string): Lines[] {
  const first = apart[0]!;
  const named = apart.map((slice) => ({ slice, name: slice.values.join(", ") }));
  const merged: Slice = {
    axis: first.axis,
    fixed: "",
    rest: [],
    values: [],
    points: first.points.map((point, i) => ({
      at: point.at,
      comparisons: [],
      policies: named.flatMap(({ slice, name }) =>
        slice.points[i]!.policies.filter((p) => p.name === policy).map((p) => ({ ...p, name })),
      ),
    })),
  };
  const styles = looksOf(
    named.map(({ name }) => name),
    null,
  );
  return sweptMetrics.flatMap(({ path, id }) => {
    const metric = known(path);
    const figure = sweepFigure(`sweep-${id}`, metric, merged, styles);
    if (!figure) return [];
    // Points of a sweep are no policies: nothing was tested between them.
    const finding = range(
      policy,
      metric,
      figure.series.flatMap(({ points }) => points.map((p) => p.y)),
    );
    const shaky = unsteady(
      merged,
      named.map(({ name }) => name),
    );
    return [
      {
        ...figure,
        finding: [finding, ...shaky].join(" "),
        title: `${figure.title}: ${policy}, by ${first.rest.join(" and ")}`,
      },
    ];
  });
}

/** Splits a sweep over several axes along the longest. A single point is no curve: it stands in the table. */
function slices(sweep: readonly SweepPoint[]): Slice[] {
  const axes = sweptAxes(sweep);
  if (axes.length === 0) return [];
  const axis = axes.reduce((a, b) => (b.labels.length > a.labels.length ? b : a));
  const rest = axes.filter((other) => other !== axis);
  const found = new Map<string, SweepPoint[]>();
  for (const point of sweep) {
    const fixed = rest.map((other) => `${axisName(other)} = ${other.labels[other.place(point)]}`).join(", ");
    found.set(fixed, [...(found.get(fixed) ?? []), point]);
  }
  return [...found].map(([fixed, points]) => ({
    axis,
    fixed,
    rest: rest.map(axisName),
    values: rest.map((other) => other.labels[other.place(points[0]!)] ?? ""),
    points: [...points].sort((a, b) => axis.place(a) - axis.place(b)),
  }));
}

interface Along {
  readonly axis: Axis;
  readonly place: (point: SweepPoint, i: number) => number;
}

/** The x axis: numeric where every value (of paths that change together, of the first) is a quantity of one unit, else the values as written, in order. */
function along({ axis: swept, points }: Slice): Along {
  const [path] = swept.paths;
  const read = points.map((point) => measured(point.at[path!] ?? ""));
  const unit = read[0]?.unit;
  const values = read.map((m) => m?.value ?? 0);
  const title = swept.paths.length > 1 ? `${path} (with ${swept.paths.slice(1).join(", ")})` : path!;
  if (unit !== undefined && read.every((m) => m?.unit === unit) && new Set(values).size === points.length)
    return { axis: numeric(title, unit, values), place: (_, i) => values[i] ?? 0 };
  const axis: Axis = {
    title: axisName(swept),
    unit: "count",
    factor: 1,
    symbol: "",
    log: false,
    min: -0.3,
    max: points.length - 0.7,
    words: points.map((point) => swept.labels[swept.place(point)] ?? ""),
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

function sweepFigure(id: string, metric: Metric, slice: Slice, looks: ReadonlyMap<string, Look>): Lines | null {
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
  const shaky = unsteady(slice, [...looks.keys()]);
  return {
    kind: "lines",
    id,
    title: `${name} against ${axisName(slice.axis)}${slice.fixed ? `, at ${slice.fixed}` : ""}`,
    finding: [finding(metric, slice, series), ...shaky].join(" "),
    reading: `${slice.points.length > mostWhiskers ? "Bands" : "Whiskers"} are the intervals.${shaky.length > 0 ? " Where there is no steady state, the figure may depend on the length of the run." : ""}`,
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
      columns: [axisName(slice.axis), ...[...looks.keys()]],
      rows: slice.points.map((point) => [
        labelOf(slice, point),
        ...[...looks.keys()].map((name) => {
          const policy = point.policies.find((p) => p.name === name);
          const text = written(policy ? metric.read(policy) : null, metric.unit);
          return policy?.verdict.steady === false ? `${text} (no steady state)` : text;
        }),
      ]),
    },
  };
}

/** A sentence on the points of each policy that reached no steady state; none where all did. */
function unsteady(slice: Slice, names: readonly string[]): string[] {
  const found = names.flatMap((name) => {
    const at = slice.points.filter((point) => point.policies.find((p) => p.name === name)?.verdict.steady === false);
    if (at.length === 0) return [];
    const where =
      at.length > 3 ? `${at.length} of ${slice.points.length} points` : at.map((p) => labelOf(slice, p)).join(", ");
    return [`${name} at ${where}`];
  });
  return found.length === 0 ? [] : [`No steady state: ${found.join("; ")}.`];
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

const labelOf = ({ axis }: Slice, point: SweepPoint): string => axis.labels[axis.place(point)] ?? "";

/** Who leads where, as far as that is settled. */
function finding(metric: Metric, slice: Slice, series: Lines["series"]): string {
  const [only] = series;
  if (series.length === 1 && only)
    return range(
      only.name,
      metric,
      only.points.map((p) => p.y),
    );
  return leadAlong(
    metric,
    slice.points.map((point) => ({ label: labelOf(slice, point), point })),
  );
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
