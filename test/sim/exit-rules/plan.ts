/** Calibration rows and plans for tests of exit rules. */
import { type ExitRule, exitRules, type PlanView } from "../../../src/sim/exit-rules/index.ts";
import { type Calibration, largest, logSoftmax } from "../../../src/sim/rules/calibration.ts";
import type { ExitScores } from "../../../src/sim/setup.ts";

/** Scores of rows of logits. */
export function scoresOf(rows: readonly (readonly number[])[]): ExitScores {
  const probabilities = rows.map((row) => [...logSoftmax(row).map(Math.exp)]);
  const sorted = probabilities.map((p) => [...p].sort((a, b) => b - a));
  return {
    prediction: Int32Array.from(rows, (row) => largest(row)),
    confidence: Float64Array.from(sorted, (p) => p[0]!),
    margin: Float64Array.from(sorted, (p) => p[0]! - p[1]!),
    entropy: Float64Array.from(probabilities, (p) => p.reduce((sum, q) => sum - (q > 0 ? q * Math.log(q) : 0), 0)),
    logits: Float64Array.from(rows.flat()),
  };
}

/** Rows whose deeper exits are surer and more often right. */
export function calibrationOf(exits: number, classes: number, rows = 60): Calibration {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const scores = Array.from({ length: exits }, (_, exit) =>
    scoresOf(
      Array.from({ length: rows }, (_, row) => {
        const isRight = (row * 7) % 10 < 5 + exit;
        const said = isRight ? labels[row]! : (labels[row]! + 1) % classes;
        return Array.from({ length: classes }, (_, c) => (c === said ? 1 + exit + ((row * 3) % 5) / 2 : (c * row) % 2));
      }),
    ),
  );
  return { rows, labels, scores };
}

export function planOf(exits: number, classes: number, calibration = calibrationOf(exits, classes)): PlanView {
  const plan: PlanView = {
    exits: Array.from({ length: exits }, (_, i) => `exit-${i}`),
    classes,
    calibration,
    cost: Array.from({ length: exits }, (_, i) => (i + 1) / exits),
    make: ({ rule, options }) => exitRules.find(({ name }) => name === rule)!.make(options, plan) as ExitRule,
  };
  return plan;
}
