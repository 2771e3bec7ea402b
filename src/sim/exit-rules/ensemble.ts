import { type Calibration, fittedOnce, largest, logitsOf, logSoftmax, solve } from "../rules/calibration.ts";
import { type RuleValues, threshold } from "../rules/options.ts";
import type { ExitEvidence, ExitRuleType, PlanView, Verdict } from "./exit-rule.ts";
import { allHeads, goOn } from "./verdicts.ts";

/** Newton steps; each multiplies the number of right digits by about two. */
const steps = 12;
/** Keeps the fit finite where the calibration rows are all right [per row] (assumed). */
const ridge = 1e-3;

/**
 * Joins all exits reached: q_k(c) is proportional to the product of p_j(c)^w_kj over the exits j <= k; leaves as soon as its largest value
 * reaches the exit's `threshold`, with the class of q_k. The weights of each exit minimise the negative log likelihood of the calibration
 * rows; with `weights: equal` they are 1 / k each, the geometric mean.
 * The class-wise factor b_k(c) is left out, and heads that read earlier heads belong to the network, not to the rule. In the authors' code weights are above 0
 * (exp of what is learned, by gradient descent, over the number of exits) and the last exit answers by itself; here they are free and it is joined as the others are.
 * @see Wołczyk et al., "Zero time waste: recycling predictions in early exit neural networks", NeurIPS 2021, section 3; code gmum/Zero-Time-Waste, `GeometricWeightedEnsemble`
 */
export const ensemble: ExitRuleType = {
  name: "ensemble",
  describe: "joins the exits reached in a weighted product, leaves when its top probability reaches the threshold",
  reads: "logits",
  options: {
    threshold: { kind: "threshold", describe: "probability from 0 to 1 at which a sample leaves", most: () => 1 },
    weights: {
      kind: "choice",
      describe: "weights of the exits: fitted to the calibration rows, or equal",
      words: ["fitted", "equal"],
      default: "fitted",
    },
  },
  fits: (values) => values.weights === "fitted",
  grading(values, plan) {
    const weights = weightsOf(values, plan);
    return { grade: (reached) => Math.exp(Math.max(...join(reached, weights[reached[reached.length - 1]!.exit]!))) };
  },
  make(values, plan) {
    const least = threshold(values);
    const last = plan.exits.length - 1;
    const heads = allHeads(plan.exits.length);
    const weights = weightsOf(values, plan);
    return {
      name: "ensemble",
      pure: true,
      decidesAtLast: true,
      classifies: true,
      heads: () => heads,
      decide(reached): Verdict {
        const { exit } = reached[reached.length - 1]!;
        const joint = join(reached, weights[exit]!);
        const prediction = largest(joint);
        return exit === last || Math.exp(joint[prediction]!) >= least[exit]!
          ? { kind: "answer", of: exit, prediction }
          : goOn;
      },
    };
  },
};

/** By exit, of every exit up to it. */
function weightsOf(values: RuleValues, plan: PlanView): number[][] {
  return plan.exits.map((_, k) =>
    values.weights === "equal"
      ? new Array<number>(k + 1).fill(1 / (k + 1))
      : fitted(plan.calibration!, plan.classes)[k]!,
  );
}

const fitted = fittedOnce((rows, classes) => rows.scores.map((_, k) => fitWeights(rows, k, classes)));

/** ln q_k by class. */
function join(reached: readonly ExitEvidence[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(reached[0]!.logits!.length);
  reached.forEach(({ logits }, j) => {
    logSoftmax(logits!).forEach((p, c) => {
      sum[c]! += weights[j]! * p;
    });
  });
  return logSoftmax(sum);
}

/** Newton's method on the convex negative log likelihood of w, from equal weights; steps that do not help are halved. */
function fitWeights({ rows, labels, scores }: Calibration, k: number, classes: number): number[] {
  const x = scores
    .slice(0, k + 1)
    .map((exit) => Array.from({ length: rows }, (_, row) => logSoftmax(logitsOf(exit, row, classes))));
  let w = new Array<number>(k + 1).fill(1 / (k + 1));
  let before = loss(x, labels, w, classes);
  for (let step = 0; step < steps; step++) {
    const { gradient, hessian } = derivatives(x, labels, w, classes);
    const move = solve(hessian, gradient);
    let size = 1;
    let next = w;
    let after = before;
    for (let i = 0; i < 20; i++, size /= 2) {
      next = w.map((value, j) => value - size * move[j]!);
      after = loss(x, labels, next, classes);
      if (after < before) break;
    }
    if (!(after < before)) break;
    w = next;
    before = after;
  }
  return w;
}

type LogProbabilities = readonly (readonly Float64Array[])[];

function loss(x: LogProbabilities, labels: Int32Array, w: readonly number[], classes: number): number {
  let total = ridge * labels.length * w.reduce((sum, value) => sum + value * value, 0) * 0.5;
  for (let row = 0; row < labels.length; row++) total -= mixture(x, w, row, classes)[labels[row]!]!;
  return total;
}

function mixture(x: LogProbabilities, w: readonly number[], row: number, classes: number): Float64Array {
  const sum = new Float64Array(classes);
  for (let j = 0; j < w.length; j++) for (let c = 0; c < classes; c++) sum[c]! += w[j]! * x[j]![row]![c]!;
  return logSoftmax(sum);
}

/** Gradient: E_q[x_j] - x_j(label); Hessian: the covariance of x under q; both summed over rows, with the ridge. */
function derivatives(
  x: LogProbabilities,
  labels: Int32Array,
  w: readonly number[],
  classes: number,
): { gradient: number[]; hessian: number[][] } {
  const n = w.length;
  const gradient = w.map((value) => ridge * labels.length * value);
  const hessian = w.map((_, i) => w.map((__, j) => (i === j ? ridge * labels.length : 0)));
  for (let row = 0; row < labels.length; row++) {
    const q = mixture(x, w, row, classes).map(Math.exp);
    const mean = w.map((_, j) => q.reduce((sum, p, c) => sum + p * x[j]![row]![c]!, 0));
    for (let i = 0; i < n; i++) {
      gradient[i]! += mean[i]! - x[i]![row]![labels[row]!]!;
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let c = 0; c < classes; c++) product += q[c]! * x[i]![row]![c]! * x[j]![row]![c]!;
        const covariance = product - mean[i]! * mean[j]!;
        hessian[i]![j]! += covariance;
        if (i !== j) hessian[j]![i]! += covariance;
      }
    }
  }
  return { gradient, hessian };
}
