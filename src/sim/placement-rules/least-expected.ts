import type { RuleValues } from "../rules/options.ts";
import { among, choosing, least, pick, routesOf, segments, spill, ties } from "./choose.ts";
import type { PlacementRuleType, PlacementView } from "./placement-rule.ts";

/**
 * The machine where (present + 1) x mean service / servers is least: what one more request would wait and be served for, were all alike.
 * The mean service is that of the segments the rule places, with the heads that run, weighted with how often they are reached.
 */
export const leastExpected: PlacementRuleType = {
  name: "least-expected",
  describe: "the machine with the least (present + 1) x mean service / servers",
  observes: "requests at each machine, aged; mean service times",
  decides: "at arrival, or before the first segment that is not named",
  seesReports: true,
  options: { among, ties, segments, spill },
  routes: routesOf,
  make(values, view) {
    const { nodes } = view.network;
    return choosing("least-expected", values, view, (candidates, { stream }, observed, random) => {
      const expected = least(
        candidates,
        ({ node, machine }) =>
          ((observed.node(node, machine).present + 1) * serviceOn(values, view, stream, node)) / nodes[node]!.servers,
      );
      return pick(expected, values.ties, random);
    });
  },
};

/** Mean service of a request on a node, from the first segment that is not named. */
function serviceOn(values: RuleValues, view: PlacementView, stream: number, node: number): number {
  const { network, exitShares, heads } = view;
  const named = values.segments as readonly unknown[] | null;
  let here = 1;
  let began = false;
  let first = 1;
  let sum = 0;
  for (let k = 0; k < view.segments; k++) {
    const exit = network.exitAfter.indexOf(k);
    const isNamed = named !== null && named[k] !== null;
    if (!isNamed && !began) {
      began = true;
      first = here;
    }
    if (!isNamed) {
      sum += here * network.trunk(stream, node, k);
      if (exit >= 0 && heads.includes(exit)) sum += here * network.head(stream, node, exit);
    }
    if (exit >= 0) here -= exitShares?.[exit] ?? 0;
  }
  return first > 0 ? sum / first : sum;
}
