/** Rules that learn which of finitely many arms is best: what they share, and what each arm would be by itself. */
import type { NodeIndex, PlacementRule, RequestView, Route } from "../placement-rules/placement-rule.ts";
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

/** UCB1 over arms, one for each source node, which may be many: what they have in common is there once; see {@link Ucb}. @param exploration weight of uncertainty */
export function ucbOver(of: Arms, exploration: number): () => PlacementRule {
  const { name, reward } = of;
  const plan = (): null => null;
  const routeOf = (note: number, source: NodeIndex): Route => ({ nodes: of.route(note, source), note });
  const arms = of.arms.map((arm, note) => ({
    name: arm,
    place: { name, plan, next: ({ source }: RequestView): Route => routeOf(note, source), reward },
  }));
  return () => {
    const bandit = new Ucb(arms.length, exploration);
    return {
      name,
      plan,
      next: ({ source }) => routeOf(bandit.choose(), source),
      reward,
      learn: (outcome) => bandit.reward(outcome.note, reward(outcome)),
      arms,
    };
  };
}
