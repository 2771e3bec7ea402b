import { type Calibration, fittedOnce, solve } from "../rules/calibration.ts";
import type { RuleValues } from "../rules/options.ts";
import { otherwise, whenConfident } from "./confident.ts";
import type { ExitEvidence, ExitRuleType, PlanView } from "./exit-rule.ts";

/** Newton steps; each multiplies the number of right digits by about two. */
const steps = 15;
/** Keeps the fit finite where an exit is always right [per row] (assumed). */
const ridge = 1e-3;

/**
 * Leaves where a learned gate says that the exit is right: g_k = sigmoid(w_k . x) >= `threshold`, with x = (1, top probability, margin,
 * entropy). Each exit's w_k is the logistic regression, on the calibration rows, of whether its class was the label.
 * Gates in the literature also read the tensor before the head: so do those that `offramp train --gates` fits, whose scores a profile's
 * table may hold (`score: stored`).
 * @see Regol et al., "Jointly-learned exit and inference for a dynamic neural network: JEI-DNN", ICLR 2024 (gates from features of the head; details recalled)
 */
export const gate: ExitRuleType = {
  name: "gate",
  describe: "leaves where a gate fitted to probability, margin and entropy says the exit is right",
  reads: "logits",
  readsWith: (values) => (values.score === "stored" ? "halt" : "logits"),
  options: {
    score: {
      kind: "choice",
      describe:
        "fitted to what exits say, or stored: the score of a gate that was trained with the model and reads its tensors",
      words: ["fitted", "stored"],
      default: "fitted",
    },
    threshold: { kind: "share", describe: "score from 0 to 1 at which a sample leaves", default: 0.5 },
    otherwise,
  },
  fits: (values) => values.score !== "stored",
  grading(values, plan) {
    const score = scoreOf(values, plan);
    return { grade: (reached) => score(reached[reached.length - 1]!) };
  },
  make(values, plan) {
    const least = values.threshold as number;
    const score = scoreOf(values, plan);
    return whenConfident("gate", values, plan, { of: score, isEnough: (e) => score(e) >= least });
  },
};

function scoreOf(values: RuleValues, plan: PlanView): (evidence: ExitEvidence) => number {
  // The last exit has no stored score: nobody comes after it.
  if (values.score === "stored") return (e) => e.halt ?? Number.NaN;
  const gates = fitted(plan.calibration!, plan.classes);
  return (e) => sigmoid(dot(gates[e.exit]!, featuresOf(e)));
}

const fitted = fittedOnce((rows) => rows.scores.map((_, exit) => fitGate(rows, exit)));

const featuresOf = (e: Pick<ExitEvidence, "confidence" | "margin" | "entropy">): number[] => [
  1,
  e.confidence,
  e.margin,
  e.entropy,
];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Logistic regression by Newton's method, steps that do not help halved. */
function fitGate({ rows, labels, scores }: Calibration, exit: number): number[] {
  const { prediction, confidence, margin, entropy } = scores[exit]!;
  const x = Array.from({ length: rows }, (_, i) =>
    featuresOf({ confidence: confidence[i]!, margin: margin[i]!, entropy: entropy[i]! }),
  );
  const isRight = Array.from({ length: rows }, (_, i) => (prediction[i] === labels[i] ? 1 : 0));
  const loss = (w: readonly number[]): number =>
    x.reduce(
      (sum, row, i) => sum + softplus(isRight[i] === 1 ? -dot(w, row) : dot(w, row)),
      0.5 * ridge * rows * dot(w, w),
    );
  let w = [0, 0, 0, 0];
  let before = loss(w);
  for (let step = 0; step < steps; step++) {
    const gradient = w.map((value) => ridge * rows * value);
    const hessian = w.map((_, i) => w.map((__, j) => (i === j ? ridge * rows : 0)));
    x.forEach((row, n) => {
      const p = sigmoid(dot(w, row));
      for (let i = 0; i < w.length; i++) {
        gradient[i]! += (p - isRight[n]!) * row[i]!;
        for (let j = 0; j < w.length; j++) hessian[i]![j]! += p * (1 - p) * row[i]! * row[j]!;
      }
    });
    const move = solve(hessian, gradient);
    let [next, after] = [w, before];
    for (let size = 1; size > 1e-6 && !(after < before); size /= 2) {
      next = w.map((value, i) => value - size * move[i]!);
      after = loss(next);
    }
    if (!(after < before)) break;
    [w, before] = [next, after];
  }
  return w;
}

/** ln(1 + e^x). */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
