/** `sweep:`, values to try for one path or several, in every combination or together. */
import * as z from "zod";
import { ScenarioError } from "./errors.ts";
import type { Document } from "./parse.ts";
import { mostValues, range, rangeValues } from "./range.ts";
import { asMap, namedSchema, type Reader } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { Resources } from "./resources.ts";
import type { SweepAxis } from "./scenario.ts";
import { setPath, withoutSweep } from "./set.ts";
import { child, fromPlain, joinPath, type MapEntry, type Span, type Tree, toPlain } from "./tree.ts";

/** All axes together. */
const mostPoints = 10_000;

/** What is read once for all points: a value of its own there would change nothing, and nobody would notice. */
const once: Readonly<Record<string, string>> = {
  title: "it changes no result",
  baseline: "run again with --set baseline=…",
  expect: "sentences name their points: at links.cell.up=1 Mbit/s: …",
  version: "there is one",
  sweep: "a sweep of a sweep",
  policies: "sweep what a policy says, such as policies.<name>.exit.threshold",
  "run.replications": "run again with --set run.replications=…",
  "run.confidence": "run again with --set run.confidence=…",
  "run.precision": "run again with --set run.precision=…",
  "run.regret": "run again with --set run.regret=…",
};

/** A path as it is written in `sweep:`, with its values as trees, each at the place it was written. */
interface Swept {
  readonly path: string;
  /** As messages name it: `sweep.zip.links.cell.up`. */
  readonly where: string;
  readonly at: Span;
  readonly values: readonly Tree[];
}

export const sweepReader: Reader<SweepAxis[]> = {
  read(tree, path, to) {
    const map = asMap(tree, path, to, "a map from paths such as links.cell.up to lists of values");
    if (map === undefined) return undefined;
    if (map.entries.length === 0) return to.wrong(tree, path, "at least one path");
    const axes = sweptAxes(map.entries, path, to);
    checkPaths(axes.flat(), to);
    const points = axes.reduce((product, axis) => product * (axis[0]?.values.length ?? 1), 1);
    if (points > mostPoints) return to.report(tree.at, path, `at most ${mostPoints} points`, String(points));
    return axes.map((axis) => axis.map((swept) => ({ path: swept.path, values: swept.values.map(toPlain) })));
  },
  schema: () => {
    const axis = namedSchema("axis", () => z.union([z.array(z.any()).min(1).max(mostValues), range.schema()]));
    const group = z.record(z.string(), axis);
    const zip = z.union([group, z.array(group)]).describe("paths whose values change together, one map or several");
    return z.object({ zip: zip.optional() }).catchall(axis);
  },
};

/** Axes in the order they are written, those of `zip` at its place. */
function sweptAxes(entries: readonly MapEntry[], path: string, to: Reading): Swept[][] {
  return entries.flatMap((entry) => {
    if (entry.key !== "zip") return [[sweptPath(entry, path, to)]];
    const where = joinPath(path, "zip");
    const groups = entry.value.kind === "list" ? entry.value.items : [entry.value];
    return groups.flatMap((group, i) => {
      const here = entry.value.kind === "list" ? joinPath(where, String(i)) : where;
      return zipped(group, here, to);
    });
  });
}

function sweptPath({ key, at, value }: MapEntry, path: string, to: Reading): Swept {
  const where = joinPath(path, key);
  return { path: key, where, at, values: axisValues(value, where, to) };
}

function zipped(tree: Tree, path: string, to: Reading): Swept[][] {
  const map = asMap(tree, path, to, "a map of two paths or more, whose values change together");
  if (map === undefined) return [];
  if (map.entries.length < 2) {
    to.wrong(tree, path, "two paths or more, whose values change together");
    return [];
  }
  const before = to.problems.length;
  const axis = map.entries.map((entry) => sweptPath(entry, path, to));
  if (to.problems.length > before) return [];
  const lengths = axis.map(({ path: key, values }) => `${values.length} of ${key}`);
  if (new Set(axis.map(({ values }) => values.length)).size > 1) {
    to.report(tree.at, path, "as many values of each path as of the others", lengths.join(", "));
    return [];
  }
  return [axis];
}

/** Values of an axis as trees, each at the place it was written. Nothing when they cannot be told; reported then. */
function axisValues(tree: Tree, path: string, to: Reading): readonly Tree[] {
  if (tree.kind === "list" && tree.items.length > 0 && tree.items.length <= mostValues) return tree.items;
  if (tree.kind === "map") return rangeValues(tree, path, to).map((value) => fromPlain(value, tree.at));
  to.wrong(tree, path, `a list of 1 to ${mostValues} values, or a range { from, to, points }`);
  return [];
}

/** Each path once, none inside another: which of the two counts would be a matter of their order. */
function checkPaths(all: readonly Swept[], to: Reading): void {
  all.forEach(({ path, where, at }, i) => {
    const other = all
      .slice(0, i)
      .find((one) => `${path}.`.startsWith(`${one.path}.`) || `${one.path}.`.startsWith(`${path}.`));
    if (other !== undefined) {
      const got =
        path === other.path
          ? "the same again"
          : path.length > other.path.length
            ? `part of ${other.path}`
            : `${other.path} is part of it`;
      to.report(at, where, "a path that the sweep does not change yet", got);
    }
    const fixed = Object.keys(once).find(
      (key) => path === key || (key === "run.precision" && path.startsWith(`${key}.`)),
    );
    if (fixed !== undefined)
      to.report(at, where, "the path of a value that a simulation depends on", path, once[fixed]);
  });
}

/** Tries every value of every axis by itself, so that a mistake is found before the first run; values of a zip are tried together. */
export function checkSweep(
  document: Document,
  to: Reading,
  read: (document: Document, resources: Resources) => unknown,
): void {
  const sweep = child(document.tree, "sweep");
  if (sweep?.kind !== "map") return;
  const without = withoutSweep(document);
  for (const axis of sweptAxes(sweep.entries, "sweep", to)) {
    // What is wrong with every value, such as the path, is one mistake.
    const known = new Set<string>();
    let wrong = 0;
    for (let row = 0; row < (axis[0]?.values.length ?? 0); row++) {
      if (!tryRow(without, axis, row, to, read, known) && ++wrong >= 5) break;
    }
  }
}

function tryRow(
  document: Document,
  axis: readonly Swept[],
  row: number,
  to: Reading,
  read: (document: Document, resources: Resources) => unknown,
  known: Set<string>,
): boolean {
  try {
    read(
      axis.reduce((changed, { path, at, values }) => setPath(changed, path, values[row]!, at), document),
      to.resources,
    );
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    for (const problem of error.problems) {
      const mine = axis.find(({ path }) => `${problem.path}.`.startsWith(`${path}.`)) ?? axis[0]!;
      const value = mine.values[row]!;
      const isHere = axis.some(({ at, values }) => isInside(problem.at, values[row]!.at) || isInside(problem.at, at));
      const place = isHere ? problem.at : value.at;
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
