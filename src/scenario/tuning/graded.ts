/** What an exit rule makes of rows of a table: the ground that thresholds are searched on. */
import type { ExitEvidence, HindsightExitRule, HonestExitRuleType, PlanView } from "../../sim/exit-rules/index.ts";
import type { Calibration } from "../../sim/rules/calibration.ts";
import { evidenceOf } from "../../sim/rules/exit-shares.ts";
import { quiet } from "../../sim/rules/observation.ts";
import type { RuleValues } from "../../sim/rules/options.ts";
import type { GradedRows } from "../../sim/rules/threshold-search.ts";

/** A rule whose `threshold` can be searched. */
export type GradedType = HonestExitRuleType & Required<Pick<HonestExitRuleType, "grading">>;

/** Nothing is drawn by a rule that goes by a threshold. */
const noDraws = { uniform: () => 0.5 };
const noHindsight = { isRight: () => false };

export interface Graded extends GradedRows {
  /** Its thresholds are those of the rule with the sign changed: leaves where the grade is at most that. */
  readonly isDoubt: boolean;
}

/** Evidence of every row at every exit, made once: [row][exit]. */
export function evidenceRows({ rows, scores }: Calibration, classes: number): ExitEvidence[][] {
  return Array.from({ length: rows }, (_, row) => scores.map((exit, e) => evidenceOf(exit, e, row, classes)));
}

/** @param values with any threshold */
export function gradedRows(
  type: GradedType,
  values: RuleValues,
  plan: PlanView,
  table: Calibration,
  evidence: readonly (readonly ExitEvidence[])[],
): Graded {
  const { grade, isDoubt = false } = type.grading(values, plan);
  const exits = plan.exits.length;
  const withThreshold = (threshold: number): HindsightExitRule =>
    type.make({ ...values, threshold: thresholdValue(type, new Array<number>(exits).fill(threshold)) }, plan);
  // Everybody leaves where they stand, and nobody before the last exit.
  const eager = withThreshold(isDoubt ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  const patient = withThreshold(isDoubt ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  const grades = plan.exits.slice(1).map(() => new Float64Array(table.rows));
  const right = plan.exits.map(() => new Uint8Array(table.rows));
  evidence.forEach((row, r) => {
    for (let exit = 0; exit < exits; exit++) {
      const reached = row.slice(0, exit + 1);
      const isLast = exit === exits - 1;
      if (!isLast) grades[exit]![r] = isDoubt ? -grade(reached) : grade(reached);
      right[exit]![r] = answerOf(isLast ? patient : eager, reached, isLast) === table.labels[r] ? 1 : 0;
    }
  });
  return { rows: table.rows, grades, right, isDoubt };
}

/** Class that a rule answers with where a row leaves. */
function answerOf(rule: HindsightExitRule, reached: readonly ExitEvidence[], isLast: boolean): number {
  const own = reached[reached.length - 1]!;
  if (isLast && rule.decidesAtLast !== true) return own.prediction;
  const verdict = rule.decide(reached, quiet, noDraws, noHindsight);
  if (verdict.kind === "go-on") return own.prediction;
  return verdict.prediction ?? reached.find(({ exit }) => exit === verdict.of)!.prediction;
}

/** As the rule takes it: one for each exit, or a single one. @param thresholds by exit */
export function thresholdValue(type: GradedType, thresholds: readonly number[]): number | readonly number[] {
  return type.options.threshold!.kind === "threshold" ? thresholds : thresholds[0]!;
}

export const thresholdList = (value: unknown, exits: number): number[] =>
  typeof value === "number" ? new Array<number>(exits).fill(value) : [...(value as readonly number[])];
