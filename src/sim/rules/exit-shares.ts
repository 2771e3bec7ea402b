/** Where an exit rule is expected to let requests leave, found before a run. */
import type { ExitEvidence, HindsightExitRule, PlanView } from "../exit-rules/exit-rule.ts";
import type { Random } from "../random.ts";
import type { ExitScores, Outputs } from "../setup.ts";
import { type Calibration, logitsOf } from "./calibration.ts";
import { quiet } from "./observation.ts";

/** Draws tried to find how often a rule that goes by chance leaves. */
const draws = 1000;

type Plan = Pick<PlanView, "exits" | "classes">;

/** Share of requests that leave at each exit, by the rule on the calibration rows, or by the shares of a synthetic model; null without either. */
export function expectedShares(rule: HindsightExitRule, outputs: Outputs, plan: Plan): readonly number[] | null {
  if (outputs.kind === "share") return sharesByDraws(rule, outputs.share, plan);
  return outputs.calibration === null ? null : sharesOnRows(rule, outputs.calibration, plan);
}

/**
 * Share of rows that leave at each exit; they add up to 1. An earlier exit may answer: what counts is where they leave.
 * @param weights how much each row counts, adding up to 1; all the same unless given
 */
export function sharesOnRows(
  rule: HindsightExitRule,
  { rows, labels, scores }: Calibration,
  plan: Plan,
  weights: Float64Array | null = null,
): number[] {
  const heads = headsOf(rule, plan);
  const counts = plan.exits.map(() => 0);
  const random = spread();
  for (let row = 0; row < rows; row++) {
    const isRight = (exit: number): boolean => scores[exit]!.prediction[row] === labels[row];
    const reached: ExitEvidence[] = [];
    for (const exit of heads) {
      reached.push(evidenceOf(scores[exit]!, exit, row, plan.classes));
      const isLast = exit === plan.exits.length - 1;
      if (!isLast && rule.decide(reached, quiet, random, { isRight }).kind === "go-on") continue;
      counts[exit]! += weights === null ? 1 : weights[row]!;
      break;
    }
  }
  return weights === null ? counts.map((n) => n / rows) : counts;
}

/** The same of a synthetic model, each exit by itself: draws of different exits are independent. */
export function sharesByDraws(rule: HindsightExitRule, shares: readonly number[], plan: Plan): number[] {
  const last = shares.length - 1;
  const leaves = shares.map(() => 0);
  const random = spread();
  const reached: ExitEvidence[] = [];
  let here = 1;
  for (const exit of headsOf(rule, plan)) {
    const said = (draw: number): ExitEvidence => ({ ...silent, exit, share: shares[exit]!, draw });
    const isDrawn = exit !== last && rule.leavesByDraw === true;
    let left = exit === last ? draws : isDrawn ? draws * shares[exit]! : 0;
    for (let i = 0; exit !== last && !isDrawn && i < draws; i++) {
      const verdict = rule.decide([...reached, said((i + 0.5) / draws)], quiet, random, { isRight: () => false });
      if (verdict.kind === "answer") left++;
    }
    reached.push(said(1 - 0.5 / draws));
    leaves[exit] = (here * left) / draws;
    here -= leaves[exit]!;
  }
  return leaves;
}

export function headsOf(rule: Pick<HindsightExitRule, "heads">, plan: Pick<PlanView, "exits" | "classes">): number[] {
  return [...new Set([...rule.heads(plan), plan.exits.length - 1])].sort((a, b) => a - b);
}

/** What an exit said about a row of a table. */
export function evidenceOf(scores: ExitScores, exit: number, row: number, classes: number): ExitEvidence {
  return {
    ...silent,
    exit,
    prediction: scores.prediction[row]!,
    confidence: scores.confidence[row]!,
    entropy: scores.entropy[row]!,
    margin: scores.margin[row]!,
    ...(scores.halt === undefined ? {} : { halt: scores.halt[row]! }),
    // Most rules never look at them, and there are as many as classes.
    get logits() {
      return scores.logits === null ? null : logitsOf(scores, row, classes);
    },
  };
}

/** An exit that says nothing. */
export const silent: ExitEvidence = {
  exit: 0,
  prediction: -1,
  confidence: Number.NaN,
  entropy: Number.NaN,
  margin: Number.NaN,
  logits: null,
  share: Number.NaN,
  draw: Number.NaN,
};

/** Evenly spread over (0, 1), the same each time: multiples of the golden ratio. */
function spread(): Random {
  let u = 0.5;
  return {
    uniform: () => {
      u = (u + 0.6180339887498949) % 1;
      return u;
    },
  };
}
