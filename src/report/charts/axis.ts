/** Axes from the values they must hold: prefix, and linear or logarithmic. */
import { scaleFor, type Unit } from "../format.ts";
import type { Axis } from "./figure.ts";

/** Above this ratio of largest to smallest, a linear axis hides the small ones. */
const logAbove = 30;

interface Options {
  /** Never logarithmic, whatever the values. */
  readonly linear?: boolean;
  /** Start a linear axis at zero. */
  readonly fromZero?: boolean;
}

/** An axis for `values` [SI]. */
export function axisFor(title: string, unit: Unit, values: readonly number[], options: Options = {}): Axis {
  const finite = values.filter((v) => Number.isFinite(v));
  const most = largest(finite);
  const positive = finite.filter((v) => v > 0);
  const least = smallest(positive);
  const log = options.linear !== true && least > 0 && most / least > logAbove && unit !== "share";
  // Over so many decades one prefix makes long numbers: each tick carries its own.
  if (log && most / least > 2e4 && (unit === "s" || unit === "J")) return { title, unit, factor: 1, symbol: "", log };
  const scale = scaleFor(log ? Math.sqrt(least * most) : most, unit);
  const axis = { title, unit, factor: scale.factor, symbol: scale.symbol, log };
  return options.fromZero && !log ? { ...axis, min: 0 } : axis;
}

/** Largest of a list, 0 for none; unlike Math.max it takes any length. */
export const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** Smallest of a list, 0 for none. */
export const smallest = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => Math.min(a, b));
