/** What a sweep varied: its points as a grid of axes, an axis of several paths where they changed together. */
import type { SweepPoint } from "../../experiment/result.ts";
import { measured } from "../quantity.ts";

export interface SweptAxis {
  /** One path unless they changed together. */
  readonly paths: readonly string[];
  /** Texts of its values in order, those of several paths joined; numbers ascend, words stand as first met. */
  readonly labels: readonly string[];
  /** Which of the values a point has. */
  readonly place: (point: SweepPoint) => number;
}

export const axisName = (axis: SweptAxis): string => axis.paths.join(" and ");

/** Axes of two values and more, in the order of the file; empty for a sweep of one point. */
export function sweptAxes(sweep: readonly SweepPoint[]): SweptAxis[] {
  const paths = [...new Set(sweep.flatMap((point) => Object.keys(point.at)))];
  const distinct = (of: readonly string[]): number => new Set(sweep.map((point) => keyOf(point, of))).size;
  const groups: string[][] = [];
  for (const path of paths.filter((one) => distinct([one]) > 1)) {
    // In a grid two paths have as many pairs of values as there can be; those that change together have fewer.
    const mates = groups.filter((group) =>
      group.some((other) => distinct([path, other]) < distinct([path]) * distinct([other])),
    );
    for (const mate of mates) groups.splice(groups.indexOf(mate), 1);
    groups.push([...mates.flat(), path]);
  }
  return groups.map((group) => axisOf(sweep, group));
}

function axisOf(sweep: readonly SweepPoint[], paths: readonly string[]): SweptAxis {
  const first = new Map<string, SweepPoint>();
  for (const point of sweep) if (!first.has(keyOf(point, paths))) first.set(keyOf(point, paths), point);
  const keys = [...first.keys()];
  const numbers = keys.map((key) => measured(first.get(key)!.at[paths[0]!] ?? ""));
  const unit = numbers[0]?.unit;
  const isNumeric = unit !== undefined && numbers.every((n) => n?.unit === unit);
  const order = keys.map((_, i) => i);
  if (isNumeric) order.sort((a, b) => numbers[a]!.value - numbers[b]!.value || a - b);
  const sorted = order.map((i) => keys[i]!);
  const places = new Map(sorted.map((key, i) => [key, i]));
  return {
    paths,
    labels: sorted.map((key) => paths.map((path) => String(first.get(key)!.at[path] ?? "")).join(", ")),
    place: (point) => places.get(keyOf(point, paths)) ?? -1,
  };
}

const keyOf = (point: SweepPoint, paths: readonly string[]): string =>
  JSON.stringify(paths.map((path) => point.at[path] ?? null));
