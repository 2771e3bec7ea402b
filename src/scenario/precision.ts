/** `run.precision`: replications go on until the intervals of these metrics are narrow enough. */
import * as z from "zod";
import { metricOf, wordsFor } from "./expect.ts";
import { asMap, type Reader, ratio, whole } from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ScenarioPrecision } from "./scenario.ts";
import { joinPath, type Tree } from "./tree.ts";

export const mostReplications = 1000;
/** Assumed: ten times the fewest, which narrows intervals to a third. */
const usualCap = 100;
const capKey = "max_replications";
const cap = whole({ min: 3, max: mostReplications });

/** What a precision alone is of. */
const usualMetrics = ["latency_s.mean", "latency_s.p95"];

export const precisionReader: Reader<ScenarioPrecision> = {
  read(tree, path, to) {
    if (tree.kind === "scalar") {
      const relative = relativeError(tree, path, to);
      if (relative === undefined) return undefined;
      return { targets: usualMetrics.map((metric) => ({ metric, relative })), most: fillCap(path, to) };
    }
    const map = asMap(tree, path, to, 'a relative precision such as "2 %", or a map of metrics to precisions');
    if (map === undefined) return undefined;
    const targets: { metric: string; relative: number }[] = [];
    let most: number | undefined;
    const before = to.problems.length;
    for (const { key, at, value } of map.entries) {
      const here = joinPath(path, key);
      if (key === capKey) {
        most = cap.read(value, here, to);
        continue;
      }
      const metric = metricOf(wordsFor(key), { kind: "scalar", value: key, at } as Tree, here, to)?.path;
      const relative = relativeError(value, here, to);
      if (metric === "latency_s.max")
        to.report(at, here, "a metric that has an interval", "the maximum", "take p99 or p999 latency");
      else if (metric !== undefined && relative !== undefined) targets.push({ metric, relative });
    }
    if (to.problems.length > before) return undefined;
    if (targets.length === 0) return to.wrong(tree, path, "at least one metric, such as mean latency: 2 %");
    return { targets, most: most ?? fillCap(path, to) };
  },
  schema: () => z.union([ratio.schema(), z.object({ [capKey]: cap.schema().optional() }).catchall(ratio.schema())]),
};

function fillCap(path: string, to: Reading): number {
  return to.fill(joinPath(path, capKey), usualCap);
}

function relativeError(tree: Tree, path: string, to: Reading): number | undefined {
  const value = ratio.read(tree, path, to);
  if (value === undefined || (value > 0 && value < 1)) return value;
  return to.wrong(tree, path, 'a relative precision above 0 and below 1, such as "2 %"');
}
