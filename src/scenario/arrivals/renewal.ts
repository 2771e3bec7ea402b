/** Independent gaps: gamma and weibull arrivals. */
import { logGamma } from "../../sim/special.ts";
import { weibullShape } from "../../sim/weibull-shape.ts";
import { field, plainNumber, quantity, type Reader, record, required } from "../reader.ts";
import type { Reading } from "../reading.ts";
import type { ScenarioArrivals } from "../scenario.ts";
import type { Tree } from "../tree.ts";
import { oneKey } from "./one-of.ts";

const cv = plainNumber({ min: 0, max: 1000 });
const length = {
  rate: field("arrivals per time", quantity("frequency", { isPositive: true })),
  mean: field("mean time between arrivals", quantity("time", { isPositive: true })),
};

const gammaMap = record("gamma arrivals", {
  ...length,
  cv: required("standard deviation / mean of the gaps: 1 as poisson, above 1 in bursts, below 1 more even", cv),
});

export const gamma: Reader<ScenarioArrivals> = {
  schema: gammaMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = gammaMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const key = oneKey(tree, path, to, ["rate", "mean"]);
    return key === undefined ? undefined : { kind: "gamma", mean: given.mean ?? 1 / given.rate!, cv: given.cv! };
  },
};

const weibullMap = record("weibull arrivals", {
  ...length,
  scale: field("63 % of the gaps are smaller", quantity("time", { isPositive: true })),
  shape: field("below 1: in bursts, 1: as poisson, above 1: more even", plainNumber({ min: 0.01, max: 1000 })),
  cv: field("standard deviation / mean of the gaps, instead of the shape", plainNumber({ min: 0.01, max: 1000 })),
});

export const weibull: Reader<ScenarioArrivals> = {
  schema: weibullMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = weibullMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    return weibullOf(given, tree, path, to);
  },
};

type Given = NonNullable<ReturnType<typeof weibullMap.read>>;

function weibullOf(given: Given, tree: Tree, path: string, to: Reading): ScenarioArrivals | undefined {
  const spread = oneKey(tree, path, to, ["shape", "cv"]);
  const size = oneKey(tree, path, to, ["scale", "mean", "rate"]);
  if (spread === undefined || size === undefined) return undefined;
  const shape = given.shape ?? weibullShape(given.cv!);
  // Mean of a weibull variable of scale 1: Γ(1 + 1/shape).
  const scale = given.scale ?? (given.mean ?? 1 / given.rate!) / Math.exp(logGamma(1 + 1 / shape));
  return { kind: "weibull", shape, scale };
}
