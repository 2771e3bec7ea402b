/** What rules have in common that search for a placement when a request arrives, by the rates measured last. */

import type { RateOf } from "../rules/network.ts";
import type { Observation } from "../rules/observation.ts";
import type { Place, RuleOptionType } from "../rules/options.ts";
import type { PlacementRule, RequestView } from "./placement-rule.ts";

export const to = { kind: "node", describe: "the node that takes over" } as const satisfies RuleOptionType;

export const tiers = {
  kind: "nodes",
  describe: "nodes in the order in which a request may move on",
} as const satisfies RuleOptionType;

export const at = (place: Place, source: number): number => (place === "source" ? source : place);

export function searching(
  name: string,
  find: (request: RequestView, rateOf: RateOf, observed: Observation) => readonly number[],
): PlacementRule {
  return {
    name,
    plan: () => null,
    next: (request, observed) => ({
      nodes: find(request, (way) => observed.rate(way), observed).slice(request.segment),
    }),
  };
}
