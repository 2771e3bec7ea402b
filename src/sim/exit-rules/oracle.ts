import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Knows the label: leaves at the first exit that is right, and at the first of all where none is. No rule that answers with an exit is
 * more accurate, and without queueing none as accurate spends less on the way. A bound, not a policy: nobody can know this.
 */
export const oracle: ExitRuleType = {
  name: "oracle",
  describe: "leaves at the first exit that is right, at the first of all where none is: a bound",
  reads: null,
  observes: "the label (hindsight)",
  oracle: true,
  bound: "no rule that answers with an exit is more accurate",
  options: {},
  make(_, plan) {
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    return {
      name: "oracle",
      pure: true,
      looks: true,
      heads: () => heads,
      decide(reached, _observed, _random, hindsight) {
        const { exit } = reached[reached.length - 1]!;
        const isHopeless = !heads.some((e) => hindsight.isRight(e));
        return isHopeless || hindsight.isRight(exit) ? leave[exit]! : goOn;
      },
    };
  },
};
