import { type RuleValues, threshold } from "../rules/options.ts";
import { otherwise, whenConfident } from "./confident.ts";
import type { ExitRuleType, PlanView } from "./exit-rule.ts";

const scaleOf = ({ normalised }: RuleValues, { classes }: PlanView): number =>
  normalised === true ? 1 / Math.log(classes) : 1;

/**
 * Leaves as soon as the entropy of the class probabilities is at most the exit's `threshold`, in nats, or with `normalised` as a share of
 * ln(classes), the most there can be.
 * @see Teerapittayanon, McDanel, Kung, "BranchyNet: fast inference via early exiting from deep neural networks", ICPR 2016, section III-B
 * @see Teerapittayanon, McDanel, Kung, "Distributed deep neural networks over the cloud, the edge and end devices", ICDCS 2017 (normalised)
 */
export const entropy: ExitRuleType = {
  name: "entropy",
  describe: "leaves as soon as the entropy of the probabilities is at most the threshold",
  reads: "entropy",
  options: {
    threshold: {
      kind: "threshold",
      describe: "entropy in nats at or below which a sample leaves; 0 to 1 when normalised",
      most: (flags) => (flags.normalised === true ? 1 : Number.POSITIVE_INFINITY),
    },
    normalised: { kind: "flag", describe: "divide the entropy by ln(classes)", default: false },
    otherwise,
  },
  grading: (values, plan) => {
    const scale = scaleOf(values, plan);
    return { grade: (reached) => reached[reached.length - 1]!.entropy * scale, isDoubt: true };
  },
  make(values, plan) {
    const scale = scaleOf(values, plan);
    const most = threshold(values);
    return whenConfident("entropy", values, plan, {
      of: (e) => -e.entropy,
      isEnough: (e) => e.entropy * scale <= most[e.exit]!,
    });
  },
};
