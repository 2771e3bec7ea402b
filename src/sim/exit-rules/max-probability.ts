import type { ExitRule, ExitRuleType } from "./index.ts";
import { threshold } from "./options.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

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
  },
  make(values, plan): ExitRule {
    const least = threshold(values);
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    return {
      name: "max-probability",
      pure: true,
      heads: () => heads,
      decide(reached) {
        const { exit, confidence } = reached[reached.length - 1]!;
        return confidence >= least[exit]! ? leave[exit]! : goOn;
      },
    };
  },
};
