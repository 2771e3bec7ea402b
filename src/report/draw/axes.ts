/** chart.js scales from our axes: titles with units, ticks that never touch. */
import type { ChartOptions } from "chart.js";
import { type Axis, axisTitle } from "../charts/figure.ts";
import type { Theme } from "../charts/look.ts";
import { scaleFor, tick } from "../format.ts";
import { shorten } from "../text.ts";

/** How much room there is, which is less on a phone. */
export interface Room {
  readonly theme: Theme;
  /** Width of the whole chart [px]. */
  readonly width: number;
  /** Height of the whole chart [px]. */
  readonly height: number;
  /** Body text [px]. */
  readonly text: number;
}

export type Scales = NonNullable<ChartOptions<"line">["scales"]>;
type ScaleOptions = NonNullable<Scales[string]>;

export const isNarrow = (room: Room): boolean => room.width < 560;

/** Letters of a name that fit beside a bar. */
export const nameLimit = (room: Room): number => (isNarrow(room) ? 14 : room.width < 800 ? 22 : 32);

/** Ticks of a logarithmic axis: decades, and 2 and 5 between them where few decades leave room. */
export function logTicks(min: number, max: number): number[] {
  if (!(min > 0) || !(max > min)) return [];
  const decades = Math.log10(max / min);
  const steps = decades < 1.2 ? [1, 2, 3, 4, 5, 6, 8] : decades < 3.2 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(min)) - 1; e <= Math.ceil(Math.log10(max)); e++) {
    if (e % every !== 0) continue;
    for (const step of steps) {
      const value = step * 10 ** e;
      if (value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)) ticks.push(value);
    }
  }
  return ticks;
}

/** One scale for `axis` along `way`. */
export function scale(axis: Axis, way: "x" | "y", room: Room): ScaleOptions {
  const { theme, text } = room;
  const words = axis.words;
  const title = axisTitle(axis);
  const span = way === "x" ? room.width : room.height;
  const letters = Math.floor((span * 0.8) / (text * 0.55));
  const label = (value: number | string): string => {
    const number = Number(value);
    if (words) return Number.isInteger(number) ? shorten(words[number] ?? "", isNarrow(room) ? 10 : 16) : "";
    // An axis without a prefix of its own spans so much that every tick names its unit.
    if (axis.symbol === "" && axis.unit !== "count") {
      const own = scaleFor(number, axis.unit);
      return `${tick(number, own)} ${own.symbol}`;
    }
    return tick(number, axis);
  };
  const common = {
    ...(axis.min === undefined ? {} : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
    // A line at every tick inside the plot, none at its edge.
    grid: { color: theme.grid, tickColor: theme.grid, drawTicks: true, tickLength: 5 },
    border: { color: theme.soft, display: way === "x" },
    title: {
      display: title !== "",
      text: shorten(title, letters),
      color: theme.ink,
      font: { size: text, family: theme.font },
      padding: { top: 6, bottom: 4 },
    },
    ticks: {
      color: theme.soft,
      font: { size: text - 1, family: theme.font },
      callback: label,
      maxRotation: words ? 40 : 0,
      autoSkip: true,
      autoSkipPadding: 14,
      maxTicksLimit: isNarrow(room) && way === "x" ? 6 : 11,
      padding: 4,
      ...(words ? { stepSize: 1 } : {}),
      // The ends of the axis are given by the data; a tick there would crowd its neighbour.
      includeBounds: !words && axis.unit === "share" && axis.min === 0 && axis.max === 1,
    },
  };
  if (!axis.log) return { type: "linear", ...common, ...(axis.min === undefined ? { grace: "5%" } : {}) };
  return {
    type: "logarithmic",
    ...common,
    afterBuildTicks: (built: { min: number; max: number; ticks: { value: number }[] }) => {
      const ticks = logTicks(built.min, built.max);
      if (ticks.length >= 2) built.ticks = ticks.map((value) => ({ value }));
    },
  };
}

/** A scale of names beside bars. */
export function names(list: readonly string[], room: Room): ScaleOptions {
  const { theme, text } = room;
  return {
    type: "category",
    grid: { display: false },
    border: { color: theme.soft },
    ticks: {
      color: theme.ink,
      font: { size: text, family: theme.font },
      autoSkip: false,
      callback: (_, i) => shorten(list[i] ?? "", nameLimit(room)),
    },
  };
}
