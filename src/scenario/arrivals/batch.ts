import * as z from "zod";
import type { BatchSize } from "../../sim/arrivals/batch.ts";
import { addUp } from "../distribution.ts";
import { listOf, namedSchema, plainNumber, quantity, type Reader, ratio, record, required, whole } from "../reader.ts";
import type { ScenarioArrivals } from "../scenario.ts";
import { joinPath } from "../tree.ts";

const mostAtOnce = 1_000_000;
const count = whole({ min: 1, max: mostAtOnce });
const mean = plainNumber({ min: 1, max: mostAtOnce });
const discrete = record("a discrete size", {
  values: required("requests of a batch", listOf("size", count, { min: 1, max: 1000 })),
  shares: required("probability of each", listOf("share", ratio, { min: 1, max: 1000 })),
});
const uniform = record("a uniform size", {
  low: required("the fewest", count),
  high: required("the most, each number between as likely", count),
});
const geometric = record("a geometric size", { mean: required("mean, 1 or more", mean) });
const names = ["discrete", "geometric", "uniform"];

const size: Reader<BatchSize> = {
  read(tree, path, to) {
    if (tree.kind !== "map") {
      const value = count.read(tree, path, to);
      return value === undefined ? undefined : { kind: "constant", value };
    }
    const entry = tree.entries[0];
    if (tree.entries.length !== 1 || entry === undefined)
      return to.wrong(tree, path, `a whole number, or one of ${names.join(", ")}`);
    const inner = joinPath(path, entry.key);
    const before = to.problems.length;
    if (entry.key === "geometric") {
      const m =
        entry.value.kind === "map" ? geometric.read(entry.value, inner, to)?.mean : mean.read(entry.value, inner, to);
      return m === undefined ? undefined : { kind: "geometric", mean: m };
    }
    if (entry.key === "discrete") {
      const given = discrete.read(entry.value, inner, to);
      if (given === undefined || to.problems.length > before) return undefined;
      const { values, shares } = given as { values: number[]; shares: number[] };
      return addUp(shares, values, entry.value, inner, to) ? { kind: "discrete", values, shares } : undefined;
    }
    if (entry.key !== "uniform") return to.unknown(entry.at, path, "one of", entry.key, names);
    const given = uniform.read(entry.value, inner, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const n = given.high! - given.low! + 1;
    if (n < 1) return to.wrong(entry.value, inner, "low at most high");
    if (n > 1000) return to.wrong(entry.value, inner, "at most 1000 sizes");
    const values = Array.from({ length: n }, (_, i) => given.low! + i);
    return { kind: "discrete", values, shares: values.map(() => 1 / n) };
  },
  schema: () =>
    namedSchema("batch-size", () =>
      z.union([
        count.schema(),
        z.strictObject({ discrete: discrete.schema() }),
        z.strictObject({ geometric: z.union([mean.schema(), geometric.schema()]) }),
        z.strictObject({ uniform: uniform.schema() }),
      ]),
    ),
};

const map = record("batch arrivals", {
  poisson: required("batches per time", quantity("frequency", { isPositive: true })),
  size: required("requests in a batch: a number, discrete, geometric or uniform", size),
});

/** Poisson batches of several requests at once. */
export const batch: Reader<ScenarioArrivals> = {
  schema: map.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = map.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    return { kind: "batch", rate: given.poisson!, size: given.size! };
  },
};
