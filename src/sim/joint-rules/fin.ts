import { entropy } from "../exit-rules/entropy.ts";
import type { ExitRule, PlanView } from "../exit-rules/exit-rule.ts";
import { allHeads } from "../exit-rules/verdicts.ts";
import { asPlanned } from "../placement-rules/planned.ts";
import { at, tiers } from "../placement-rules/search.ts";
import { expectedLatency, tiered } from "../rules/cost.ts";
import { expectedEnergy } from "../rules/energy.ts";
import type { NetworkView } from "../rules/network.ts";
import type { Place, RuleValues } from "../rules/options.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { entropyConfigurations } from "./portend.ts";
import { accurateEnough } from "./thresholds.ts";

export interface EnergyChoice {
  readonly threshold: number;
  readonly nodes: readonly number[];
  /** [J] and [s], means. */
  readonly energy: number;
  readonly latency: number;
}

/**
 * Least energy: over thresholds of the normalised entropy and all ways to cut the segments among the tiers, the least expected energy among those that meet
 * the deadline on average and are at least as accurate as `accuracy` on the calibration rows (the most accurate where none is); the fastest where none meets the deadline.
 * The paper finds the same optimum as a path in a graph whose vertices are repeated for parts of the delay budget; here all are looked at.
 * @see Singhal, Wu, Malandrino, Levorato, Chiasserini, "Distributing inference tasks over interconnected systems through dynamic DNNs" (FIN), INFOCOM 2024 (details recalled)
 */
export const fin: JointRuleType = {
  name: "fin",
  describe: "entropy threshold and cuts over the tiers with the least expected energy, in time and at an accuracy",
  observes: "mean times, power, nominal rates, exit shares and accuracy of calibration rows",
  decides: "before the run",
  reads: "entropy",
  needsPower: true,
  options: {
    tiers,
    accuracy: { kind: "share", describe: "least accuracy on the calibration rows", default: 0 },
    deadline: {
      kind: "quantity",
      of: "time",
      describe: "most mean latency; the stream's deadline unless given",
      default: null,
    },
  },
  fits: () => true,
  routes: (values, segments, source) => tiered(segments, tiersOf(values, source)),
  make(values, plan, network) {
    const first = leastEnergy(values, plan, network, 0, null);
    const exit = entropy.make(
      { threshold: plan.exits.map(() => first.threshold), normalised: true, otherwise: "last" },
      plan,
    ) as ExitRule;
    const planOf = (source: number): readonly number[] => {
      const stream = network.streams.findIndex((s) => s.source === source);
      return leastEnergy(values, plan, network, Math.max(0, stream), first.threshold).nodes;
    };
    return { exit: { ...exit, name: "fin" }, place: asPlanned("fin", planOf) };
  },
};

const tiersOf = (values: RuleValues, source: number): number[] =>
  (values.tiers as readonly Place[]).map((place) => at(place, source));

/** @param only threshold that must be used; null to find one */
export function leastEnergy(
  values: RuleValues,
  plan: Pick<PlanView, "calibration" | "classes" | "exits">,
  network: NetworkView,
  stream: number,
  only: number | null,
): EnergyChoice {
  const heads = allHeads(plan.exits.length);
  const { deadline, source } = network.streams[stream]!;
  const most = (values.deadline as number | null) ?? deadline ?? Number.POSITIVE_INFINITY;
  const places = tiered(network.segments, tiersOf(values, source));
  const all = accurateEnough(entropyConfigurations(plan, only), values.accuracy as number).flatMap(
    ({ threshold, shares }) =>
      places.map((nodes): EnergyChoice => {
        const work = { network, exitShares: shares, heads };
        return {
          threshold,
          nodes,
          energy: expectedEnergy(work, stream, nodes),
          latency: expectedLatency(work, stream, nodes),
        };
      }),
  );
  const inTime = all.filter(({ latency }) => latency <= most);
  const best = (of: readonly EnergyChoice[], cost: (choice: EnergyChoice) => number): EnergyChoice =>
    of.reduce((least, choice) => (cost(choice) < cost(least) ? choice : least));
  return inTime.length > 0 ? best(inTime, ({ energy }) => energy) : best(all, ({ latency }) => latency);
}
