/** Times and sizes as scenarios give them: a quantity, a distribution, an exact list, one for each node or stream. */
import * as z from "zod";
import type { Distribution } from "../sim/distribution.ts";
import { logGamma } from "../sim/special.ts";
import { uncutNormal } from "../sim/uncut-normal.ts";
import { weibullShape } from "../sim/weibull-shape.ts";
import { show } from "./errors.ts";
import type { Dimension } from "./quantity.ts";
import { kinds } from "./quantity.ts";
import {
  asMap,
  field,
  listOf,
  namedSchema,
  plainNumber,
  quantity,
  type Reader,
  ratio,
  record,
  required,
  type Shape,
  text,
  type Values,
  whole,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ByBatch, Leaf, Varied } from "./scenario.ts";
import { child, joinPath, type Tree } from "./tree.ts";
import { readValues } from "./values.ts";

type Make = (tree: Tree, path: string, to: Reading) => Leaf | undefined;

/** Readers of what stands beside each distribution's name, by that name. */
interface Family {
  readonly parts: ReadonlyMap<string, { readonly make: Make; readonly schema: () => z.ZodType }>;
}

const families = new Map<Dimension, Family>();
const most = 100_000;

function familyOf(dimension: Dimension): Family {
  const known = families.get(dimension);
  if (known !== undefined) return known;
  const family = makeFamily(dimension);
  families.set(dimension, family);
  return family;
}

function makeFamily(dimension: Dimension): Family {
  const amount = quantity(dimension);
  const positive = quantity(dimension, { isPositive: true });
  const shapeNumber = plainNumber({ min: 0.01, max: 1000 });
  const cvNumber = plainNumber({ min: 0, max: 1000 });
  const parts = new Map<string, { make: Make; schema: () => z.ZodType }>();
  const add = <S extends Shape>(
    name: string,
    shape: S,
    make: (values: Values<S>, tree: Tree, path: string, to: Reading) => Leaf | undefined,
  ): void => {
    const reader = record(name, shape);
    parts.set(name, {
      schema: reader.schema,
      make(tree, path, to) {
        const before = to.problems.length;
        const values = reader.read(tree, path, to);
        return values === undefined || to.problems.length > before ? undefined : make(values, tree, path, to);
      },
    });
  };
  parts.set("constant", {
    schema: amount.schema,
    make(tree, path, to) {
      const value = amount.read(tree, path, to);
      return value === undefined ? undefined : { kind: "constant", value };
    },
  });
  parts.set("exponential", {
    schema: positive.schema,
    make(tree, path, to) {
      if (tree.kind === "map")
        return to.wrong(tree, path, "its mean alone", `write { exponential: ${kinds[dimension].example} }`);
      const mean = positive.read(tree, path, to);
      return mean === undefined ? undefined : { kind: "exponential", mean };
    },
  });
  const spread = {
    mean: field("the mean, beside cv", positive),
    cv: field("standard deviation / mean, beside mean", plainNumber({ above: 0, max: 1000 })),
  };
  add(
    "uniform",
    {
      low: field("the least value", amount),
      high: field("the greatest value", amount),
      ...spread,
      cv: field("standard deviation / mean, beside mean: at most 1 / √3", cvNumber),
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["low", "high"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 0) {
        const { low, high } = given as { low: number; high: number };
        return low <= high ? { kind: "uniform", low, high } : to.wrong(tree, path, "low at most high");
      }
      // Standard deviation: width / √12.
      const half = Math.sqrt(3) * given.cv!;
      if (half > 1 + 1e-3)
        return to.wrong(child(tree, "cv")!, `${path}.cv`, "a bare number of at most 0.577: from 0 to twice the mean");
      const reach = Math.min(1, half) * given.mean!;
      return { kind: "uniform", low: given.mean! - reach, high: given.mean! + reach };
    },
  );
  add(
    "normal",
    {
      mean: field("beside sd the mean before the cut at 0, beside cv the mean of what is left", amount),
      sd: field("standard deviation before the cut", amount),
      cv: field("standard deviation / mean of what is left: at most 0.755", cvNumber),
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["mean", "sd"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 0) return { kind: "normal", mean: given.mean!, sd: given.sd! };
      if (given.mean === 0)
        return to.wrong(child(tree, "mean")!, `${path}.mean`, `${kinds[dimension].what} above zero`);
      const whole = uncutNormal(given.mean!, given.cv!);
      if (whole === null)
        return to.wrong(child(tree, "cv")!, `${path}.cv`, "a bare number of at most 0.755, half a normal around 0");
      return { kind: "normal", ...whole };
    },
  );
  for (const kind of ["lognormal", "gamma"] as const)
    add(
      kind,
      { mean: required("the mean", positive), cv: required("standard deviation / mean, bare", cvNumber) },
      ({ mean, cv }) => ({ kind, mean: mean!, cv: cv! }),
    );
  add(
    "erlang",
    {
      mean: required("the mean of the whole", positive),
      k: field("phases", whole({ min: 1, max: 1000 })),
      cv: field("standard deviation / mean, in place of k: 1 / √k", plainNumber({ above: 0, max: 1000 })),
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["mean", "k"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 0) return { kind: "erlang", mean: given.mean!, k: given.k! };
      const k = Math.min(1000, Math.max(1, Math.round(given.cv! ** -2)));
      if (Math.abs(given.cv! * Math.sqrt(k) - 1) <= 2e-3) return { kind: "erlang", mean: given.mean!, k };
      const near = Number((1 / Math.sqrt(k)).toPrecision(3));
      const hint = `the nearest is cv: ${near}, k: ${k}; gamma takes any cv`;
      return to.wrong(child(tree, "cv")!, `${path}.cv`, "1, 0.707, 0.577, 0.5 and so on: 1 / √k for k phases", hint);
    },
  );
  add(
    "hyperexponential",
    {
      shares: field("probability of each branch", listOf("share", ratio, { min: 1, max: 100 })),
      means: field("mean of each branch", listOf("mean", positive, { min: 1, max: 100 })),
      ...spread,
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["shares", "means"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 1) {
        if (given.cv! < 1) return to.wrong(child(tree, "cv")!, `${path}.cv`, "a bare number of at least 1");
        return balanced(given.mean!, given.cv!);
      }
      const { shares, means } = given as { shares: number[]; means: number[] };
      return addUp(shares, means, tree, path, to) ? { kind: "hyperexponential", shares, means } : undefined;
    },
  );
  add(
    "weibull",
    {
      shape: field("below 1: heavy tail, above 1: narrow", shapeNumber),
      scale: field("63 % of values are smaller", positive),
      ...spread,
      cv: field("standard deviation / mean, beside mean", plainNumber({ min: 0.01, max: 1000 })),
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["shape", "scale"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 0) return { kind: "weibull", shape: given.shape!, scale: given.scale! };
      const shape = weibullShape(given.cv!);
      // Mean of a weibull variable of scale 1: Γ(1 + 1/shape).
      return { kind: "weibull", shape, scale: given.mean! / Math.exp(logGamma(1 + 1 / shape)) };
    },
  );
  add(
    "pareto",
    {
      shape: field("the smaller, the heavier the tail", shapeNumber),
      minimum: field("the least value", positive),
      ...spread,
    },
    (given, tree, path, to) => {
      const way = oneOfPairs(tree, path, to, ["shape", "minimum"], ["mean", "cv"]);
      if (way === undefined) return undefined;
      if (way === 0) return { kind: "pareto", shape: given.shape!, minimum: given.minimum! };
      // cv² = 1 / (shape (shape - 2)), mean = minimum shape / (shape - 1).
      const shape = 1 + Math.sqrt(1 + given.cv! ** -2);
      return { kind: "pareto", shape, minimum: (given.mean! * (shape - 1)) / shape };
    },
  );
  add(
    "discrete",
    {
      values: required("what may come", listOf("value", amount, { min: 1, max: most })),
      shares: required("probability of each", listOf("share", ratio, { min: 1, max: most })),
    },
    ({ values, shares }, tree, path, to) =>
      addUp(shares!, values!, tree, path, to) ? { kind: "discrete", values: values!, shares: shares! } : undefined,
  );
  add("empirical", { file: required("a file of one value a line", text) }, ({ file }, tree, path, to) => {
    const values = readValues(to, tree, path, file!, dimension, 1_000_000);
    if (values === undefined) return undefined;
    return { kind: "empirical", quantiles: [...values].sort((a, b) => a - b), file: file! };
  });
  parts.set("sequence", {
    schema: () => z.array(amount.schema()),
    make(tree, path, to) {
      const values = listOf("value", amount, { min: 1, max: most }).read(tree, path, to);
      return values === undefined ? undefined : { kind: "sequence", values };
    },
  });
  return { parts };
}

/** Which of two pairs of keys stands there, whole and alone. */
function oneOfPairs(
  tree: Tree,
  path: string,
  to: Reading,
  ...pairs: readonly (readonly [string, string])[]
): number | undefined {
  const used = [...new Set(pairs.flat())].filter((key) => child(tree, key) !== undefined);
  const way = pairs.findIndex((pair) => used.length === 2 && pair.every((key) => used.includes(key)));
  if (way >= 0) return way;
  const expected = pairs.map((pair) => pair.join(" and ")).join(", or ");
  return to.report(tree.at, path, expected, used.length === 0 ? "none of them" : used.join(" and "));
}

/** Two branches that each bring half of the mean, for cv of 1 and more. */
function balanced(mean: number, cv: number): Distribution {
  const share = (1 + Math.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2;
  return {
    kind: "hyperexponential",
    shares: [share, 1 - share],
    means: [mean / (2 * share), mean / (2 * (1 - share))],
  };
}

export function addUp(
  shares: readonly number[],
  values: readonly number[],
  tree: Tree,
  path: string,
  to: Reading,
): boolean {
  if (shares.length !== values.length)
    to.report(tree.at, path, "as many shares as values", `${shares.length} and ${values.length}`);
  const sum = shares.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) <= 1e-9) return shares.length === values.length;
  to.report(tree.at, path, "shares that add up to 1", String(Number(sum.toPrecision(12))));
  return false;
}

interface Ways {
  readonly sequence: boolean;
  /** A plain quantity: a constant, unless it means something else here. */
  readonly plain?: (value: number) => Distribution;
}

/** A quantity, or a map with the name of one distribution. */
export function distribution(dimension: Dimension, ways: Ways): Reader<Leaf> {
  const amount = quantity(dimension);
  const { parts } = familyOf(dimension);
  const names = [...parts.keys()].filter((name) => ways.sequence || name !== "sequence");
  return {
    read(tree, path, to) {
      if (tree.kind !== "map") {
        if (tree.kind === "list") return to.wrong(tree, path, expectedHere(dimension));
        const value = amount.read(tree, path, to);
        return value === undefined ? undefined : (ways.plain ?? constant)(value);
      }
      const entry = tree.entries[0];
      if (tree.entries.length !== 1 || entry === undefined)
        return to.wrong(tree, path, `one distribution: ${names.join(", ")}`);
      const part = names.includes(entry.key) ? parts.get(entry.key) : undefined;
      if (part === undefined) return to.unknown(entry.at, path, "one distribution", entry.key, names);
      return part.make(entry.value, joinPath(path, entry.key), to);
    },
    schema: () =>
      namedSchema(`distribution-of-${dimension}${ways.sequence ? "" : "-without-sequence"}`, () =>
        z.union([amount.schema(), ...names.map((name) => z.strictObject({ [name]: parts.get(name)!.schema() }))]),
      ),
  };
}

const constant = (value: number): Distribution => ({ kind: "constant", value });

function expectedHere(dimension: Dimension): string {
  return `${kinds[dimension].what} such as "${kinds[dimension].example}", or a distribution such as { exponential: ${kinds[dimension].example} }`;
}

/** A distribution, or one for each node (`on`) or stream, or for each of both. */
export function varied(dimension: Dimension): Reader<Varied> {
  return variedIn(dimension, ["on", "stream"], distribution(dimension, { sequence: true }));
}

/** The same, and by batch size: for what a batch does in one go. */
export function variedByBatch(dimension: Dimension): Reader<Varied> {
  return variedIn(dimension, ["on", "stream"], byBatch(dimension), "-and-batch");
}

const largestBatch = 10_000;

/** A distribution, or one for each batch size from 1 on. */
function byBatch(dimension: Dimension): Reader<Varied> {
  const leaf = distribution(dimension, { sequence: true });
  return {
    read(tree, path, to) {
      const entry = tree.kind === "map" && tree.entries.length === 1 ? tree.entries[0] : undefined;
      if (entry?.key !== "batch") return leaf.read(tree, path, to);
      const inner = joinPath(path, "batch");
      const map = asMap(entry.value, inner, to, "a map of batch sizes, each with its time");
      if (map === undefined) return undefined;
      const rows: (readonly [size: number, time: Leaf])[] = [];
      for (const { key, at, value } of map.entries) {
        const size = /^[1-9][0-9]*$/.test(key) ? Number(key) : Number.NaN;
        if (!(size <= largestBatch))
          to.report(at, joinPath(inner, key), `a batch size from 1 to ${largestBatch}`, show(key));
        const time = leaf.read(value, joinPath(inner, key), to);
        if (time !== undefined) rows.push([size, time]);
      }
      if (!map.entries.some(({ key }) => key === "1"))
        return to.report(
          map.at,
          inner,
          "the time at batch size 1 too",
          "none",
          "times are linear between the sizes given",
        );
      rows.sort(([a], [b]) => a - b);
      return { kind: "batch", sizes: rows.map(([size]) => size), times: rows.map(([, time]) => time) };
    },
    schema: () =>
      namedSchema(`${dimension}-by-batch`, () =>
        z.union([leaf.schema(), z.strictObject({ batch: z.record(z.string().regex(/^[1-9][0-9]*$/), leaf.schema()) })]),
      ),
  };
}

function variedIn(
  dimension: Dimension,
  ways: readonly ("on" | "stream")[],
  leaf: Reader<Varied>,
  also = "",
): Reader<Varied> {
  const rest = (way: "on" | "stream"): Reader<Varied> => {
    const left = ways.filter((w) => w !== way);
    return left.length === 0 ? leaf : variedIn(dimension, left, leaf, also);
  };
  return {
    read(tree, path, to) {
      const entry = tree.kind === "map" && tree.entries.length === 1 ? tree.entries[0] : undefined;
      const way = ways.find((w) => w === entry?.key);
      if (entry === undefined || way === undefined) return leaf.read(tree, path, to);
      const inner = joinPath(path, way);
      const known = way === "on" ? to.names.nodes : to.names.streams;
      const map = asMap(entry.value, inner, to, `a map of ${way === "on" ? "nodes" : "streams"}, each with its own`);
      if (map === undefined) return undefined;
      if (map.entries.length === 0) return to.wrong(map, inner, `at least one ${way === "on" ? "node" : "stream"}`);
      const of: Record<string, Varied> = {};
      for (const { key, at, value } of map.entries) {
        if (!known.includes(key))
          to.unknown(at, joinPath(inner, key), way === "on" ? "a node" : "a stream", key, known);
        const one = rest(way).read(value, joinPath(inner, key), to);
        if (one !== undefined) of[key] = one;
      }
      return { kind: way, of };
    },
    schema: () =>
      namedSchema(`${dimension}-by-${ways.join("-and-")}${also}`, () =>
        z.union([
          leaf.schema(),
          ...ways.map((way) => z.strictObject({ [way]: z.record(z.string(), rest(way).schema()) })),
        ]),
      ),
  };
}

/** The part of a varied value that holds for a stream on a node; null where it names others only. */
export function leafFor(value: Varied, stream: string, node: string): Leaf | ByBatch | null {
  if (value.kind === "on" || value.kind === "stream") {
    const name = value.kind === "on" ? node : stream;
    return Object.hasOwn(value.of, name) ? leafFor(value.of[name]!, stream, node) : null;
  }
  return value;
}

/** A tensor: its size, or a map with the time to encode and decode it. */
export const tensorFields = {
  size: required("bytes on the wire", varied("size")),
  encode: field("service that writes it, on the node that made it", varied("time")),
  decode: field("service that reads it, on the node that takes it", varied("time")),
};
