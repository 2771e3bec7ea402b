import type { ExitRule } from "../exit-rules/exit-rule.ts";
import { allHeads, answers, goOn } from "../exit-rules/verdicts.ts";
import { at, to } from "../placement-rules/search.ts";
import { ucbOver } from "../rules/arms.ts";
import { cutsBetween } from "../rules/cost.ts";
import type { Place } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";
import type { JointRule, JointRuleType } from "./joint-rule.ts";

/**
 * Learns the threshold of the first exit: the source runs up to it, `to` the rest. Arms are thresholds `step` apart up to 1; the reward is
 * max(conf_L - conf_1, 0) - `offload` where conf_1 < threshold, else 0; UCB with weight `exploration`. No later exit's head runs but the last.
 * @see Pacheco et al., "AdaEE: adaptive early-exit DNN inference through multi-armed bandits", ICC 2023; code pachecobeto95/AdaEE, ucb.py, config.py (c = 1, step 0.2).
 * Its regret is against the best choice for each sample; here it is against the best threshold in hindsight
 */
export const adaee: JointRuleType = {
  name: "adaee",
  describe: "learns the first exit's threshold by a bandit on the confidence gained beyond it",
  observes: "confidence; learns from completed requests",
  decides: "at arrival, and when the first head ends",
  reads: "confidence",
  hasArms: true,
  options: {
    to,
    offload: { kind: "number", describe: "price of going on, in confidence", least: 0, most: 10, default: 0.1 },
    step: { kind: "number", describe: "from threshold to threshold", least: 0.01, most: 1, default: 0.2 },
    exploration: { kind: "number", describe: "weight of uncertainty", least: 0, most: 100, default: 1 },
  },
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make(values, plan, network) {
    const last = plan.exits.length - 1;
    const heads = allHeads(plan.exits.length);
    const leave = answers(plan.exits.length);
    const step = values.step as number;
    const thresholds = Array.from({ length: Math.floor(1 / step + 1e-9) + 1 }, (_, i) => Math.min(1, i * step));
    const arms = {
      name: "adaee",
      arms: thresholds.map((t) => `threshold ${Number(t.toFixed(6))}`),
      route(_: number, source: number) {
        const cuts = cutsBetween(network.segments, source, at(values.to as Place, source));
        return cuts[network.exitAfter[0]! + 1]!;
      },
      reward({ reached }: Outcome) {
        const gained = reached.at(-1)!.confidence - reached[0]!.confidence;
        return reached.length === 1 ? 0 : Math.max(gained, 0) - (values.offload as number);
      },
    };
    const exit: ExitRule = {
      name: "adaee",
      pure: false,
      heads: () => heads.filter((e) => e === 0 || e === last),
      decide: (reached, { note }) =>
        reached.length === 1 && reached[0]!.confidence >= thresholds[note]! ? leave[0]! : goOn,
    };
    const place = ucbOver(arms, values.exploration as number);
    const begin = (): JointRule => ({ exit, place: place() });
    return { ...begin(), begin };
  },
};
