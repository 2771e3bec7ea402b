/** What rules have in common that choose one machine among several, for every segment that is not named. */
import type { Random } from "../random.ts";
import type { Observation } from "../rules/observation.ts";
import type { Place, RuleOptionType, RuleValues, Spill } from "../rules/options.ts";
import type { PlacementRule, PlacementView, RequestView, Route } from "./placement-rule.ts";

/** A machine of a node group. */
export interface Candidate {
  readonly node: number;
  readonly machine: number;
}

/** Chooses; there is at least one candidate. */
export type Chooser = (
  candidates: readonly Candidate[],
  request: RequestView,
  observed: Observation,
  random: Random,
) => Candidate;

export const among = {
  kind: "nodes",
  describe: "nodes to choose among, each of their machines for itself",
} as const satisfies RuleOptionType;

export const segments = {
  kind: "some-segments",
  describe: "segments that run on a node of their own; the others run where the rule chooses",
  default: null,
} as const satisfies RuleOptionType;

export const ties = {
  kind: "choice",
  describe: "of equal ones a random one, or the first in the order of the list",
  words: ["random", "first"],
  default: "random",
} as const satisfies RuleOptionType;

export const spill = {
  kind: "spill",
  describe: "from a machine of one node that holds so many requests to another node",
  default: null,
} as const satisfies RuleOptionType;

const isAt = (place: Place, source: number): number => (place === "source" ? source : place);

/** Machines to choose from, in the order of the list; nobody's when none can be reached. */
export function candidatesOf(nodes: readonly Place[], request: RequestView): Candidate[] {
  return nodes.flatMap((place) => {
    const node = isAt(place, request.source);
    return request.machines(node).map((machine) => ({ node, machine }));
  });
}

/** One for each node that may be chosen, or may take what is spilt. */
export function routesOf(values: RuleValues, segments: number, source: number): number[][] {
  const named = (values.segments ?? new Array(segments).fill(null)) as readonly (Place | null)[];
  const overflow = values.spill as Spill | null | undefined;
  const nodes = [...(values.among as readonly Place[]), ...(overflow ? [overflow.to] : [])];
  return nodes.map((node) => named.map((place) => isAt(place ?? node, source)));
}

/** Decides when the first segment comes that is not named, for all of those at once. */
export function choosing(name: string, values: RuleValues, view: PlacementView, choose: Chooser): PlacementRule {
  const nodes = values.among as readonly Place[];
  const named = (values.segments ?? new Array(view.segments).fill(null)) as readonly (Place | null)[];
  const overflow = values.spill as Spill | null | undefined;
  return {
    name,
    plan: () => null,
    next(request, observed, random): Route {
      const { segment, source } = request;
      const own = named[segment] ?? null;
      if (own !== null) return { nodes: [isAt(own, source)] };
      let chosen = choose(candidatesOf(nodes, request), request, observed, random);
      if (overflow !== null && overflow !== undefined && chosen.node === isAt(overflow.node, source)) {
        const isFull = observed.node(chosen.node, chosen.machine).present >= overflow.limit;
        if (isFull) chosen = leastPresent(candidatesOf([overflow.to], request), observed)[0]!;
      }
      const rest = named.slice(segment);
      return {
        nodes: rest.map((place) => (place === null ? chosen.node : isAt(place, source))),
        machines: rest.map((place) => (place === null ? chosen.machine : null)),
      };
    },
  };
}

/** Those with the fewest requests, as far as is known. */
export function leastPresent(candidates: readonly Candidate[], observed: Observation): Candidate[] {
  return least(candidates, ({ node, machine }) => observed.node(node, machine).present);
}

/** All whose value is the least. */
export function least<T>(items: readonly T[], of: (item: T) => number): T[] {
  const values = items.map(of);
  const smallest = Math.min(...values);
  return items.filter((_, i) => values[i] === smallest);
}

/** Of equal ones. */
export function pick<T>(equals: readonly T[], rule: unknown, random: Random): T {
  return rule === "first" || equals.length === 1 ? equals[0]! : equals[Math.floor(random.uniform() * equals.length)]!;
}
