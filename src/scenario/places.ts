import type { NestedRule } from "../sim/rules/options.ts";
import { ruleValues } from "./rule-options.ts";
import { placementHalf } from "./rule-types.ts";
import type { Scenario, ScenarioPolicy, ScenarioStream } from "./scenario.ts";

/** Group of every segment for a stream, or null where the policy's options alone do not say it. */
export function placesOf(scenario: Scenario, policy: ScenarioPolicy, stream: ScenarioStream): readonly number[] | null {
  const { type, values, source } = ruleOf(scenario, policy, stream);
  return type.places?.(values, scenario.segments.length, source, exitAfter(scenario)) ?? null;
}

/** Every way in which requests of a stream may be placed. */
export function routesOf(
  scenario: Scenario,
  policy: ScenarioPolicy,
  stream: ScenarioStream,
): readonly (readonly number[])[] {
  const { type, values, source } = ruleOf(scenario, policy, stream);
  const segments = scenario.segments.length;
  const places = type.places?.(values, segments, source, exitAfter(scenario));
  if (places !== undefined) return [places];
  const ofBase = ({ rule, options }: NestedRule): readonly (readonly number[])[] => {
    const base = placementHalf(rule, false);
    const planned = base.places?.(options, segments, source, exitAfter(scenario));
    return planned === undefined ? (base.routes?.(options, segments, source) ?? []) : [planned];
  };
  return type.routes?.(values, segments, source, ofBase) ?? [];
}

const exitAfter = ({ exits, segments }: Scenario): number[] => exits.map(({ after }) => segments.indexOf(after));

function ruleOf(scenario: Scenario, policy: ScenarioPolicy, stream: Pick<ScenarioStream, "from">) {
  const nodes = scenario.nodes.map((node) => node.name);
  const type = placementHalf(policy.place.rule, policy.joint);
  return { type, values: ruleValues(type.options, policy.place.options, nodes), source: nodes.indexOf(stream.from) };
}
