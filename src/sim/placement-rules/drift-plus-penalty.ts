import type { Place } from "../rules/options.ts";
import type { PlacementRule, PlacementRuleType } from "./placement-rule.ts";
import { cutRoutes, optionsOf, partsOf, routeOf } from "./queue-aware.ts";

/**
 * Lyapunov control: of every cut and machine the one with the least V x latency + sum over machines of backlog x work + Z x (bytes - budget). The
 * latency is that of an idle system, the backlog of a machine what is there x the mean work of one request, work and backlog in server seconds. Z is a virtual queue
 * that grows by the bytes a request sends beyond the budget and never falls below 0; without a budget there is none. Of equal ones the first.
 * @see Neely, "Stochastic network optimization with application to communication and queueing systems", Morgan & Claypool 2010, chapter 4 (form recalled)
 */
export const driftPlusPenalty: PlacementRuleType = {
  name: "drift-plus-penalty",
  describe: "the cut and machine with the least V x latency + backlog x work, bytes kept to a budget",
  observes: "requests at each machine, aged; mean times, exit shares, last measured rates",
  decides: "at arrival",
  seesReports: true,
  options: {
    among: { kind: "nodes", describe: "nodes that may take the rest; the source may always keep all" },
    v: {
      kind: "number",
      describe: "weight of the latency [s] against backlog x work [s2]",
      least: 0,
      most: Number.POSITIVE_INFINITY,
      default: 1,
    },
    budget: {
      kind: "quantity",
      of: "size",
      describe: "mean bytes that a request may send; no limit unless given",
      default: null,
    },
  },
  routes: (values, segments, source) => cutRoutes(values.among as readonly Place[], segments, source),
  make(values, view): PlacementRule {
    const nodes = values.among as readonly Place[];
    const weight = values.v as number;
    const budget = values.budget as number | null;
    const { network } = view;
    const begin = (): PlacementRule => {
      /** Bytes beyond the budget so far, as a multiple of it. */
      let debt = 0;
      return {
        name: "drift-plus-penalty",
        plan: () => null,
        next(request, observed) {
          const options = optionsOf(request, nodes, network.segments).map((option) => {
            const { here, there, ways, over } = partsOf(view, request, option, (way) => observed.rate(way));
            const drift = (node: number, machine: number, work: number): number => {
              const load = work / network.nodes[node]!.servers;
              return observed.node(node, machine).present * load * load;
            };
            const bytes = over > 0 ? over * network.bytes(request.stream, option.cut) : 0;
            const beyond = budget === null ? 0 : bytes / budget - 1;
            const cost =
              weight * (here + there + ways) +
              drift(request.source, request.device, here) +
              drift(option.node, option.machine, there) +
              debt * beyond;
            return { option, beyond, cost };
          });
          const least = Math.min(...options.map(({ cost }) => cost));
          const best = options.find(({ cost }) => cost === least)!;
          debt = Math.max(0, debt + best.beyond);
          return routeOf(best.option, request, network.segments);
        },
      };
    };
    return { ...begin(), begin };
  },
};
