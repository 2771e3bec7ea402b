import { fitTemperature, fittedOnce } from "../rules/calibration.ts";
import { type RuleValues, threshold } from "../rules/options.ts";
import { otherwise, whenConfident } from "./confident.ts";
import type { ExitEvidence, ExitRuleType, PlanView } from "./exit-rule.ts";

/**
 * Leaves as soon as the top probability of softmax(z / T_k) reaches the exit's `threshold`, 0 to 1. The temperature T_k of each exit
 * minimises the negative log likelihood of the calibration rows, unless it is given.
 * @see Pacheco, Couto, Simeone, "On the impact of deep neural network calibration on adaptive edge offloading for image classification", JNCA 2023
 * @see Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2
 */
export const calibrated: ExitRuleType = {
  name: "calibrated",
  describe: "leaves as soon as the temperature-scaled top probability reaches the threshold",
  reads: "logits",
  options: {
    threshold: { kind: "threshold", describe: "probability from 0 to 1 at which a sample leaves", most: () => 1 },
    temperature: {
      kind: "by-exit",
      describe: "temperature of every exit, above 0; fitted to the calibration rows unless given",
      least: Number.MIN_VALUE,
      default: null,
    },
    otherwise,
  },
  fits: (values) => values.temperature === null,
  grading(values, plan) {
    const probability = scaled(values, plan);
    return { grade: (reached) => probability(reached[reached.length - 1]!) };
  },
  make(values, plan) {
    const least = threshold(values);
    const probability = scaled(values, plan);
    return whenConfident("calibrated", values, plan, {
      of: probability,
      isEnough: (e) => probability(e) >= least[e.exit]!,
    });
  },
};

/** Temperature of every exit that minimises the negative log likelihood of the calibration rows. */
export function temperaturesOf({ calibration, classes }: Pick<PlanView, "calibration" | "classes">): number[] {
  return fitted(calibration!, classes);
}

const fitted = fittedOnce(({ scores, labels }, classes) => scores.map((exit) => fitTemperature(exit, labels, classes)));

/** Top probability of softmax(z / T). */
function scaled(values: RuleValues, plan: PlanView): (evidence: ExitEvidence) => number {
  const temperature = (values.temperature as readonly number[] | null) ?? temperaturesOf(plan);
  return ({ exit, logits }) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < logits!.length; c++) top = Math.max(top, logits![c]!);
    let sum = 0;
    for (let c = 0; c < logits!.length; c++) sum += Math.exp((logits![c]! - top) / temperature[exit]!);
    return Math.exp(-Math.log(sum));
  };
}
