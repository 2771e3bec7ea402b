/** The rules of a policy, made from what the scenario says. */
import type { ExitRule, HindsightExitRule, PlanView } from "../sim/exit-rules/index.ts";
import type { PlacementRule, PlacementView } from "../sim/placement-rules/index.ts";
import { expectedShares, headsOf } from "../sim/rules/exit-shares.ts";
import type { NetworkView } from "../sim/rules/network.ts";
import type { Outputs, Policy } from "../sim/setup.ts";
import type { NestedOptions } from "./rule-options.ts";
import { ruleValues } from "./rule-options.ts";
import { exitRuleOf, jointRuleOf, placementRuleOf } from "./rule-types.ts";
import type { Scenario, ScenarioPolicy } from "./scenario.ts";

export type Plan = Omit<PlanView, "make">;

function makeExitRule({ rule, options }: NestedOptions, plan: Plan): HindsightExitRule {
  const type = exitRuleOf(rule)!;
  return type.make(ruleValues(type.options, options, []), withMake(plan));
}

export function withMake(plan: Plan): PlanView {
  // What is wrapped decides honestly: the scenario allows no oracle there.
  return { ...plan, make: (nested) => makeExitRule(nested as NestedOptions, plan) as ExitRule };
}

/** The two rules of a policy, and how they begin where they have state. */
export function makeRules(
  scenario: Scenario,
  policy: ScenarioPolicy,
  plan: Plan,
  network: NetworkView,
  outputs: Outputs,
): Pick<Policy, "exit" | "place" | "begin"> {
  const nodes = scenario.nodes.map((node) => node.name);
  const both = policy.joint ? jointRuleOf(policy.exit.rule) : undefined;
  if (both !== undefined) {
    const joint = both.make(ruleValues(both.options, policy.exit.options, nodes), withMake(plan), network);
    const { exit, begin } = joint;
    const place = asBest(joint.place, policy);
    return begin === undefined ? { exit, place } : { exit, place, begin: () => begin.call(joint) };
  }
  const exit = makeExitRule(policy.exit, plan);
  const type = placementRuleOf(policy.place.rule)!;
  const view = placementView({
    segments: network.segments,
    network,
    heads: headsOf(exit, plan),
    exitShares: expectedShares(exit, outputs, plan),
  });
  const made = type.make(ruleValues(type.options, policy.place.options, nodes), view);
  const place = asBest(made, policy);
  if (exit.begin === undefined && place.begin === undefined) return { exit, place };
  return { exit, place, begin: () => ({ exit: exit.begin?.() ?? exit, place: place.begin?.() ?? place }) };
}

/** With rules to wrap: they decide honestly, and their nodes are indices already. */
export function placementView(known: Omit<PlacementView, "make">): PlacementView {
  const view: PlacementView = {
    ...known,
    make: ({ rule, options }) => placementRuleOf(rule)!.make(options, view) as PlacementRule,
  };
  return view;
}

/** Stands for the best of its arms in hindsight, where the scenario says so. */
const asBest = <P extends object>(place: P, { best }: ScenarioPolicy): P =>
  best === null ? place : { ...place, best };

/** What the oracles of a policy are bounds of. */
export function boundOf({ joint, exit, place, best }: ScenarioPolicy): Pick<Policy, "bound"> {
  const types = joint ? [] : [exitRuleOf(exit.rule), placementRuleOf(place.rule)];
  const bounds = [
    ...types.flatMap((type) => (type?.oracle === true ? [type.bound] : [])),
    ...(best === null ? [] : [`none of the fixed choices of ${place.rule} is better in ${best}`]),
  ];
  return bounds.length === 0 ? {} : { bound: bounds.join("; ") };
}
