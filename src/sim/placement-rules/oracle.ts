import type { Place } from "../rules/options.ts";
import { candidatesOf } from "./choose.ts";
import type { NodeIndex, PlacementHindsight, PlacementRuleType, Route } from "./placement-rule.ts";
import { at } from "./search.ts";

/** A way to the end: when the answer is where it is due, and the node of each segment. */
interface Found {
  readonly at: number;
  readonly nodes: readonly NodeIndex[];
}

/**
 * Knows all about the request itself: its times on every node, its bytes, what links do to its messages, where it leaves under the policy's exit rule. Of all
 * placements of its segments on the source and the nodes `among`, whichever machine they have, that with the earliest answer if nobody else were there: the
 * shortest path over segments and nodes (and lossy crossings, which change what exits say). Of equal ones the source, then the order of the list.
 * A bound without load only: it sees no queue, and what is best for each alone may crowd one machine. Where capacities change, leaving later never means
 * arriving earlier; losses and delays that change with time can break that, and then the path is one of the shortest.
 */
export const oracle: PlacementRuleType = {
  name: "oracle",
  describe: "the placement with the earliest answer of this request if it were alone: a bound without load only",
  observes: "the request's own times, bytes, losses and exit (hindsight); no queue",
  decides: "at arrival, with hindsight",
  oracle: true,
  bound: "no placement is faster without load; with load it is no bound, for it sees no queue",
  options: { among: { kind: "nodes", describe: "nodes that may run segments; the source always may" } },
  routes: (values, segments, source) => {
    const nodes = nodesOf(values.among as readonly Place[], source);
    return nodes.flatMap((a) => nodes.map((b) => Array.from({ length: segments }, (_, k) => (k % 2 === 0 ? a : b))));
  },
  make: (values, { segments }) => ({
    name: "oracle",
    plan: () => null,
    next(request, { now }, _random, hindsight): Route {
      const { source } = request;
      const nodes = nodesOf(values.among as readonly Place[], source);
      let best: (Found & { machines: ReadonlyMap<NodeIndex, number> }) | null = null;
      for (const machines of choices(nodes.filter((n) => n !== source).map((n) => candidatesOf([n], request)))) {
        for (const [node, machine] of machines) hindsight.choose(node, machine);
        const found = earliest(hindsight, segments, source, nodes, now);
        if (best === null || found.at < best.at) best = { ...found, machines };
      }
      const path = best!.nodes;
      return {
        nodes: Array.from({ length: segments }, (_, k) => path[k] ?? path.at(-1)!),
        machines: Array.from({ length: segments }, (_, k) => best!.machines.get(path[k] ?? path.at(-1)!) ?? null),
      };
    },
  }),
};

const nodesOf = (among: readonly Place[], source: NodeIndex): NodeIndex[] => [
  ...new Set([source, ...among.map((place) => at(place, source))]),
];

/** Every way to choose one machine of each node. */
function choices(
  candidates: readonly (readonly { readonly node: NodeIndex; readonly machine: number }[])[],
): ReadonlyMap<NodeIndex, number>[] {
  return candidates.reduce<Map<NodeIndex, number>[]>(
    (maps, of) => maps.flatMap((map) => of.map(({ node, machine }) => new Map(map).set(node, machine))),
    [new Map()],
  );
}

/** Earliest answer over all placements, by the earliest instant at which each segment can be done on each node. */
export function earliest(
  hindsight: PlacementHindsight,
  segments: number,
  source: NodeIndex,
  nodes: readonly NodeIndex[],
  now: number,
): Found {
  let best: Found = { at: Number.POSITIVE_INFINITY, nodes: [source] };
  /** By lossy cut crossed last and node. */
  let states = new Map<string, Found & { readonly crossed: number }>([["", { at: now, nodes: [source], crossed: -1 }]]);
  for (let k = 0; k < segments; k++) {
    const next: typeof states = new Map();
    for (const state of states.values()) {
      const from = state.nodes.at(-1)!;
      for (const node of nodes) {
        const ready = node === from ? state.at : hindsight.arrives(k, from, node, state.at);
        const crossed = node !== from && hindsight.isLossy(k) ? k : state.crossed;
        const done = ready + hindsight.stage(node, k);
        const way = { at: done, nodes: [...(k === 0 ? [] : state.nodes), node] };
        if (hindsight.leavesAfter(k, crossed)) {
          const answeredAt = hindsight.answered(node, done);
          if (answeredAt < best.at) best = { ...way, at: answeredAt };
          continue;
        }
        const key = `${crossed} ${node}`;
        if (done < (next.get(key)?.at ?? Number.POSITIVE_INFINITY)) next.set(key, { ...way, crossed });
      }
    }
    states = next;
  }
  return best;
}
