import { at, to } from "../placement-rules/search.ts";
import { cutsBetween } from "../rules/cost.ts";
import type { NetworkView, RateOf } from "../rules/network.ts";
import type { Place } from "../rules/options.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { leavesAtNote } from "./noted.ts";

/** A network cut short behind an exit: its first segments run on the other node, the rest on the source. */
export interface Rightsized {
  readonly exit: number;
  /** Segments on the other node. */
  readonly cut: number;
  /** Expected latency [s]. */
  readonly latency: number;
}

/**
 * Right-sizing: from the deepest exit to the shallowest, the cut with the least expected latency, first segments on the other node, rest on the
 * device; the first exit whose best cut meets the deadline is taken. Where none does (the paper returns nothing) the fastest of all. Of equal cuts the one
 * that sends least away. The request leaves at that exit whatever it says; no other head runs.
 * @see Li, Zeng, Zhou, Chen, "Edge AI: on-demand accelerating deep neural network inference via edge computing", IEEE TWC 19(1), 2020, algorithm 1 (details recalled)
 */
export const edgent: JointRuleType = {
  name: "edgent",
  describe: "the deepest exit whose best cut meets the deadline: first part on another node, rest on the source",
  observes: "mean times, last measured rates, the deadline",
  decides: "at arrival",
  reads: null,
  options: {
    to,
    deadline: { kind: "quantity", of: "time", describe: "span from arrival; the stream's unless given", default: null },
  },
  routes: (values, segments, source) => cutsBetween(segments, at(values.to as Place, source), source),
  make(values, plan, network) {
    return {
      exit: leavesAtNote("edgent", plan.exits.length),
      place: {
        name: "edgent",
        plan: () => null,
        next({ source, stream }, observed) {
          const other = at(values.to as Place, source);
          const deadline = (values.deadline as number | null) ?? observed.deadline;
          const { exit, cut } = rightsize(network, stream, source, other, deadline, (way) => observed.rate(way));
          const nodes = cutsBetween(network.segments, other, source)[cut]!;
          return { nodes: nodes.slice(0, network.exitAfter[exit]! + 1), note: exit };
        },
      },
    };
  },
};

export function rightsize(
  network: NetworkView,
  stream: number,
  source: number,
  other: number,
  deadline: number,
  rateOf?: RateOf,
): Rightsized {
  let fastest: Rightsized | null = null;
  for (let exit = network.exitAfter.length - 1; exit >= 0; exit--) {
    const best = bestCutFor(network, stream, source, other, exit, rateOf);
    if (best.latency <= deadline) return best;
    if (fastest === null || best.latency < fastest.latency) fastest = best;
  }
  return fastest!;
}

/** The cut with the least expected latency of the network up to an exit, of equal ones the one that sends least away. */
export function bestCutFor(
  network: NetworkView,
  stream: number,
  source: number,
  other: number,
  exit: number,
  rateOf?: RateOf,
): Rightsized {
  const length = network.exitAfter[exit]! + 1;
  let best: Rightsized | null = null;
  for (let cut = 0; cut <= length; cut++) {
    let before = source;
    let latency = 0;
    for (let k = 0; k < length; k++) {
      const node = k < cut ? other : source;
      latency += network.hop(stream, k, before, node, rateOf) + network.trunk(stream, node, k);
      before = node;
    }
    latency += network.head(stream, before, exit) + network.timeBack(stream, before, rateOf);
    if (best === null || latency < best.latency) best = { exit, cut, latency };
  }
  return best!;
}
