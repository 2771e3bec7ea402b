import { cheapest, flowOf, stageOn, type Work } from "../rules/cost.ts";
import type { RateOf } from "../rules/network.ts";
import type { Observation } from "../rules/observation.ts";
import type { Place } from "../rules/options.ts";
import { type Candidate, candidatesOf } from "./choose.ts";
import type { PlacementRule, PlacementRuleType, PlacementView, RequestView } from "./placement-rule.ts";
import { at } from "./search.ts";

/** A cut and the machine that takes the rest. */
interface Option extends Candidate {
  readonly cut: number;
}

/**
 * Least expected completion: over every cut and every machine that may take the rest, waiting + computing on the source, the way, waiting + computing
 * there, and the way back. Waiting on a machine is present x mean service there / servers, the generic W = Q E[S] of the literature; the mean
 * service is that of this request's own part. Of equal ones the first: least on the device, then the order of the list.
 */
export const queueAware: PlacementRuleType = {
  name: "queue-aware",
  describe: "the cut and machine with the least expected completion, queues included",
  observes: "requests at each machine, aged; mean times, exit shares, last measured rates",
  decides: "at arrival; with decide: after-exit again after each exit",
  seesReports: true,
  options: {
    among: { kind: "nodes", describe: "nodes that may take the rest; the source may always keep all" },
    decide: {
      kind: "choice",
      describe: "once at arrival, or again after each exit that lets the request go on",
      words: ["at-arrival", "after-exit"],
      default: "at-arrival",
    },
  },
  routes: (values, segments, source) => {
    const nodes = values.among as readonly Place[];
    const fromSource = cutRoutes(nodes, segments, source);
    if (values.decide !== "after-exit") return fromSource;
    return [...fromSource, ...nodes.flatMap((from) => cutRoutes(nodes, segments, at(from, source)))];
  },
  make: (values, view): PlacementRule => ({
    name: "queue-aware",
    plan: () => null,
    next(request, observed) {
      const nodes = values.among as readonly Place[];
      const { segment } = request;
      if (segment > 0)
        return upToExit(view, segment, restRoute(view, request, leastRest(view, request, nodes, observed)));
      const route = routeOf(leastCompletion(view, request, nodes, observed), request, view.segments);
      return values.decide === "after-exit" ? upToExit(view, 0, route) : route;
    },
  }),
};

interface WholeRoute {
  readonly nodes: readonly number[];
  readonly machines: readonly (number | null)[];
}

/** The part of a route before the next decision: up to the next exit whose head runs. */
function upToExit(
  { network, heads, segments }: PlacementView,
  segment: number,
  { nodes, machines }: WholeRoute,
): WholeRoute {
  const exit = network.exitAfter.find((after, e) => after >= segment && heads.includes(e)) ?? segments - 1;
  const decided = exit - segment + 1;
  return { nodes: nodes.slice(0, decided), machines: machines.slice(0, decided) };
}

function restRoute(
  { segments }: PlacementView,
  { segment, at: here }: RequestView,
  { cut, node, machine }: Option,
): WholeRoute {
  const isOver = (k: number): boolean => segment + k >= cut;
  const rest = Array.from({ length: segments - segment }, (_, k) => k);
  return { nodes: rest.map((k) => (isOver(k) ? node : here)), machines: rest.map((k) => (isOver(k) ? machine : null)) };
}

/** Of a request under way: where it goes on with the least expected completion. Staying costs no waiting, since it holds its server. */
function leastRest(
  work: Work & Pick<PlacementView, "segments">,
  request: RequestView,
  nodes: readonly Place[],
  observed: Observation,
): Option {
  const { segment, at: here, stream } = request;
  const { network, segments } = work;
  const over = candidatesOf(nodes, request).filter(({ node }) => node !== here);
  const cuts = Array.from({ length: segments - segment }, (_, k) => segment + k);
  const stay = { node: here, machine: -1, cut: segments };
  // Where nobody is expected to get this far, the request runs to the end.
  const expected = flowOf(work);
  const { reach, leave } = expected.reach[segment]! > 0 ? expected : flowOf({ ...work, exitShares: null });
  return cheapest(
    [...cuts.flatMap((cut) => over.map((c): Option => ({ ...c, cut }))), stay],
    ({ node, machine, cut }) => {
      let [time, there] = [0, 0];
      for (let k = segment; k < segments; k++) {
        const place = k < cut ? here : node;
        const stage = reach[k]! * stageOn(work, stream, place, k);
        time += stage;
        if (k >= cut) there += stage;
        if (k === cut && reach[k]! > 0)
          time += reach[k]! * network.hop(stream, k, here, node, (way) => observed.rate(way));
        if (leave[k]! > 0) time += leave[k]! * network.timeBack(stream, place, (way) => observed.rate(way));
      }
      if (there === 0) return time;
      return time + (observed.node(node, machine).present * there) / network.nodes[node]!.servers;
    },
  );
}

/** Every cut between the source and each of the nodes. */
export function cutRoutes(nodes: readonly Place[], segments: number, source: number): number[][] {
  return nodes.flatMap((place) =>
    Array.from({ length: segments + 1 }, (_, cut) =>
      Array.from({ length: segments }, (__, k) => (k < cut ? source : at(place, source))),
    ),
  );
}

export function routeOf({ cut, node, machine }: Option, { source }: RequestView, segments: number) {
  const isOver = (k: number): boolean => k >= cut;
  return {
    nodes: Array.from({ length: segments }, (_, k) => (isOver(k) ? node : source)),
    machines: Array.from({ length: segments }, (_, k) => (isOver(k) && node !== source ? machine : null)),
  };
}

/** All cuts of all machines; cut = segments, where the source keeps all, once. */
export function optionsOf(request: RequestView, nodes: readonly Place[], segments: number): Option[] {
  const over = candidatesOf(nodes, request).filter(({ node }) => node !== request.source);
  const own = { node: request.source, machine: request.device, cut: segments };
  return [...Array.from({ length: segments }, (_, cut) => over.map((c) => ({ ...c, cut }))).flat(), own];
}

/** Expected compute of a request on the source and over the cut, and the ways between and back [s]. */
export function partsOf(work: Work, request: RequestView, { cut, node }: Option, rateOf: RateOf) {
  const { network } = work;
  const { reach, leave } = flowOf(work);
  const { stream, source } = request;
  let [here, there, ways] = [0, 0, 0];
  for (let k = 0; k < network.segments; k++) {
    const onSource = k < cut;
    const time = reach[k]! * stageOn(work, stream, onSource ? source : node, k);
    if (onSource) here += time;
    else there += time;
    if (k === cut && reach[k]! > 0) ways += reach[k]! * network.hop(stream, k, source, node, rateOf);
    if (leave[k]! > 0) ways += leave[k]! * network.timeBack(stream, onSource ? source : node, rateOf);
  }
  return { here, there, ways, over: cut < network.segments ? reach[cut]! : 0 };
}

export function leastCompletion(
  work: Work,
  request: RequestView,
  nodes: readonly Place[],
  observed: Observation,
): Option {
  const { network } = work;
  const waits = (node: number, machine: number, service: number): number =>
    service === 0 ? 0 : (observed.node(node, machine).present * service) / network.nodes[node]!.servers;
  let best: Option | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const option of optionsOf(request, nodes, network.segments)) {
    const { here, there, ways } = partsOf(work, request, option, (way) => observed.rate(way));
    const time =
      here + there + ways + waits(request.source, request.device, here) + waits(option.node, option.machine, there);
    if (best === null || time < least) {
      best = option;
      least = time;
    }
  }
  return best!;
}
