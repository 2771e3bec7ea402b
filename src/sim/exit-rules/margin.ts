import type { ExitRule, ExitRuleType } from "./index.ts";
import { threshold } from "./options.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

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
  },
  make(values, plan): ExitRule {
    const least = threshold(values);
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    return {
      name: "margin",
      pure: true,
      heads: () => heads,
      decide(reached) {
        const evidence = reached[reached.length - 1]!;
        return evidence.margin >= least[evidence.exit]! ? leave[evidence.exit]! : goOn;
      },
    };
  },
};
