/** What fixed choices would have brought in the same runs: the best of them in hindsight, and the regret of a rule that had to learn it. */
import type { Replication } from "../sim/collector.ts";
import type { Arm } from "../sim/rules/arms.ts";
import type { Setup } from "../sim/setup.ts";
import type { Estimator } from "./estimator.ts";
import { replicate } from "./replicate.ts";
import type { Interval, PolicyResult, Regret } from "./result.ts";

/** Called before each replication that is run; throws to stop. */
type Between = (() => Promise<void> | void) | undefined;

/** The same setup with one arm for all requests. */
export function withArm(setup: Setup, { place }: Arm): Setup {
  const { policy } = setup;
  const begin = policy.begin && (() => ({ exit: policy.begin!().exit, place }));
  return { ...setup, policy: { ...policy, place, ...(begin === undefined ? {} : { begin }) } };
}

/** A replication's rewards summed up to the end of each share of the run, from 0 on. */
function cumulative({ rewards }: Pick<Replication, "rewards">): number[] {
  const sums = [0];
  for (const sum of rewards?.sums ?? []) sums.push(sums.at(-1)! + sum);
  return sums;
}

/**
 * Cumulative regret of a learning policy: what the best arm earned up to there in a run of its own with the same random numbers, less what the policy earned.
 * The best arm is one for all: the one with the greatest sum of rewards over all replications, of equal ones the first. Each run is whole, warm-up included.
 * @returns null for a policy without arms
 */
export async function regretOf(
  setup: Setup,
  learned: readonly Replication[],
  estimator: Estimator,
  between?: Between,
): Promise<Regret | null> {
  const { arms } = setup.policy.place;
  if (arms === undefined || learned[0]?.rewards == null) return null;
  const earned: number[][][] = [];
  for (const arm of arms) {
    const one = withArm(setup, arm);
    const curves: number[][] = [];
    for (let r = 0; r < learned.length; r++) {
      curves.push(cumulative(await replicate(one, r, null, between)));
    }
    earned.push(curves);
  }
  const totals = earned.map((curves) => curves.reduce((sum, curve) => sum + curve.at(-1)!, 0));
  const best = totals.indexOf(Math.max(...totals));
  const mine = learned.map(cumulative);
  const shares = mine[0]!.length - 1;
  const { requests, duration } = setup.run;
  return {
    unit: setup.policy.place.rewardUnit ?? "confidence",
    arms: arms.map(({ name }, a) => ({
      name,
      reward: estimator.mean(earned[a]!.map((curve) => curve.at(-1)!)),
    })),
    best: arms[best]!.name,
    reward: estimator.mean(mine.map((curve) => curve.at(-1)!)),
    points: mine[0]!.map((_, i) => ({
      ...(requests === null
        ? { seconds: (duration! * i) / shares }
        : { requests: Math.round((requests * i) / shares) }),
      regret: estimator.mean(mine.map((curve, r) => earned[best]![r]![i]! - curve[i]!)),
    })),
  };
}

/** What fixed choices are compared in. More is better of accuracy and goodput, less of the others. */
const figures: Readonly<Record<string, (result: PolicyResult) => Interval | null>> = {
  "mean-latency": ({ latency_s }) => latency_s.mean,
  "p95-latency": ({ latency_s }) => latency_s.p95,
  "deadline-miss": ({ deadline_miss }) => deadline_miss,
  energy: ({ energy_j }) => energy_j.total,
  accuracy: ({ accuracy }) => accuracy,
  goodput: ({ goodput_per_s }) => goodput_per_s,
};

/** Estimate of the figure of that name; null where there is none. */
export const figureOf = (result: PolicyResult, by: string): number | null => figures[by]!(result)?.estimate ?? null;

/** Place of the best, of equal ones the first; those without a value only where none has one. */
export function bestOf(values: readonly (number | null)[], by: string): number {
  const sign = by === "accuracy" || by === "goodput" ? 1 : -1;
  const scores = values.map((value) => (value === null ? Number.NEGATIVE_INFINITY : sign * value));
  return scores.indexOf(Math.max(...scores));
}
