import type { ExitRule, PlanView } from "../exit-rules/exit-rule.ts";
import { maxProbability } from "../exit-rules/max-probability.ts";
import { asPlanned } from "../placement-rules/planned.ts";
import { at, tiers } from "../placement-rules/search.ts";
import { expectedLatency, tiered } from "../rules/cost.ts";
import type { NetworkView } from "../rules/network.ts";
import type { Place, RuleValues } from "../rules/options.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { configurationOf } from "./thresholds.ts";

/**
 * One exit a tier, chosen: of all exits as many as there are tiers, the last among them, such that the expected latency is least; the segments up to each
 * run on its tier, and only those heads run. Exit shares are those of the calibration rows at `threshold`. The whole search space is looked at, with the same
 * result as the paper's branch and bound; its share of tasks offloaded by a Lyapunov controller is `drift-plus-penalty`, apart.
 * @see Huang et al., "Enabling low latency edge intelligence based on multi-exit DNNs in the wild" (LEIME), ICDCS 2021 (internals recalled)
 */
export const leime: JointRuleType = {
  name: "leime",
  describe: "one exit a tier, those with the least expected latency; only their heads run",
  observes: "mean times, nominal rates, exit shares of calibration rows",
  decides: "before the run",
  reads: "confidence",
  options: {
    tiers,
    threshold: { kind: "share", describe: "probability from 0 to 1 at which a sample leaves", default: 0.9 },
  },
  fits: () => true,
  routes: (values, segments, source) => tiered(segments, tiersOf(values, source)),
  make(values, plan, network) {
    const best = chooseExits(values, plan, network, 0);
    const exit = maxProbability.make(
      { threshold: plan.exits.map(() => values.threshold as number), otherwise: "last" },
      plan,
    ) as ExitRule;
    return {
      exit: { ...exit, name: "leime", heads: () => best },
      place: asPlanned("leime", (source) => placesOf(best, network, tiersOf(values, source))),
    };
  },
};

const tiersOf = (values: RuleValues, source: number): number[] =>
  (values.tiers as readonly Place[]).map((place) => at(place, source));

/** Exits, ascending, one for each tier as long as there are any; of equal ones the first in the order of depth. */
export function chooseExits(
  values: RuleValues,
  plan: Pick<PlanView, "calibration" | "exits">,
  network: NetworkView,
  stream: number,
): readonly number[] {
  const { scores } = plan.calibration!;
  const threshold = values.threshold as number;
  const nodes = tiersOf(values, network.streams[stream]!.source);
  const last = plan.exits.length - 1;
  let best: readonly number[] = [last];
  let least = Number.POSITIVE_INFINITY;
  for (const early of subsets(last, Math.min(nodes.length, plan.exits.length) - 1)) {
    const heads = [...early, last];
    const { shares } = configurationOf(
      plan.calibration!,
      heads,
      threshold,
      (exit, row) => scores[exit]!.confidence[row]! >= threshold,
    );
    const latency = expectedLatency({ network, exitShares: shares, heads }, stream, placesOf(heads, network, nodes));
    if (latency < least) {
      least = latency;
      best = heads;
    }
  }
  return best;
}

/** Subsets of 0 … n - 1 with `size` members, in the order of their members. */
function subsets(n: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const found: number[][] = [];
  for (let first = from; first <= n - size; first++)
    for (const rest of subsets(n, size - 1, first + 1)) found.push([first, ...rest]);
  return found;
}

function placesOf(heads: readonly number[], network: NetworkView, nodes: readonly number[]): number[] {
  return Array.from({ length: network.segments }, (_, k) => {
    const passed = heads.filter((exit) => network.exitAfter[exit]! < k).length;
    return nodes[Math.min(passed, nodes.length - 1)]!;
  });
}
