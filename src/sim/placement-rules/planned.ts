import type { NodeIndex, PlacementRule } from "./placement-rule.ts";

/** A rule that decides before the run, for all requests of a source alike. */
export function asPlanned(name: string, planOf: (source: NodeIndex) => readonly NodeIndex[]): PlacementRule {
  const plans = new Map<NodeIndex, readonly NodeIndex[]>();
  const plan = (source: NodeIndex): readonly NodeIndex[] => {
    const known = plans.get(source) ?? planOf(source);
    plans.set(source, known);
    return known;
  };
  return { name, plan, next: ({ source, segment }) => plan(source)[segment]! };
}
