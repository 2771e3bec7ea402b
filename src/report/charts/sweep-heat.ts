/** A metric over two swept axes: a panel a policy, a cell a point, one scale of colour for all. */
import type { Result, SweepPoint } from "../../experiment/result.ts";
import { interval, quantity, scaled, type Unit } from "../format.ts";
import { known, type Metric } from "../metrics.ts";
import { capital } from "../text.ts";
import { axisFor, largest, smallest } from "./axis.ts";
import type { Heat } from "./figure.ts";
import { sweptMetrics } from "./sweep.ts";
import { axisName, type SweptAxis, sweptAxes } from "./sweep-axes.ts";
import { leadOver } from "./sweep-leads.ts";

/** More panels than this are no picture any more. */
const mostPanels = 12;
/** At most so many values of a third axis get maps of their own. */
const mostSlices = 6;

/** All maps of a sweep over two axes; over three and more, a map for each value of the rest, where those are few. */
export function heatFigures(result: Result): Heat[] {
  const axes = sweptAxes(result.sweep);
  if (axes.length < 2 || result.policies.length > mostPanels) return [];
  // The longest two are the map, the longer one across.
  const longest = [...axes].sort((a, b) => b.labels.length - a.labels.length);
  const [x, y] = [longest[0]!, longest[1]!];
  const rest = axes.filter((axis) => axis !== x && axis !== y);
  const slices = new Map<string, SweepPoint[]>();
  for (const point of result.sweep) {
    const at = rest.map((axis) => `${axisName(axis)} = ${axis.labels[axis.place(point)]}`).join(", ");
    slices.set(at, [...(slices.get(at) ?? []), point]);
  }
  if (slices.size > mostSlices) return [];
  return [...slices].flatMap(([at, points], i) =>
    sweptMetrics.flatMap(({ path, id }) => {
      const name = slices.size > 1 ? `sweep-map-${id}-${i + 1}` : `sweep-map-${id}`;
      const figure = heatFigure(
        name,
        known(path),
        { x, y, at, points },
        result.policies.map((p) => p.name),
      );
      return figure === null ? [] : [figure];
    }),
  );
}

interface Plane {
  readonly x: SweptAxis;
  readonly y: SweptAxis;
  /** What the other axes are held at. */
  readonly at: string;
  readonly points: readonly SweepPoint[];
}

function heatFigure(id: string, metric: Metric, plane: Plane, policies: readonly string[]): Heat | null {
  const { x, y, at, points } = plane;
  const value = (point: SweepPoint | undefined, name: string) => {
    const policy = point?.policies.find((p) => p.name === name);
    const read = policy ? metric.read(policy) : null;
    return policy && read && Number.isFinite(read.estimate) ? { policy, read } : null;
  };
  const all = points.flatMap((point) => policies.flatMap((name) => value(point, name)?.read.estimate ?? []));
  if (all.length === 0) return null;
  // Nothing dropped or missed anywhere is a sentence, not a map.
  if (["dropped", "deadline_miss"].includes(metric.path) && all.every((v) => v === 0)) return null;
  // What a growing queue has reached by the end of the run would leave all other cells one colour.
  const steady = points.flatMap((point) =>
    policies.flatMap((name) => {
      const found = value(point, name);
      return found?.policy.verdict.steady ? [found.read.estimate] : [];
    }),
  );
  const shown = steady.length > 0 ? steady : all;
  const axis = axisFor(capital(metric.label), metric.unit, shown);
  const scale = { ...axis, min: smallest(axis.log ? shown.filter((v) => v > 0) : shown), max: largest(shown) };
  const text = (v: number): string =>
    axis.symbol === "" && axis.unit !== "count" ? quantity(v, axis.unit) : scaled(v, axis.unit, axis);
  const byPlace = new Map(points.map((point) => [y.place(point) * x.labels.length + x.place(point), point]));
  const panels = policies.map((name) => ({
    name,
    cells: y.labels.map((_, row) =>
      x.labels.map((_, column) => {
        const found = value(byPlace.get(row * x.labels.length + column), name);
        if (found === null) return null;
        const { estimate, low, high } = found.read;
        return { value: estimate, text: text(estimate), low, high, shaky: !found.policy.verdict.steady };
      }),
    ),
  }));
  const hasShaky = panels.some(({ cells }) => cells.flat().some((cell) => cell?.shaky));
  return {
    kind: "heat",
    id,
    title: `${capital(metric.label)} over ${axisName(x)} and ${axisName(y)}${at === "" ? "" : `, at ${at}`}`,
    finding: finding(metric, plane, policies),
    reading: `A cell is a point of the sweep; darker is more, on one scale for all policies.${hasShaky ? " Hatched: no steady state, the figure grows with the length of the run and may lie beyond the scale." : ""}`,
    x: named(x),
    y: named(y),
    scale,
    panels,
    table: {
      columns: [axisName(x), axisName(y), ...policies],
      rows: points.map((point) => [
        x.labels[x.place(point)] ?? "",
        y.labels[y.place(point)] ?? "",
        ...policies.map((name) => {
          const found = value(point, name);
          return found === null
            ? "—"
            : `${written(found.read, metric.unit)}${found.policy.verdict.steady ? "" : " (no steady state)"}`;
        }),
      ]),
    },
  };
}

/** The title of an axis and its values; a unit that all share stands in the title. */
function named(axis: SweptAxis): Heat["x"] {
  const parts = axis.labels.map((label) => /^([+-]?[\d.]+(?:e[+-]?\d+)?) (\S+)$/i.exec(label));
  const unit = parts[0]?.[2];
  if (unit === undefined || parts.some((part) => part?.[2] !== unit))
    return { title: axisName(axis), labels: axis.labels };
  return { title: `${axisName(axis)} (${unit})`, labels: parts.map((part) => part![1]!) };
}

function written(value: NonNullable<ReturnType<Metric["read"]>>, unit: Unit): string {
  const { estimate, range } = interval(value, unit);
  return range === "" ? estimate : `${estimate} ${range}`;
}

function finding(metric: Metric, { x, y, points }: Plane, policies: readonly string[]): string {
  if (policies.length > 1) return leadOver(metric, points, policies);
  const [name = ""] = policies;
  const cells = points.flatMap((point) => {
    const value = point.policies.find((p) => p.name === name);
    const read = value ? metric.read(value) : null;
    return read === null ? [] : [{ point, v: read.estimate }];
  });
  const least = cells.reduce((a, b) => (b.v < a.v ? b : a));
  const most = cells.reduce((a, b) => (b.v > a.v ? b : a));
  const where = (point: SweepPoint): string => `${x.labels[x.place(point)]} and ${y.labels[y.place(point)]}`;
  return least.v === most.v
    ? `${name}: ${metric.label} is ${quantity(least.v, metric.unit)} everywhere.`
    : `${name}: ${metric.label} from ${quantity(least.v, metric.unit)} at ${where(least.point)} to ${quantity(most.v, metric.unit)} at ${where(most.point)}.`;
}
