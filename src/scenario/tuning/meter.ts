/** Goals held against what thresholds come to: what is to be least, and the best that is within reach. */
import type { Goal, Objective } from "./goal.ts";

/** Means over rows. */
export interface Reached {
  readonly accuracy: number;
  /** [s]. */
  readonly latency: number;
  /** [J]. */
  readonly energy: number;
}

/** Rounding of sums must not decide what is allowed. */
const slack = 1e-12;

export function keeps(goal: Goal, { accuracy, latency, energy }: Reached, but: Objective | null = null): boolean {
  return (
    (but === "accuracy" || goal.accuracy === null || accuracy >= goal.accuracy - slack) &&
    (but === "latency" || goal.latency === null || latency <= goal.latency * (1 + slack)) &&
    (but === "energy" || goal.energy === null || energy <= goal.energy * (1 + slack))
  );
}

/** What is to be least. */
export const lossOf = (objective: Objective, reached: Reached): number =>
  objective === "accuracy" ? 1 - reached.accuracy : reached[objective];

/** Remembers, of all that was looked at, the best of each kind: alone, and where everything else is kept. */
export class Meter {
  private readonly goal: Goal;
  private readonly alone: Record<Objective, number> = { accuracy: Infinity, latency: Infinity, energy: Infinity };
  private readonly besides: Record<Objective, number> = { accuracy: Infinity, latency: Infinity, energy: Infinity };

  constructor(goal: Goal) {
    this.goal = goal;
  }

  /** Infinity where the goal is not kept. */
  loss(reached: Reached): number {
    const { goal } = this;
    if (keeps(goal, reached)) return lossOf(goal.objective, reached);
    for (const bound of ["accuracy", "latency", "energy"] as const) {
      const loss = lossOf(bound, reached);
      if (loss < this.alone[bound]) this.alone[bound] = loss;
      if (loss < this.besides[bound] && keeps(goal, reached, bound)) this.besides[bound] = loss;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Why nothing was found: the bound that cannot be kept, the best of it, and whether it is the others that stand in the way. */
  missed(): { readonly bound: Objective; readonly best: number; readonly others: boolean } {
    const { goal, alone, besides } = this;
    const given = (["accuracy", "latency", "energy"] as const).filter((bound) => goal[bound] !== null);
    const value = (bound: Objective, loss: number): number => (bound === "accuracy" ? 1 - loss : loss);
    for (const bound of given) {
      const best = value(bound, alone[bound]);
      const reached = { accuracy: 1, latency: 0, energy: 0, [bound]: best };
      if (!keeps(goal, reached)) return { bound, best, others: false };
    }
    const bound = given.find((b) => besides[b] < Number.POSITIVE_INFINITY) ?? given[0]!;
    return { bound, best: value(bound, besides[bound]), others: true };
  }
}
