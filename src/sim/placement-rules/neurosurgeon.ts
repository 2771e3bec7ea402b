import { cheapest, cutsBetween, stageOn, type Work } from "../rules/cost.ts";
import type { RateOf } from "../rules/network.ts";
import type { Place } from "../rules/options.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { at, searching, to } from "./search.ts";

/**
 * Best cut between the source and one other node: argmin over j of the device's time for the first j segments + D_j / B + `load` x the other
 * node's time for the rest + the way back. It knows of no exits: every request is taken to run to the end, with the heads that run. Of equal cuts
 * the one that leaves least on the device. Only the latency objective.
 * @see Kang et al., "Neurosurgeon: collaborative intelligence between the cloud and mobile edge", ASPLOS 2017, section 4; the sum of the three times, for every
 * cut, as in the reimplementation Tjyy-1223/Neurosurgeon, deployment.py; the factor for load recalled
 */
export const neurosurgeon: PlacementRuleType = {
  name: "neurosurgeon",
  describe: "the cut between source and another node with the least expected latency, exits left aside",
  observes: "mean times, last measured rates",
  decides: "at arrival",
  options: {
    to,
    load: {
      kind: "number",
      describe: "factor on the other node's times, for its load",
      least: 0,
      most: Number.POSITIVE_INFINITY,
      default: 1,
    },
  },
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make: (values, view) =>
    searching("neurosurgeon", ({ source, stream }, rateOf) =>
      bestCut(
        { ...view, exitShares: null },
        stream,
        source,
        at(values.to as Place, source),
        values.load as number,
        rateOf,
      ),
    ),
};

export function bestCut(
  work: Work,
  stream: number,
  source: number,
  other: number,
  load: number,
  rateOf?: RateOf,
): readonly number[] {
  const { network } = work;
  return cheapest(cutsBetween(network.segments, source, other), (nodes) => {
    let time = network.timeBack(stream, nodes[nodes.length - 1]!, rateOf);
    let before = source;
    nodes.forEach((node, k) => {
      time += network.hop(stream, k, before, node, rateOf);
      time += (node === source ? 1 : load) * stageOn(work, stream, node, k);
      before = node;
    });
    return time;
  });
}
