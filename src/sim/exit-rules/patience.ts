import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Leaves as soon as `patience` exits in a row have said the same class as the exit before them: the counter of an exit is that of the
 * exit before it plus 1 where the class is unchanged, else 0.
 * @see Zhou, Xu, Ge, McAuley, Xu, Wei, "BERT loses patience: fast and robust inference with early exit", NeurIPS 2020, equation 1; the counter as in their code, JetRunner/PABEE
 */
export const patience: ExitRuleType = {
  name: "patience",
  describe: "leaves as soon as several exits in a row agree with the one before",
  reads: "prediction",
  options: {
    patience: { kind: "number", describe: "agreements in a row that are enough", least: 1, most: 1000, whole: true },
  },
  make(values, plan) {
    const enough = values.patience as number;
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    return {
      name: "patience",
      pure: true,
      heads: () => heads,
      decide(reached) {
        let agreements = 0;
        for (let i = reached.length - 1; i > 0 && reached[i]!.prediction === reached[i - 1]!.prediction; i--)
          agreements++;
        return agreements >= enough ? leave[reached[reached.length - 1]!.exit]! : goOn;
      },
    };
  },
};
