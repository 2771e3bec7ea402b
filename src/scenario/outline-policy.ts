/** Policies of a resolved scenario. */
import { exitRules } from "../sim/exit-rules/index.ts";
import { placementRules } from "../sim/placement-rules/index.ts";
import type { RuleOptionType } from "../sim/rules/options.ts";
import { type Entries, leaf, map, type Outline, quantity } from "./outline-parts.ts";
import { type NestedOptions, optionOutline } from "./rule-options.ts";
import type { Scenario, ScenarioPolicy } from "./scenario.ts";

export function policyOutline(scenario: Scenario, policy: ScenarioPolicy): Outline {
  const { exit, place } = policy;
  const names = { exits: scenario.exits.map((e) => e.name), segments: scenario.segments };
  const typeOf = (list: readonly { name: string; options: Readonly<Record<string, RuleOptionType>> }[], name: string) =>
    list.find((rule) => rule.name === name)!.options;
  const entries = (options: Readonly<Record<string, RuleOptionType>>, rule: NestedOptions): Entries => [
    ["rule", leaf(rule.rule)],
    ...Object.entries(options).flatMap(([name, option]): Entries => {
      const outline = optionOutline(option, rule.options[name] ?? null, names, (inner) =>
        map(entries(typeOf(exitRules, inner.rule), inner)),
      );
      return outline === null ? [] : [[name, outline]];
    }),
  ];
  return map([
    ["exit", map(entries(typeOf(exitRules, exit.rule), exit))],
    [
      "place",
      map([
        ...entries(typeOf(placementRules, place.rule), place),
        ...(place.reports === null
          ? []
          : [
              [
                "reports",
                map([
                  ["every", quantity("time", place.reports.every)],
                  ["delay", quantity("time", place.reports.delay)],
                ]),
              ] as const,
            ]),
        ...(scenario.model.kind === "profile" ? [["codec", leaf(place.codec)] as const] : []),
      ]),
    ],
    ...(policy.shared ? [["shared", leaf(true)] as const] : []),
    ...(policy.decision > 0 ? [["decision_time", quantity("time", policy.decision)] as const] : []),
    ...(policy.oracle ? [["oracle", leaf(true)] as const] : []),
  ]);
}
