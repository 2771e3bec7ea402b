/** `sweep:`, values to try for one path or several. */
import * as z from "zod";
import { ScenarioError, show } from "./errors.ts";
import type { Document } from "./parse.ts";
import { parsePlainQuantity } from "./quantity-text.ts";
import { asMap, type Reader, record, required, whole } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Resources } from "./resources.ts";
import type { Scenario } from "./scenario.ts";
import { removeSection, setPath } from "./set.ts";
import { child, fromPlain, joinPath, type Plain, type Span, type Tree, toPlain } from "./tree.ts";

const mostValues = 1000;
/** All axes together. */
const mostPoints = 10_000;

type Axis = Scenario["sweep"][number];

const end: Reader<Plain> = {
  read: (tree, path, to) =>
    tree.kind === "scalar" && (typeof tree.value === "number" || typeof tree.value === "string")
      ? tree.value
      : to.wrong(tree, path, "a number or a quantity"),
  schema: () => z.union([z.number(), z.string()]),
};
const range = record("a range", {
  from: required("the first value", end),
  to: required("the last value", end),
  steps: required("how many values, ends included", whole({ min: 2, max: 1000 })),
});

export const sweepReader: Reader<Axis[]> = {
  read(tree, path, to) {
    const map = asMap(tree, path, to, "a map from paths such as links.cell.up to lists of values");
    if (map === undefined) return undefined;
    if (map.entries.length === 0) return to.wrong(tree, path, "at least one path");
    const axes = map.entries.map(({ key, value }) => ({
      path: key,
      values: axisValues(value, joinPath(path, key), to).map(toPlain),
    }));
    const points = axes.reduce((product, axis) => product * axis.values.length, 1);
    return points <= mostPoints ? axes : to.report(tree.at, path, `at most ${mostPoints} points`, String(points));
  },
  schema: () => z.record(z.string(), z.union([z.array(z.any()), range.schema()])),
};

/** Values of an axis as trees, each at the place it was written. Nothing when they cannot be told; reported then. */
function axisValues(tree: Tree, path: string, to: Reading): readonly Tree[] {
  if (tree.kind === "list" && tree.items.length > 0 && tree.items.length <= mostValues) return tree.items;
  if (tree.kind !== "map") {
    to.wrong(tree, path, `a list of 1 to ${mostValues} values, or { from, to, steps }`);
    return [];
  }
  const before = to.problems.length;
  const given = range.read(tree, path, to);
  if (given === undefined || to.problems.length > before) return [];
  const values = steps(given.from!, given.to!, given.steps!);
  if (values !== null) return values.map((value) => fromPlain(value, tree.at));
  to.report(tree.at, path, "from and to in the same unit", `${show(given.from)} and ${show(given.to)}`);
  return [];
}

function steps(from: Plain, to: Plain, n: number): Plain[] | null {
  const a = parsePlainQuantity(from);
  const b = parsePlainQuantity(to);
  if (a === null || b === null || a.unit !== b.unit) return null;
  return Array.from({ length: n }, (_, i) => {
    const value = Number((a.value + ((b.value - a.value) * i) / (n - 1)).toPrecision(12));
    return a.unit === "" ? value : `${value} ${a.unit}`;
  });
}

/** Tries every value of every axis by itself, so that a mistake is found before the first run. */
export function checkSweep(
  document: Document,
  to: Reading,
  read: (document: Document, resources: Resources) => unknown,
): void {
  const sweep = child(document.tree, "sweep");
  if (sweep?.kind !== "map") return;
  const without = removeSection(document, "sweep");
  for (const { key, at, value } of sweep.entries) {
    // What is wrong with every value, such as the path, is one mistake.
    const known = new Set<string>();
    let wrong = 0;
    for (const one of axisValues(value, joinPath("sweep", key), to)) {
      if (!tryValue(without, key, at, one, to, read, known) && ++wrong >= 5) break;
    }
  }
}

function tryValue(
  document: Document,
  path: string,
  at: Span,
  value: Tree,
  to: Reading,
  read: (document: Document, resources: Resources) => unknown,
  known: Set<string>,
): boolean {
  try {
    read(setPath(document, path, value, at), to.resources);
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    for (const problem of error.problems) {
      const place = isInside(problem.at, value.at) || isInside(problem.at, at) ? problem.at : value.at;
      const mistake = JSON.stringify([problem.path, place?.start, problem.expected, problem.got]);
      if (!known.has(mistake)) to.problems.push({ ...problem, at: place });
      known.add(mistake);
    }
    return false;
  }
}

/** A problem that a value causes elsewhere is shown at the value. */
function isInside(inner: Span | null, outer: Span): boolean {
  return inner !== null && inner.source === outer.source && inner.start >= outer.start && inner.end <= outer.end;
}
