import type { ExitRule, ExitRuleType } from "./exit-rule.ts";
import { goOn } from "./verdicts.ts";

/** Never leaves early: only the last head runs, as in a network without exits. */
export const never: ExitRuleType = {
  name: "never",
  describe: "runs the whole network; early heads cost nothing",
  reads: null,
  options: {},
  make(_, plan): ExitRule {
    const last = plan.exits.length - 1;
    const heads = [last];
    const answer = { kind: "answer", of: last } as const;
    return {
      name: "never",
      pure: true,
      heads: () => heads,
      decide: (reached) => (reached[reached.length - 1]!.exit === last ? answer : goOn),
    };
  },
};
