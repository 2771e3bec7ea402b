import { placementRules } from "../sim/placement-rules/index.ts";
import { ruleValues } from "./rule-options.ts";
import type { Scenario, ScenarioPolicy, ScenarioStream } from "./scenario.ts";

/** Group of every segment for a stream, or null where the policy's options alone do not say it. */
export function placesOf(scenario: Scenario, policy: ScenarioPolicy, stream: ScenarioStream): readonly number[] | null {
  const nodes = scenario.nodes.map((node) => node.name);
  const type = placementRules.find((rule) => rule.name === policy.place.rule)!;
  const values = ruleValues(type.options, policy.place.options, nodes);
  return type.places?.(values, scenario.segments.length, nodes.indexOf(stream.from)) ?? null;
}
