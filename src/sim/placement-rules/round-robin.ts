import { among, choosing, routesOf, segments, spill } from "./choose.ts";
import type { PlacementRule, PlacementRuleType } from "./placement-rule.ts";

/** The machines in turn, in the order of the list. Each source node counts for itself unless the policy is shared. */
export const roundRobin: PlacementRuleType = {
  name: "round-robin",
  describe: "the machines in turn",
  observes: "its own last choice",
  decides: "at arrival, or before the first segment that is not named",
  seesReports: true,
  options: { among, segments, spill },
  routes: routesOf,
  make(values, view): PlacementRule {
    const begin = (): PlacementRule => {
      let turn = 0;
      return choosing("round-robin", values, view, (candidates) => candidates[turn++ % candidates.length]!);
    };
    return { ...begin(), begin };
  },
};
