import { cheapest, cutsBetween, stageOn, type Work } from "../rules/cost.ts";
import type { RateOf } from "../rules/network.ts";
import type { Place } from "../rules/options.ts";
import { minimumCut } from "./max-flow.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { at, searching, to } from "./search.ts";

/**
 * Minimum cut between the source and one other node. Lightly loaded: the assignment of segments with the least total time, a minimum s-t cut of a
 * graph whose edges are times of segments on either side and of tensors over the link in either direction; of equal ones the one that leaves
 * least on the device. Heavily loaded: the cut with the greatest throughput, min of max(device, link, other node), exact here because
 * segments are a chain. It knows of no exits: every request is taken to run to the end.
 * @see Hu, Bao, Wang, Liu, "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019 (graph recalled)
 */
export const dads: PlacementRuleType = {
  name: "dads",
  describe: "the minimum cut between source and another node: least latency, or most throughput",
  observes: "mean times, last measured rates",
  decides: "at arrival",
  options: {
    to,
    load: {
      kind: "choice",
      describe: "light: least latency; heavy: most throughput",
      words: ["light", "heavy"],
      default: "light",
    },
  },
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make: (values, view) =>
    searching("dads", ({ source, stream }, rateOf) => {
      const work = { ...view, exitShares: null };
      const other = at(values.to as Place, source);
      return values.load === "heavy"
        ? mostThroughput(work, stream, source, other, rateOf)
        : lightest(work, stream, source, other, rateOf);
    }),
};

/** @returns group of each segment */
export function lightest(work: Work, stream: number, source: number, other: number, rateOf?: RateOf): number[] {
  const { network } = work;
  const n = network.segments;
  if (source === other) return new Array<number>(n).fill(source);
  const [s, t] = [n, n + 1];
  const capacity = Array.from({ length: n + 2 }, () => new Array<number>(n + 2).fill(0));
  for (let k = 0; k < n; k++) {
    const isLast = k === n - 1;
    // On the other node: the edge from s is cut. Here: the edge to t.
    capacity[s]![k]! += stageOn(work, stream, other, k) + (isLast ? network.timeBack(stream, other, rateOf) : 0);
    capacity[k]![t]! += stageOn(work, stream, source, k) + (isLast ? network.timeBack(stream, source, rateOf) : 0);
    const over = network.hop(stream, k, source, other, rateOf);
    if (k === 0) capacity[s]![0]! += over;
    else {
      capacity[k - 1]![k]! += over;
      capacity[k]![k - 1]! += network.hop(stream, k, other, source, rateOf);
    }
  }
  const isHere = minimumCut(capacity, s, t);
  return Array.from({ length: n }, (_, k) => (isHere[k] ? source : other));
}

/** The first of the cuts whose busiest resource is busy least. */
export function mostThroughput(
  work: Work,
  stream: number,
  source: number,
  other: number,
  rateOf?: RateOf,
): readonly number[] {
  const { network } = work;
  return cheapest(cutsBetween(network.segments, source, other), (nodes) => {
    const cut = nodes.indexOf(other);
    const onNode = (node: number): number =>
      nodes.reduce((sum, at, k) => sum + (at === node ? stageOn(work, stream, node, k) : 0), 0) /
      network.nodes[node]!.servers;
    const link = cut < 0 ? 0 : network.transfer(source, other, network.bytes(stream, cut), rateOf);
    return Math.max(onNode(source), link, source === other ? 0 : onNode(other));
  });
}
