import type { Calibration } from "../rules/calibration.ts";
import { whenConfident } from "./confident.ts";
import type { ExitRuleType } from "./exit-rule.ts";

/**
 * Spends a budget of mean compute per request: exits get shares q_k proportional to r^k, with the r for which sum q_k C_k is the budget,
 * C_k being the mean compute until exit k has spoken as a share of the whole network's. An exit's threshold is the top probability at
 * which that share of all calibration rows, among those still there, leaves; the last exit takes the rest.
 * @see Huang et al., "Multi-scale dense networks for resource efficient image classification", ICLR 2018, section 4.2; thresholds as in
 * the code kalviny/MSDNet-PyTorch, `dynamic_eval_find_threshold` (there ranks are rounded down, and r is given instead of the budget)
 */
export const budgeted: ExitRuleType = {
  name: "budgeted",
  describe: "thresholds on the top probability that spend a budget of mean compute on the calibration rows",
  reads: "confidence",
  options: {
    budget: { kind: "share", describe: "mean compute per request as a share of running every segment and head" },
  },
  fits: () => true,
  make(values, plan) {
    const shares = sharesOf(plan.cost, values.budget as number);
    const least = thresholdsOf(plan.calibration!, shares);
    return whenConfident("budgeted", values, plan, {
      of: (e) => e.confidence,
      isEnough: (e) => e.confidence >= least[e.exit]!,
    });
  },
};

/**
 * Shares by exit whose mean cost is the budget: all at the first where even that costs more, all at the last where nothing costs as much.
 * @param cost ascending
 */
export function sharesOf(cost: readonly number[], budget: number): number[] {
  const last = cost.length - 1;
  if (budget <= cost[0]!) return cost.map((_, k) => (k === 0 ? 1 : 0));
  if (budget >= cost[last]!) return cost.map((_, k) => (k === last ? 1 : 0));
  // r from 0 to infinity as e^s; the mean cost ascends with s.
  const at = (s: number): number[] => {
    const weights = cost.map((_, k) => Math.exp(s * (k - (s > 0 ? last : 0))));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / sum);
  };
  const mean = (shares: readonly number[]): number => shares.reduce((sum, q, k) => sum + q * cost[k]!, 0);
  let [low, high] = [-50, 50];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (mean(at(middle)) < budget) low = middle;
    else high = middle;
  }
  return at((low + high) / 2);
}

/** The confidence, at each exit but the last, of the row at rank N q_k among those that have not left; -Infinity at the last. */
export function thresholdsOf(
  { rows, scores }: Pick<Calibration, "rows" | "scores">,
  shares: readonly number[],
): number[] {
  let here = Array.from({ length: rows }, (_, row) => row);
  return shares.map((share, k) => {
    if (k === shares.length - 1) return Number.NEGATIVE_INFINITY;
    const { confidence } = scores[k]!;
    const ranked = here.map((row) => confidence[row]!).sort((a, b) => b - a);
    const wanted = Math.round(rows * share);
    if (wanted === 0) return Number.POSITIVE_INFINITY;
    const least = ranked[Math.min(wanted, ranked.length) - 1] ?? Number.POSITIVE_INFINITY;
    here = here.filter((row) => !(confidence[row]! >= least));
    return least;
  });
}
