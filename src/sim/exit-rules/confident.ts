/** What rules have in common that leave as soon as an exit is confident enough. */
import type { ChoiceOption, RuleValues } from "../rules/options.ts";
import type { ExitEvidence, ExitRule, PlanView } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * When no exit is confident, the last answers, or the most confident of all, of equal ones the shallowest.
 * @see Pacheco et al., "AdaEE: adaptive early-exit DNN inference", 2023; code pachecobeto95/AdaEE, `check_correct` (most confident)
 */
export const otherwise: ChoiceOption = {
  kind: "choice",
  describe: "the exit that answers when none is confident",
  words: ["last", "most-confident"],
  default: "last",
};

export interface Confidence {
  /** Larger is more confident. */
  readonly of: (evidence: ExitEvidence) => number;
  readonly isEnough: (evidence: ExitEvidence) => boolean;
}

export function whenConfident(
  name: string,
  values: RuleValues,
  plan: PlanView,
  { of, isEnough }: Confidence,
): ExitRule {
  const leave = answers(plan.exits.length);
  const heads = allHeads(plan.exits.length);
  const last = plan.exits.length - 1;
  const takesMost = values.otherwise === "most-confident";
  return {
    name,
    pure: true,
    decidesAtLast: takesMost,
    heads: () => heads,
    decide(reached) {
      const evidence = reached[reached.length - 1]!;
      if (takesMost && evidence.exit === last) return leave[mostConfident(reached, of)]!;
      return isEnough(evidence) ? leave[evidence.exit]! : goOn;
    },
  };
}

function mostConfident(reached: readonly ExitEvidence[], of: Confidence["of"]): number {
  let best = reached[0]!;
  let most = of(best);
  for (const evidence of reached) {
    const confidence = of(evidence);
    if (confidence > most) {
      most = confidence;
      best = evidence;
    }
  }
  return best.exit;
}
