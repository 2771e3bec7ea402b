import { threshold } from "../rules/options.ts";
import { otherwise, whenConfident } from "./confident.ts";
import type { ExitRuleType } from "./exit-rule.ts";

/**
 * Leaves as soon as the top probability leads the second by the exit's `threshold`, 0 to 1.
 * @see Park et al., "Big/little deep neural network for ultra low power inference", CODES+ISSS 2015 (score margin)
 */
export const margin: ExitRuleType = {
  name: "margin",
  describe: "leaves as soon as the top probability leads the second by the threshold",
  reads: "margin",
  options: {
    threshold: { kind: "threshold", describe: "lead from 0 to 1 at which a sample leaves", most: () => 1 },
    otherwise,
  },
  grading: () => ({ grade: (reached) => reached[reached.length - 1]!.margin }),
  make(values, plan) {
    const least = threshold(values);
    return whenConfident("margin", values, plan, {
      of: (e) => e.margin,
      isEnough: (e) => e.margin >= least[e.exit]!,
    });
  },
};
