import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Knows the label: leaves at the first exit that is right, and at the first of all where none is. No rule that answers with an exit is
 * more accurate, and without queueing none as accurate that looks at every exit spends less on the way. An ensemble may say a class that no exit says: for its answers this is no
 * bound. Crossings with loss that are planned or decided are foreseen, the last of several counting for all exits. A bound, not a policy: nobody can know this.
 * Folklore: what the literature on overthinking calls the first exit that is right.
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
