/** The rules of a policy, made from what the scenario says. */
import { type ExitRule, exitRules, type HindsightExitRule, type PlanView } from "../sim/exit-rules/index.ts";
import { type PlacementRule, type PlacementView, placementRules } from "../sim/placement-rules/index.ts";
import type { RuleValues } from "../sim/rules/options.ts";
import type { NestedOptions } from "./rule-options.ts";
import { ruleValues } from "./rule-options.ts";
import type { ScenarioPolicy } from "./scenario.ts";

export function makeExitRule({ rule, options }: NestedOptions, plan: Omit<PlanView, "make">): HindsightExitRule {
  const type = exitRules.find(({ name }) => name === rule)!;
  return type.make(ruleValues(type.options, options, []), {
    ...plan,
    // What is wrapped decides honestly: the scenario allows no oracle there.
    make: (nested) => makeExitRule(nested as NestedOptions, plan) as ExitRule,
  });
}

export function makePlacementRule(
  place: ScenarioPolicy["place"],
  nodes: readonly string[],
  view: PlacementView,
): PlacementRule {
  const type = placementRules.find(({ name }) => name === place.rule)!;
  const values: RuleValues = ruleValues(type.options, place.options, nodes);
  return type.make(values, view);
}
