import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/** Leaves each exit by chance, whatever it says: what a rule is worth that does not look at its evidence. */
export const random: ExitRuleType = {
  name: "random",
  describe: "leaves at each exit with a probability, whatever it says",
  reads: null,
  options: {
    share: { kind: "share", describe: "probability to leave at each exit reached, the last apart", default: 0.5 },
  },
  make(values, plan) {
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    const share = values.share as number;
    return {
      name: "random",
      pure: false,
      heads: () => heads,
      decide: (reached, _, draws) => (draws.uniform() < share ? leave[reached[reached.length - 1]!.exit]! : goOn),
    };
  },
};
