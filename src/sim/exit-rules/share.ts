import type { ExitRule, ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/** Leaves with the probability that a synthetic exit names, by this request's own uniform draw for that exit. */
export const share: ExitRuleType = {
  name: "share",
  describe: "leaves with the probability that the exit of a synthetic model names",
  reads: "share",
  options: {},
  make(_, plan): ExitRule {
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    return {
      name: "share",
      // The draw belongs to the request, not to an evaluation row.
      pure: false,
      leavesByDraw: true,
      heads: () => heads,
      decide(reached) {
        const evidence = reached[reached.length - 1]!;
        return evidence.draw < evidence.share ? leave[evidence.exit]! : goOn;
      },
    };
  },
};
