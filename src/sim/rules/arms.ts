/** Rules that learn which of finitely many arms is best: what they share, and what each arm would be by itself. */
import type { NodeIndex, PlacementRule, Route } from "../placement-rules/placement-rule.ts";
import type { Outcome } from "./outcome.ts";
import { Ucb } from "./ucb.ts";

/** One fixed choice, followed from the first request to the last. */
export interface Arm {
  readonly name: string;
  readonly place: PlacementRule;
}

export interface Arms {
  readonly name: string;
  readonly arms: readonly string[];
  /** Where an arm lets requests of a source run; its index is noted with the request. */
  route(arm: number, source: NodeIndex): readonly NodeIndex[];
  /** What the arm that was noted earned by a completed request. */
  reward(outcome: Outcome): number;
}

/** UCB1 over arms; see {@link Ucb}. @param exploration weight of uncertainty */
export function ucbOver(of: Arms, exploration: number): PlacementRule {
  const bandit = new Ucb(of.arms.length, exploration);
  return {
    name: of.name,
    plan: () => null,
    next({ source }): Route {
      const note = bandit.choose();
      return { nodes: of.route(note, source), note };
    },
    reward: of.reward,
    learn: (outcome) => bandit.reward(outcome.note, of.reward(outcome)),
    arms: of.arms.map((name, note) => ({
      name,
      place: {
        name: of.name,
        plan: () => null,
        next: ({ source }): Route => ({ nodes: of.route(note, source), note }),
        reward: of.reward,
      },
    })),
  };
}
