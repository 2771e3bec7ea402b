import { entropy } from "../exit-rules/entropy.ts";
import type { ExitRule, PlanView } from "../exit-rules/exit-rule.ts";
import { allHeads } from "../exit-rules/verdicts.ts";
import { asPlanned } from "../placement-rules/planned.ts";
import { at, tiers } from "../placement-rules/search.ts";
import { expectedLatency, tiered } from "../rules/cost.ts";
import type { NetworkView } from "../rules/network.ts";
import type { Place, RuleValues } from "../rules/options.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { accurateEnough, type Configuration, configurationOf } from "./thresholds.ts";

/** Thresholds of the normalised entropy that are tried: those of the paper's tables. */
const grid = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export interface Choice {
  readonly threshold: number;
  readonly nodes: readonly number[];
  readonly latency: number;
  readonly accuracy: number;
}

/**
 * Joint exhaustive search before the run: over thresholds of the normalised entropy and all ways to cut the segments among the tiers, the least expected
 * latency among those at least as accurate as `accuracy` on the calibration rows; the most accurate where none is. Of equal ones the first: lower threshold, more on
 * later tiers last. Mean times, nominal rates; the threshold is found for the first stream and used for all.
 * @see "PORTEND: a joint performance model for partitioned early-exiting DNNs", ICPADS 2023, section II
 */
export const portend: JointRuleType = {
  name: "portend",
  describe: "entropy threshold and cuts over the tiers with the least expected latency at an accuracy",
  observes: "mean times, nominal rates, exit shares and accuracy of calibration rows",
  decides: "before the run",
  reads: "entropy",
  options: {
    tiers,
    accuracy: { kind: "share", describe: "least accuracy on the calibration rows", default: 0 },
  },
  fits: () => true,
  routes: (values, segments, source) => tiered(segments, tiersOf(values, source)),
  make(values, plan, network) {
    const first = search(values, plan, network, 0, null);
    const exit = entropy.make(
      { threshold: plan.exits.map(() => first.threshold), normalised: true, otherwise: "last" },
      plan,
    ) as ExitRule;
    const planOf = (source: number): readonly number[] => {
      const stream = network.streams.findIndex((s) => s.source === source);
      return search(values, plan, network, Math.max(0, stream), first.threshold).nodes;
    };
    return { exit: { ...exit, name: "portend" }, place: asPlanned("portend", planOf) };
  },
};

const tiersOf = (values: RuleValues, source: number): number[] =>
  (values.tiers as readonly Place[]).map((place) => at(place, source));

/** @param only threshold that must be used; null to find one */
export function search(
  values: RuleValues,
  plan: Pick<PlanView, "calibration" | "classes" | "exits">,
  network: NetworkView,
  stream: number,
  only: number | null,
): Choice {
  const all = entropyConfigurations(plan, only);
  const places = tiered(network.segments, tiersOf(values, network.streams[stream]!.source));
  let best: Choice | null = null;
  for (const configuration of accurateEnough(all, values.accuracy as number))
    for (const nodes of places) {
      const latency = latencyOf(network, stream, configuration, nodes);
      if (best === null || latency < best.latency)
        best = { threshold: configuration.threshold, nodes, latency, accuracy: configuration.accuracy };
    }
  return best!;
}

/** What each threshold of the normalised entropy does. @param only threshold that must be used; null for all that are tried */
export function entropyConfigurations(
  plan: Pick<PlanView, "calibration" | "classes" | "exits">,
  only: number | null,
): Configuration[] {
  const { scores } = plan.calibration!;
  const heads = allHeads(plan.exits.length);
  const most = Math.log(plan.classes);
  return (only === null ? grid : [only]).map((t) =>
    configurationOf(plan.calibration!, heads, t, (exit, row) => scores[exit]!.entropy[row]! / most <= t),
  );
}

function latencyOf(network: NetworkView, stream: number, { shares }: Configuration, nodes: readonly number[]): number {
  return expectedLatency({ network, exitShares: shares, heads: allHeads(shares.length) }, stream, nodes);
}
