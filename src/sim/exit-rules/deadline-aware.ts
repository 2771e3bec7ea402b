import type { NestedRule } from "../rules/options.ts";
import type { ExitRuleType } from "./exit-rule.ts";
import { answers } from "./verdicts.ts";

/**
 * Answers where it stands when the next exit's answer is no longer expected in time: elapsed + E[time to exit k + 1] + E[way back] > D;
 * until then its base rule decides. The expectation is of an idle system, times `caution`. Folklore, no single source known.
 */
export const deadlineAware: ExitRuleType = {
  name: "deadline-aware",
  describe: "answers where it stands when the next exit would be late, else as its base rule says",
  reads: null,
  minds: true,
  observes: "clock, expected times, what its base rule reads",
  options: {
    base: { kind: "rule", describe: "the exit rule that decides while there is time" },
    deadline: { kind: "quantity", of: "time", describe: "span from arrival; the stream's unless given", default: null },
    caution: {
      kind: "number",
      describe: "factor on the expected times",
      least: 0,
      most: Number.POSITIVE_INFINITY,
      default: 1,
    },
  },
  make(values, plan) {
    const base = plan.make(values.base as NestedRule);
    const leave = answers(plan.exits.length);
    const last = plan.exits.length - 1;
    const caution = values.caution as number;
    const given = values.deadline as number | null;
    return {
      ...base,
      name: "deadline-aware",
      pure: false,
      leavesByDraw: false,
      heads: base.heads,
      decide(reached, observed, random) {
        const verdict = base.decide(reached, observed, random);
        const { exit } = reached[reached.length - 1]!;
        if (verdict.kind === "answer" || exit === last) return verdict;
        const left = (given ?? observed.deadline) - observed.elapsed;
        const needed = observed.timeTo(exit + 1) + observed.timeBack(exit + 1);
        return caution * needed > left ? leave[exit]! : verdict;
      },
    };
  },
};
