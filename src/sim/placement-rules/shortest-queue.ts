import { among, choosing, leastPresent, pick, routesOf, segments, spill, ties } from "./choose.ts";
import type { PlacementRuleType } from "./placement-rule.ts";

/** The machine with the fewest requests there, in service and waiting. */
export const shortestQueue: PlacementRuleType = {
  name: "shortest-queue",
  describe: "the machine with the fewest requests there",
  observes: "requests at each machine, aged",
  decides: "at arrival, or before the first segment that is not named",
  seesReports: true,
  options: { among, ties, segments, spill },
  routes: routesOf,
  make: (values, view) =>
    choosing("shortest-queue", values, view, (candidates, _, observed, random) =>
      pick(leastPresent(candidates, observed), values.ties, random),
    ),
};
