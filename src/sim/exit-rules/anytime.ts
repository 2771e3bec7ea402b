import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Answers with the deepest exit that is done by the deadline: goes on as long as the next exit's answer is expected in time, whatever
 * the exits say. The expectation is of an idle system by mean times; nothing that runs is broken off, so that a request that is
 * held up longer than expected comes late with the exit it was on the way to.
 * @see Huang et al., "Multi-scale dense networks for resource efficient image classification", ICLR 2018, section 3 (anytime prediction)
 */
export const anytime: ExitRuleType = {
  name: "anytime",
  describe: "answers with the deepest exit expected to be done by the deadline",
  reads: null,
  minds: true,
  observes: "clock, expected times",
  options: {
    deadline: { kind: "quantity", of: "time", describe: "span from arrival; the stream's unless given", default: null },
  },
  make(values, plan) {
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    const given = values.deadline as number | null;
    return {
      name: "anytime",
      pure: false,
      heads: () => heads,
      decide(reached, observed) {
        const { exit } = reached[reached.length - 1]!;
        const left = (given ?? observed.deadline) - observed.elapsed;
        return observed.timeTo(exit + 1) + observed.timeBack(exit + 1) > left ? leave[exit]! : goOn;
      },
    };
  },
};
