/** `samples:` of a stream: which evaluation rows it asks about, and in which shares of their classes. */
import * as z from "zod";
import type { SampleMix } from "../sim/sample-mix.ts";
import { asMap, field, listOf, orWord, quantity, type Reader, ratio, record, required, word } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ClassShares, Scenario, ScenarioSamples } from "./scenario.ts";
import { child, itemName, joinPath, type MapTree, type Tree } from "./tree.ts";

const mostPoints = 1000;

/** Shares by class, a name or a number. */
const shares: Reader<ClassShares> = orWord("table", null, {
  read(tree, path, to) {
    const map = asMap(
      tree,
      path,
      to,
      'shares by class such as { 0: 0.5, 3: 0.5 }, or "table" for those of the evaluation rows',
    );
    if (map === undefined) return undefined;
    if (map.entries.length === 0) return to.wrong(tree, path, "at least one class");
    const before = to.problems.length;
    const found = map.entries.map(({ key, value }) => [key, ratio.read(value, joinPath(path, key), to)] as const);
    if (to.problems.length > before) return undefined;
    const sum = found.reduce((all, [, share]) => all + share!, 0);
    if (Math.abs(sum - 1) > 1e-9)
      return to.report(tree.at, path, "shares that add up to 1", String(Number(sum.toPrecision(12))));
    return Object.fromEntries(found) as ClassShares & object;
  },
  schema: () => z.record(z.string(), ratio.schema()),
});

const pointMap = record("a point of a drift", {
  at: required("an instant", quantity("time")),
  classes: required("shares by class then, or table", shares),
});

const mixMap = record("samples by class", {
  classes: field("shares by class, or table", shares),
  drift: field("instants, each with the shares by class then", listOf("point", pointMap, { min: 1, max: mostPoints })),
  change: field(
    "between two points of a drift: linear unless given, or steps",
    word("a way", ["linear", "steps"] as const),
  ),
});

const mix: Reader<ScenarioSamples> = {
  schema: mixMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = mixMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const map = tree as MapTree;
    if ((given.classes === undefined) === (given.drift === undefined)) return to.wrong(tree, path, "classes or drift");
    if (given.classes !== undefined) {
      const stray = child(map, "change");
      if (stray !== undefined) return to.wrong(stray, `${path}.change`, "change beside drift only");
      return { change: "steps", points: [{ at: 0, classes: given.classes }] };
    }
    const points = given.drift!.map(({ at, classes }) => ({
      at: at!,
      classes: classes! === undefined ? null : classes!,
    }));
    if (!ascending(points, child(map, "drift")!, `${path}.drift`, to)) return undefined;
    return { change: given.change ?? to.fill(`${path}.change`, "linear"), points };
  },
};

function ascending(points: readonly { readonly at: number }[], tree: Tree, path: string, to: Reading): boolean {
  const i = points.findIndex((point, n) => n > 0 && point.at <= points[n - 1]!.at);
  if (i < 0) return true;
  const item = tree.kind === "list" ? tree.items[i]! : tree;
  to.report(item.at, joinPath(path, itemName(item, i)), "a later instant than the point before", `${points[i]!.at} s`);
  return false;
}

const order = word("an order", ["random", "in-order"] as const);

export const samplesReader: Reader<ScenarioSamples> = {
  schema: () => z.union([order.schema(), mixMap.schema()]),
  read: (tree, path, to) => (tree.kind === "map" ? mix.read(tree, path, to) : order.read(tree, path, to)),
};

/** What classes there are: their names, and their evaluation rows. */
export interface Classes {
  readonly names: readonly string[];
  readonly rows: readonly number[];
}

/** @param names of a profile; of other tables classes go by number, and these are null */
export function classesOf(labels: ArrayLike<number>, classes: number, names: readonly string[] | null): Classes {
  const rows = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) rows[labels[i]!]! += 1;
  return { names: names ?? rows.map((_, c) => String(c)), rows };
}

/** Number of a class by its name, or as it is written; -1 where there is none. */
function classNumber({ names, rows }: Classes, written: string): number {
  const byName = names.indexOf(written);
  if (byName >= 0) return byName;
  return /^\d+$/.test(written) && Number(written) < rows.length ? Number(written) : -1;
}

/** Shares of all classes, by number. */
export function mixOf(samples: Exclude<ScenarioSamples, string>, classes: Classes): SampleMix {
  const total = classes.rows.reduce((sum, n) => sum + n, 0);
  const all = (of: ClassShares): number[] => {
    if (of === null) return classes.rows.map((n) => n / total);
    const found = classes.rows.map(() => 0);
    for (const [name, share] of Object.entries(of)) found[classNumber(classes, name)]! += share;
    return found;
  };
  return {
    kind: "mix",
    change: samples.change,
    points: samples.points.map(({ at, classes: of }) => ({ at, shares: all(of) })),
  };
}

/** Reports classes that are not there, or have no evaluation row. @param classes null without a table */
export function checkSamples(
  { streams }: Scenario,
  classes: () => Classes | null,
  report: (path: string, expected: string, got: string, hint?: string | null) => void,
): void {
  for (const { name, samples } of streams) {
    if (typeof samples === "string") continue;
    const path = `workload.${name}.samples`;
    const known = classes();
    if (known === null) {
      report(
        path,
        "random or in-order for a synthetic model without a table",
        "samples by class",
        "give the model a table",
      );
      continue;
    }
    const isDrift = samples.points.length > 1 || samples.change === "linear";
    samples.points.forEach((point, i) => {
      const at = isDrift ? `${path}.drift.${i}.classes` : `${path}.classes`;
      for (const [written, share] of Object.entries(point.classes ?? {})) {
        const c = classNumber(known, written);
        if (c < 0) report(`${at}.${written}`, `a class: ${sayClasses(known)}`, JSON.stringify(written));
        else if (share > 0 && known.rows[c] === 0)
          report(`${at}.${written}`, "a class that has evaluation rows", `"${written}" without one`);
      }
    });
  }
}

function sayClasses({ names, rows }: Classes): string {
  const numbers = `0 to ${rows.length - 1}`;
  const own = names.some((name, c) => name !== String(c));
  return own ? `${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}, or ${numbers}` : numbers;
}
