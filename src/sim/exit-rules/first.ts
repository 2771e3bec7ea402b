import type { ExitRule, ExitRuleType } from "./exit-rule.ts";

/** Always leaves at the first exit: the lower bound of latency, and of what the early head alone can do. */
export const first: ExitRuleType = {
  name: "first",
  describe: "always leaves at the first exit",
  reads: null,
  options: {},
  make(): ExitRule {
    const heads = [0];
    const answer = { kind: "answer", of: 0 } as const;
    return { name: "first", pure: true, heads: () => heads, decide: () => answer };
  },
};
