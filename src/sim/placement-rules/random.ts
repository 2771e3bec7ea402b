import type { Place } from "../rules/options.ts";
import { among, type Candidate, choosing, routesOf, segments, spill } from "./choose.ts";
import type { PlacementRuleType } from "./placement-rule.ts";

/** A machine by chance, each node with its weight, each machine of a node alike; equal weights unless given: Bernoulli splitting. */
export const random: PlacementRuleType = {
  name: "random",
  describe: "a machine by chance, by weights of the nodes",
  observes: "nothing",
  decides: "at arrival, or before the first segment that is not named",
  seesReports: true,
  options: {
    among,
    weights: { kind: "weights", of: "among", describe: "weight of each node", default: null },
    segments,
    spill,
  },
  routes: routesOf,
  make(values, view) {
    const nodes = values.among as readonly Place[];
    const weights = values.weights as readonly number[] | null;
    return choosing("random", values, view, (candidates, { source }, _, draws) => {
      if (weights === null) return candidates[Math.floor(draws.uniform() * candidates.length)]!;
      const weightOf = ({ node }: Candidate): number => {
        const place = nodes.findIndex((n) => (n === "source" ? source : n) === node);
        return weights[place]! / candidates.filter((c) => c.node === node).length;
      };
      let left = draws.uniform() * candidates.reduce((sum, c) => sum + weightOf(c), 0);
      for (const candidate of candidates) {
        left -= weightOf(candidate);
        if (left < 0) return candidate;
      }
      return candidates.filter((c) => weightOf(c) > 0).at(-1)!;
    });
  },
};
