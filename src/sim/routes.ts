/** Who is attached to whom, and the way from one node group to another. */
import type { Link, NodeGroup } from "./setup.ts";

/** One link crossed in one direction: `link * 2`, plus 1 when down. */
export type Hop = number;

type Topology = {
  readonly nodes: readonly Pick<NodeGroup, "count">[];
  readonly links: readonly Pick<Link, "from" | "to" | "attach">[];
  /** Ways that are given, see `Setup.routes`. */
  readonly routes?: readonly (readonly number[])[];
};

/** The way that is given, or the shortest by hops, the first declared of equals; null when there is none. Empty from a group to itself. */
export function findRoute(topology: Topology, from: number, to: number): Hop[] | null {
  if (from === to) return [];
  const given = givenRoute(topology, from, to);
  if (given !== null) return given.slice(1).map((node, i) => hopBetween(topology, given[i]!, node));
  const cameBy: (Hop | null)[] = topology.nodes.map(() => null);
  const seen = new Set([from]);
  let front = [from];
  while (front.length > 0) {
    const next: number[] = [];
    for (const node of front) {
      topology.links.forEach((link, index) => {
        for (const [a, b, direction] of [
          [link.from, link.to, 0],
          [link.to, link.from, 1],
        ] as const) {
          if (a !== node || seen.has(b)) continue;
          seen.add(b);
          cameBy[b] = index * 2 + direction;
          next.push(b);
        }
      });
    }
    front = next;
  }
  if (!seen.has(to)) return null;
  const hops: Hop[] = [];
  for (let node = to; node !== from; ) {
    const hop = cameBy[node]!;
    hops.unshift(hop);
    const link = topology.links[hop >> 1]!;
    node = (hop & 1) === 0 ? link.from : link.to;
  }
  return hops;
}

/** Nodes of the way that is given from one group to another, or the other way round; null for none. */
function givenRoute({ routes = [] }: Topology, from: number, to: number): readonly number[] | null {
  const forward = routes.find((route) => route[0] === from && route.at(-1) === to);
  if (forward !== undefined) return forward;
  const back = routes.find((route) => route[0] === to && route.at(-1) === from);
  return back === undefined ? null : [...back].reverse();
}

function hopBetween({ links }: Topology, from: number, to: number): Hop {
  const up = links.findIndex((link) => link.from === from && link.to === to);
  if (up >= 0) return up * 2;
  const down = links.findIndex((link) => link.from === to && link.to === from);
  if (down < 0) throw new RangeError(`a route goes from group ${from} to group ${to}, which no link joins`);
  return down * 2 + 1;
}

/**
 * The machine of group `to` that a device of group `source` reaches over attachments: node i of the larger group is attached to
 * node i mod m of the smaller. The result lists the moduli to apply in turn; towards a larger group the first attached machine is meant.
 */
export function attachment(topology: Topology, source: number, to: number): number[] | null {
  const route = findRoute(topology, source, to);
  if (route === null) return null;
  const moduli: number[] = [];
  let bound = topology.nodes[source]!.count;
  let at = source;
  for (const hop of route) {
    const link = topology.links[hop >> 1]!;
    at = (hop & 1) === 0 ? link.to : link.from;
    const count = topology.nodes[at]!.count;
    if (count < bound) {
      moduli.push(count);
      bound = count;
    }
  }
  return moduli;
}

/**
 * Machines of group `to` that a device may be sent to: towards a larger group every machine attached to where it stands, towards a smaller
 * one the machine it is attached to; all where a link on the way says `attach: all`. Null when there is no way.
 */
export function reachable(topology: Topology, source: number, device: number, to: number): number[] | null {
  const route = findRoute(topology, source, to);
  if (route === null) return null;
  let at = source;
  let machines = [device];
  for (const hop of route) {
    const link = topology.links[hop >> 1]!;
    const before = topology.nodes[at]!.count;
    at = (hop & 1) === 0 ? link.to : link.from;
    const { count } = topology.nodes[at]!;
    if (link.attach === "all") machines = Array.from({ length: count }, (_, i) => i);
    else if (count <= before) machines = [...new Set(machines.map((i) => i % count))].sort((a, b) => a - b);
    else {
      // Every machine is attached to the one of its number, modulo how many there are.
      const attached: number[] = [];
      for (let first = 0; first < count; first += before) attached.push(...machines.map((i) => first + i));
      machines = attached.filter((i) => i < count);
    }
  }
  return machines;
}
