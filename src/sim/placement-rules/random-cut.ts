import type { Place } from "../rules/options.ts";
import { candidatesOf } from "./choose.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { cutRoutes, routeOf } from "./queue-aware.ts";

/**
 * A cut by chance, each alike from all elsewhere to all on the source, and a machine by chance for what is behind it: u1 (segments + 1) and u2 x machines, rounded
 * down. The other bound: a rule that is no better knows nothing. Ours.
 */
export const randomCut: PlacementRuleType = {
  name: "random-cut",
  describe: "a cut and a machine by chance: what a rule is worth that knows nothing",
  observes: "nothing",
  decides: "at arrival",
  options: { among: { kind: "nodes", describe: "nodes that may take the rest" } },
  routes: (values, segments, source) => cutRoutes(values.among as readonly Place[], segments, source),
  make: (values, { segments }) => ({
    name: "random-cut",
    plan: () => null,
    next(request, _observed, random) {
      const cut = Math.floor(random.uniform() * (segments + 1));
      const over = candidatesOf(values.among as readonly Place[], request);
      const chosen = over[Math.floor(random.uniform() * over.length)]!;
      return routeOf({ ...chosen, cut }, request, segments);
    },
  }),
};
