/** Ranges of a sweep: `{ from, to, step }` and `{ from, to, points, spacing }`, as the list of values they stand for. */
import * as z from "zod";
import { show } from "./errors.ts";
import { unitRatio } from "./quantity.ts";
import { parsePlainQuantity } from "./quantity-text.ts";
import { field, type Reader, record, required, whole, word } from "./reader.ts";
import type { Reading } from "./reading.ts";
import { child, type Plain, type Tree } from "./tree.ts";

/** Of one axis. */
export const mostValues = 1000;

const value: Reader<Plain> = {
  read: (tree, path, to) =>
    tree.kind === "scalar" && parsePlainQuantity(tree.value) !== null
      ? tree.value
      : to.wrong(tree, path, 'a number or a quantity, such as "10 Mbit/s"'),
  schema: () => z.union([z.number(), z.string()]),
};

/** The longer form of an axis. */
export const range = record("a range", {
  from: required("the first value", value),
  to: required("where it ends: the last value, or with step the limit of the last", value),
  step: field("from one value to the next", value),
  points: field("how many values, ends included", whole({ min: 2, max: mostValues })),
  spacing: field("linear (equal steps, the default) or log (equal factors)", word("a spacing", ["linear", "log"])),
});

/** Whether a map given for a path is meant as a range. */
export const isRange = (tree: Tree): boolean =>
  tree.kind === "map" && child(tree, "from") !== undefined && child(tree, "to") !== undefined;

/** @returns the values in order; nothing when they cannot be told, which is reported then */
export function rangeValues(tree: Tree, path: string, to: Reading): Plain[] {
  const before = to.problems.length;
  const given = range.read(tree, path, to);
  if (given === undefined || to.problems.length > before) return [];
  const fail = (key: "from" | "to" | "step" | "points" | "spacing", expected: string, got: string): Plain[] => {
    to.report(child(tree, key)?.at ?? tree.at, `${path}.${key}`, expected, got);
    return [];
  };
  const first = parsePlainQuantity(given.from!)!;
  const inUnit = (plain: Plain): number | null => {
    const { value: number, unit } = parsePlainQuantity(plain)!;
    const ratio = unitRatio(unit, first.unit);
    // One rounding at most: a unit of its own is not multiplied by anything.
    return ratio === null ? null : unit === first.unit ? number : Number((number * ratio).toPrecision(15));
  };
  const last = inUnit(given.to!);
  if (last === null) return fail("to", `a value in the unit of ${show(given.from)}`, show(given.to));
  if (last === first.value) return fail("to", `a value other than ${show(given.from)}`, show(given.to));
  if ((given.step === undefined) === (given.points === undefined))
    return fail("points", "one of step and points", given.step === undefined ? "none of them" : "both");
  const say = (number: number): Plain => (first.unit === "" ? number : `${number} ${first.unit}`);
  if (given.step !== undefined) {
    if (given.spacing === "log") return fail("spacing", "points instead of step, for a log spacing", show(given.step));
    const step = inUnit(given.step);
    if (step === null || !(step > 0))
      return fail("step", `a step above zero, in the unit of ${show(given.from)}`, show(given.step));
    const steps = Math.floor(Math.abs(last - first.value) / step + 1e-9);
    if (steps >= mostValues) return fail("step", `at most ${mostValues} values`, String(steps + 1));
    if (steps < 1) return fail("step", `a step of at most ${Math.abs(last - first.value)}`, show(given.step));
    return stepped(first.value, last > first.value ? step : -step, steps + 1).map(say);
  }
  if (given.spacing !== "log") return spaced(first.value, last, given.points!, "linear").map(say);
  if (!(first.value > 0 && last > 0))
    return fail(
      first.value > 0 ? "to" : "from",
      "a value above zero, for a log spacing",
      show(first.value > 0 ? given.to : given.from),
    );
  return spaced(first.value, last, given.points!, "log").map(say);
}

function stepped(from: number, step: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => Number((from + i * step).toPrecision(12)));
}

/**
 * `n` values from `from` to `to`. What lies between the ends is rounded to as few digits, three at least, as move it by no more than half a
 * percent of the way to its neighbour, so that 1 to 10 in four logarithmic values is 1, 2.15, 4.64, 10.
 */
export function spaced(from: number, to: number, n: number, spacing: "linear" | "log"): number[] {
  const exact = (i: number): number => {
    const share = i / (n - 1);
    return spacing === "log" ? from * (to / from) ** share : from + (to - from) * share;
  };
  return Array.from({ length: n }, (_, i) => {
    if (i === 0 || i === n - 1) return i === 0 ? from : to;
    const room = Math.abs(exact(i) - exact(i - 1)) / 200;
    let digits = 3;
    while (digits < 12 && Math.abs(Number(exact(i).toPrecision(digits)) - exact(i)) > room) digits++;
    return Number(exact(i).toPrecision(digits));
  });
}
