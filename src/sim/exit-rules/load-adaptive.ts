import { type NestedRule, threshold } from "../rules/options.ts";
import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Answers at an exit when at least so many requests wait at the machine where its head ran; else its base rule decides, or it goes on
 * where there is none. Only the machine's own queue is read, at the instant the head ends.
 * The source fixes the exit when service begins, from a table over arrival rate and buffer; here the table is over the buffer alone.
 * @see Casale, Roveri, "Scheduling inputs in early exit neural networks", IEEE Transactions on Computers, 2024 (reactive mode)
 */
export const loadAdaptive: ExitRuleType = {
  name: "load-adaptive",
  describe: "answers at an exit when enough requests wait there, else as its base rule says",
  reads: null,
  minds: true,
  observes: "own queue, what its base rule reads",
  options: {
    waiting: {
      kind: "threshold",
      describe: "requests waiting at the machine from which on a sample leaves",
      most: () => Number.POSITIVE_INFINITY,
    },
    base: { kind: "rule", describe: "the exit rule that decides below that; never unless given", default: null },
  },
  make(values, plan) {
    const limits = threshold({ threshold: values.waiting! });
    const nested = values.base as NestedRule | null;
    const base = nested === null ? null : plan.make(nested);
    const leave = answers(plan.exits.length);
    const last = plan.exits.length - 1;
    const heads = allHeads(plan.exits.length);
    return {
      ...base,
      name: "load-adaptive",
      pure: false,
      leavesByDraw: false,
      heads: () => heads,
      decide(reached, observed, random) {
        const { exit } = reached[reached.length - 1]!;
        if (exit !== last && observed.waiting >= limits[exit]!) return leave[exit]!;
        return base?.decide(reached, observed, random) ?? goOn;
      },
    };
  },
};
