import { among, choosing, leastPresent, pick, routesOf, segments, spill, ties } from "./choose.ts";
import type { PlacementRuleType } from "./placement-rule.ts";

/**
 * Of two machines by chance the one with the fewer requests there.
 * @see Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001
 */
export const powerOfTwo: PlacementRuleType = {
  name: "power-of-two",
  describe: "of two machines by chance the one with the fewer requests there",
  observes: "requests at two machines, aged",
  decides: "at arrival, or before the first segment that is not named",
  seesReports: true,
  options: { among, ties, segments, spill },
  routes: routesOf,
  make: (values, view) =>
    choosing("power-of-two", values, view, (candidates, _, observed, random) => {
      if (candidates.length === 1) return candidates[0]!;
      const first = Math.floor(random.uniform() * candidates.length);
      // One of the others.
      const other = Math.floor(random.uniform() * (candidates.length - 1));
      const second = other < first ? other : other + 1;
      const [low, high] = [Math.min(first, second), Math.max(first, second)];
      return pick(leastPresent([candidates[low]!, candidates[high]!], observed), values.ties, random);
    }),
};
