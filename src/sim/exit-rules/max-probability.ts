import { threshold } from "../rules/options.ts";
import { otherwise, whenConfident } from "./confident.ts";
import type { ExitRuleType } from "./exit-rule.ts";

/**
 * Leaves as soon as the top softmax probability reaches the exit's `threshold`, 0 to 1.
 * @see Wang et al., "IDK cascades: fast deep learning by learning not to overthink", UAI 2018, section 3 (confidence by softmax)
 */
export const maxProbability: ExitRuleType = {
  name: "max-probability",
  describe: "leaves as soon as the top probability reaches the threshold",
  reads: "confidence",
  options: {
    threshold: { kind: "threshold", describe: "probability from 0 to 1 at which a sample leaves", most: () => 1 },
    otherwise,
  },
  grading: () => ({ grade: (reached) => reached[reached.length - 1]!.confidence }),
  make(values, plan) {
    const least = threshold(values);
    return whenConfident("max-probability", values, plan, {
      of: (e) => e.confidence,
      isEnough: (e) => e.confidence >= least[e.exit]!,
    });
  },
};
