import { flowOf, stageOn, type Work } from "../rules/cost.ts";
import type { RateOf } from "../rules/network.ts";
import type { Place } from "../rules/options.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { at, searching } from "./search.ts";

/**
 * Shortest path in a graph of segments by nodes: a request may move between the nodes as often as pays. Edges are times of segments and of
 * tensors between nodes, each weighted with the share of requests that gets there; the paper knows no exits. Of equal paths the first node in
 * the order of the list, from the last segment backwards. Only the latency objective.
 * @see Eshratifar, Abrishami, Pedram, "JointDNN: an efficient training and inference engine for intelligent mobile cloud computing services", IEEE TMC 2021 (graph recalled)
 */
export const jointdnn: PlacementRuleType = {
  name: "jointdnn",
  describe: "the shortest path over segments and nodes, moving as often as pays",
  observes: "mean times, exit shares, last measured rates",
  decides: "at arrival",
  options: { among: { kind: "nodes", describe: "nodes that may run segments" } },
  // To and fro between every two: all that a path may do.
  routes: (values, segments, source) => {
    const nodes = (values.among as readonly Place[]).map((node) => at(node, source));
    return nodes.flatMap((a) => nodes.map((b) => Array.from({ length: segments }, (_, k) => (k % 2 === 0 ? a : b))));
  },
  make: (values, view) =>
    searching("jointdnn", ({ source, stream }, rateOf) => {
      const nodes = [...new Set((values.among as readonly Place[]).map((node) => at(node, source)))];
      return shortestPath(view, stream, source, nodes, rateOf);
    }),
};

export function shortestPath(
  work: Work,
  stream: number,
  source: number,
  nodes: readonly number[],
  rateOf?: RateOf,
): readonly number[] {
  const { network } = work;
  const { reach, leave } = flowOf(work);
  // A way that nobody goes costs nothing, even where there is none.
  const times = (share: number, time: number): number => (share > 0 ? share * time : 0);
  let costs: number[] = [];
  const cameFrom: number[][] = [];
  for (let k = 0; k < network.segments; k++) {
    const from = k === 0 ? [source] : nodes;
    const before = k === 0 ? [0] : costs;
    const best: number[] = [];
    costs = nodes.map((node, i) => {
      const through = from.map((f, j) => before[j]! + times(reach[k]!, network.hop(stream, k, f, node, rateOf)));
      best[i] = through.indexOf(Math.min(...through));
      return (
        through[best[i]!]! +
        times(reach[k]!, stageOn(work, stream, node, k)) +
        times(leave[k]!, network.timeBack(stream, node, rateOf))
      );
    });
    cameFrom.push(best);
  }
  let i = costs.indexOf(Math.min(...costs));
  const path: number[] = [];
  for (let k = network.segments - 1; k >= 0; k--) {
    path.unshift(nodes[i]!);
    i = cameFrom[k]![i]!;
  }
  return path;
}
