/** What is known of the network before a run: mean times, mean sizes, nominal rates. What plans and expected times are made from. */
import type { Distribution } from "../distribution.ts";
import { mean } from "../distribution-moments.ts";
import { wireBytes } from "../links/wire.ts";
import { findRoute, type Hop } from "../routes.ts";
import type { Setup, Size } from "../setup.ts";

/** Rate of a link direction (`link * 2`, plus 1 when down) [bit/s]. */
export type RateOf = (way: Hop) => number;

export class NetworkView {
  readonly segments: number;
  /** Segment after which each exit stands, ascending. */
  readonly exitAfter: readonly number[];
  private readonly setup: Pick<Setup, "nodes" | "links" | "streams" | "model">;
  private readonly routes = new Map<number, Hop[] | null>();

  constructor(setup: Pick<Setup, "nodes" | "links" | "streams" | "model">) {
    this.setup = setup;
    this.segments = setup.model.segments.length;
    this.exitAfter = setup.model.exits.map((exit) => exit.after);
  }

  get nodes(): Setup["nodes"] {
    return this.setup.nodes;
  }
  get links(): Setup["links"] {
    return this.setup.links;
  }
  get streams(): Setup["streams"] {
    return this.setup.streams;
  }

  /** Mean time of a segment's trunk on a node group [s]. */
  trunk(stream: number, node: number, segment: number): number {
    return meanOf(this.setup.model.trunk[stream]![node]![segment]);
  }

  /** Mean time of an exit's head on a node group [s]. */
  head(stream: number, node: number, exit: number): number {
    return meanOf(this.setup.model.head[stream]![node]![exit]);
  }

  encode(stream: number, node: number, cut: number): number {
    return meanOf(this.setup.model.encode[stream]![node]![cut]);
  }

  decode(stream: number, node: number, cut: number): number {
    return meanOf(this.setup.model.decode[stream]![node]![cut]);
  }

  /** Mean bytes of the tensor over a cut, cut 0 being the raw input. */
  bytes(stream: number, cut: number): number {
    return meanBytes(this.setup.model.size[stream]![cut]!);
  }

  /** Mean bytes of an answer. */
  resultBytes(stream: number): number {
    return meanBytes(this.setup.model.result[stream]!);
  }

  /** Ways of the shortest route; null where there is none, empty from a group to itself. */
  route(from: number, to: number): readonly Hop[] | null {
    const key = from * this.nodes.length + to;
    if (!this.routes.has(key)) this.routes.set(key, findRoute(this.setup, from, to));
    return this.routes.get(key)!;
  }

  /**
   * Time for a message from group to group with nobody else there [s]: stored and forwarded, but one flow over consecutive shared links.
   * Infinity where there is no route.
   */
  transfer(from: number, to: number, payload: number, rateOf: RateOf = (way) => this.rate(way)): number {
    const route = this.route(from, to);
    if (route === null) return Number.POSITIVE_INFINITY;
    let time = 0;
    let flow = 0;
    route.forEach((way, i) => {
      const link = this.links[way >> 1]!;
      const direction = (way & 1) === 0 ? link.up : link.down;
      const sending = (wireBytes(link, payload) * 8) / rateOf(way);
      time += direction.latency + meanOf(direction.jitter);
      if (i === 0) time += link.perMessage;
      if (i === route.length - 1) time += link.perMessage;
      flow = Math.max(flow, sending);
      const next = route[i + 1];
      if (link.kind === "shared" && next !== undefined && this.links[next >> 1]!.kind === "shared") return;
      time += flow;
      flow = 0;
    });
    return time;
  }

  /** Nominal rate [bit/s]. */
  rate(way: Hop): number {
    const link = this.links[way >> 1]!;
    return ((way & 1) === 0 ? link.up : link.down).capacity;
  }

  /** Expected way back of an answer from a group to where it is due [s]; 0 where it is due nowhere. */
  timeBack(stream: number, from: number, rateOf?: RateOf): number {
    const { answerTo, source } = this.streams[stream]!;
    if (answerTo === "nowhere") return 0;
    return this.transfer(from, answerTo === "source" ? source : answerTo, this.resultBytes(stream), rateOf);
  }

  /** Expected time of a tensor's way over a cut, with its codec [s]; 0 within a group. */
  hop(stream: number, cut: number, from: number, to: number, rateOf?: RateOf): number {
    if (from === to) return 0;
    return (
      this.encode(stream, from, cut) +
      this.transfer(from, to, this.bytes(stream, cut), rateOf) +
      this.decode(stream, to, cut)
    );
  }
}

function meanOf(d: Distribution | null | undefined): number {
  return d === null || d === undefined ? 0 : mean(d);
}

function meanBytes(size: Size): number {
  if (size.kind !== "rows") return mean(size);
  if (size.typical !== undefined) return size.typical;
  let sum = 0;
  for (const bytes of size.bytes) sum += bytes;
  return size.bytes.length === 0 ? 0 : sum / size.bytes.length;
}

/**
 * Mean compute until each exit has spoken, all heads up to it included, as a share of the whole network's. Times are those of the
 * fastest group that is given any, for each segment and head.
 */
export function computeShares(network: NetworkView, exits: number): number[] {
  const fastest = (time: (node: number) => number): number => {
    const times = network.nodes.map((_, node) => time(node)).filter((t) => t > 0);
    return times.length === 0 ? 0 : Math.min(...times);
  };
  const totals: number[] = [];
  let sum = 0;
  let segment = 0;
  for (let exit = 0; exit < exits; exit++) {
    for (; segment <= network.exitAfter[exit]!; segment++) {
      const k = segment;
      sum += fastest((node) => network.trunk(0, node, k));
    }
    sum += fastest((node) => network.head(0, node, exit));
    totals.push(sum);
  }
  return totals.map((t) => (sum > 0 ? t / sum : 1));
}
