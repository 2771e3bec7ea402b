/** What a placement is expected to cost: the sums that every search minimises. */
import type { NetworkView, RateOf } from "./network.ts";

/** How often each piece runs. */
export interface Work {
  readonly network: NetworkView;
  /** Share of requests that leave at each exit; null: all run to the end. */
  readonly exitShares: readonly number[] | null;
  /** Exits whose heads run. */
  readonly heads: readonly number[];
}

/** Share of requests that reach each segment, and that leave after it. */
export interface Flow {
  readonly reach: readonly number[];
  readonly leave: readonly number[];
}

export function flowOf({ network, exitShares }: Work): Flow {
  const reach: number[] = [];
  const leave: number[] = [];
  let here = 1;
  for (let k = 0; k < network.segments; k++) {
    reach.push(here);
    const exit = network.exitAfter.indexOf(k);
    const leaves = k === network.segments - 1 ? here : exit < 0 ? 0 : (exitShares?.[exit] ?? 0);
    leave.push(leaves);
    here -= leaves;
  }
  return { reach, leave };
}

/** Mean time of a segment with the head after it, where one runs, on a node [s]. */
export function stageOn({ network, heads }: Work, stream: number, node: number, segment: number): number {
  const exit = network.exitAfter.indexOf(segment);
  const head = exit >= 0 && heads.includes(exit) ? network.head(stream, node, exit) : 0;
  return network.trunk(stream, node, segment) + head;
}

/**
 * Mean latency of an idle system [s]: sum over segments of the share that reaches it x (way to its node + trunk + head) + share that
 * leaves after it x way back. Infinity where there is no way.
 * @param nodes group of each segment
 */
export function expectedLatency(work: Work, stream: number, nodes: readonly number[], rateOf?: RateOf): number {
  const { network } = work;
  const { reach, leave } = flowOf(work);
  let at = network.streams[stream]!.source;
  let total = 0;
  nodes.forEach((node, k) => {
    if (reach[k]! > 0) total += reach[k]! * (network.hop(stream, k, at, node, rateOf) + stageOn(work, stream, node, k));
    if (leave[k]! > 0) total += leave[k]! * network.timeBack(stream, node, rateOf);
    at = node;
  });
  return total;
}

/** Placements that keep the first `cut` segments on one node and put the rest on another, for every cut from 0 on. */
export function cutsBetween(segments: number, first: number, rest: number): number[][] {
  return Array.from({ length: segments + 1 }, (_, cut) =>
    Array.from({ length: segments }, (__, k) => (k < cut ? first : rest)),
  );
}

/** Placements over tiers in their order, never going back: every way to cut the segments among them; some may get none. */
export function tiered(segments: number, tiers: readonly number[]): number[][] {
  const extend = (k: number, tier: number): number[][] => {
    if (k === segments) return [[]];
    const found: number[][] = [];
    for (let t = tier; t < tiers.length; t++) for (const rest of extend(k + 1, t)) found.push([tiers[t]!, ...rest]);
    return found;
  };
  return extend(0, 0);
}

/** The first of those that cost least. */
export function cheapest<T>(options: readonly T[], cost: (option: T) => number): T {
  let best = options[0] as T;
  let least = cost(best);
  for (const option of options) {
    const value = cost(option);
    if (value < least) {
      best = option;
      least = value;
    }
  }
  return best;
}
