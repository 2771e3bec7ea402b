/** What leaving at each exit costs before a run: what tuning weighs against accuracy. */
import { meanRate } from "../../sim/arrivals/rate.ts";
import type { PlacementRule, RequestView } from "../../sim/placement-rules/index.ts";
import type { Random } from "../../sim/random.ts";
import { reachable } from "../../sim/routes.ts";
import { expectedLatency } from "../../sim/rules/cost.ts";
import { expectedEnergy } from "../../sim/rules/energy.ts";
import type { NetworkView } from "../../sim/rules/network.ts";
import { quiet } from "../../sim/rules/observation.ts";
import type { Setup } from "../../sim/setup.ts";

/** Means of an idle system by exit, of a request that leaves there: latency [s], energy [J]. */
export interface Prices {
  readonly latency: readonly number[];
  readonly energy: readonly number[];
}

/** How often a rule is asked that may answer differently each time: as often as divides by 2, 3 and 4. */
const asked = 12;

/** Of all streams together, weighted with their requests where these are known of all. */
export function streamWeights(setup: Pick<Setup, "streams" | "nodes">): number[] {
  const rates = setup.streams.map((stream) => {
    const { count } = setup.nodes[stream.source]!;
    return (meanRate(stream.arrivals, count) ?? 0) * count;
  });
  const total = rates.reduce((a, b) => a + b, 0);
  return rates.every((rate) => rate > 0) ? rates.map((rate) => rate / total) : rates.map(() => 1 / rates.length);
}

/**
 * @param place as it begins a run
 * @param decision time of each of its decisions on the way [s]
 */
export function pricesOf(
  setup: Setup,
  network: NetworkView,
  place: PlacementRule,
  heads: readonly number[],
  decision: number,
): Prices {
  const latency = network.exitAfter.map(() => 0);
  const energy = network.exitAfter.map(() => 0);
  const random = spread();
  streamWeights(setup).forEach((weight, s) => {
    const planned = place.plan(setup.streams[s]!.source);
    const routes =
      planned === null
        ? Array.from({ length: asked }, () => onTheWay(setup, network, place, s, random))
        : [{ nodes: planned, decisions: [] }];
    for (const { nodes, decisions } of routes)
      network.exitAfter.forEach((after, exit) => {
        const exitShares = network.exitAfter.map((_, e) => (e === exit ? 1 : 0));
        const work = { network, exitShares, heads };
        const decided = decisions.filter((segment) => segment <= after).length;
        latency[exit]! += (weight / routes.length) * (expectedLatency(work, s, nodes) + decided * decision);
        energy[exit]! += (weight / routes.length) * expectedEnergy(work, s, nodes);
      });
  });
  return { latency, energy };
}

/** Where a rule that decides on the way sends a request of a stream when nobody else is there, and before which segments it was asked. */
function onTheWay(setup: Setup, network: NetworkView, place: PlacementRule, s: number, random: Random) {
  const { source, deadline } = setup.streams[s]!;
  const nodes: number[] = [];
  const decisions: number[] = [];
  const observed = {
    ...quiet,
    deadline: deadline ?? Number.POSITIVE_INFINITY,
    rate: (way: number) => network.rate(way),
  };
  while (nodes.length < network.segments) {
    const request: RequestView = {
      source,
      stream: s,
      device: 0,
      segment: nodes.length,
      at: nodes[nodes.length - 1] ?? source,
      machines: (node) => reachable(setup, source, 0, node) ?? [],
    };
    decisions.push(nodes.length);
    const choice = place.next(request, observed, random);
    nodes.push(...(typeof choice === "number" ? [choice] : choice.nodes));
  }
  return { nodes: nodes.slice(0, network.segments), decisions };
}

/** Evenly spread over (0, 1), the same each time: multiples of the golden ratio. */
function spread(): Random {
  let u = 0.5;
  return {
    uniform: () => {
      u = (u + 0.6180339887498949) % 1;
      return u;
    },
  };
}
