import { placementRules } from "../sim/placement-rules/index.ts";
import type { Scenario, ScenarioPolicy, ScenarioStream } from "./scenario.ts";

/** Group of every segment for a stream, or null where the rule decides on the way. */
export function placesOf(scenario: Scenario, policy: ScenarioPolicy, stream: ScenarioStream): readonly number[] | null {
  const index = (name: string): number | "source" =>
    name === "source" ? name : scenario.nodes.findIndex((node) => node.name === name);
  const rule = placementRules.find((type) => type.name === policy.place.rule)!;
  const where = Object.fromEntries(
    Object.entries(policy.place.options).map(([key, value]) => [
      key,
      typeof value === "string" ? index(value) : value.map(index),
    ]),
  );
  return rule.make(where, scenario.segments.length).plan(index(stream.from) as number);
}
