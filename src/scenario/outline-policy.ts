/** Policies of a resolved scenario. */
import type { RuleOptionType } from "../sim/rules/options.ts";
import { type Entries, leaf, map, type Outline, quantity, quoted } from "./outline-parts.ts";
import { pluginOf, ruleText } from "./plugins/index.ts";
import { type NestedOptions, optionOutline } from "./rule-options.ts";
import { exitHalf, placementHalf } from "./rule-types.ts";
import type { Scenario, ScenarioPolicy } from "./scenario.ts";
import { goalText } from "./tuning/goal.ts";

/** What was found stands in its place: read again, nothing is to be found. */
function tuneNote({ tuned }: Scenario, { name }: ScenarioPolicy): Entries {
  const found = tuned.find(({ policy }) => policy === name);
  return found === undefined ? [] : [["tune", { kind: "note", text: `${goalText(found.goal)}; ${found.search}` }]];
}

export function policyOutline(scenario: Scenario, policy: ScenarioPolicy): Outline {
  const { exit, place } = policy;
  const names = { exits: scenario.exits.map((e) => e.name), segments: scenario.segments };
  const entries = (options: Readonly<Record<string, RuleOptionType>>, rule: NestedOptions): Entries => [
    ["rule", pluginOf(rule.rule) === undefined ? leaf(rule.rule) : quoted(ruleText(rule.rule))],
    ...Object.entries(options).flatMap(([name, option]): Entries => {
      const outline = optionOutline(option, rule.options[name] ?? null, names, (inner, family) =>
        map(entries((family === "place" ? placementHalf : exitHalf)(inner.rule, false).options, inner)),
      );
      return outline === null ? [] : [[name, outline]];
    }),
  ];
  const codec: Entries = scenario.model.kind === "profile" ? [["codec", leaf(place.codec)]] : [];
  const rest: Entries = [
    ...(policy.shared ? [["shared", leaf(true)] as const] : []),
    ...(policy.decision > 0 ? [["decision_time", quantity("time", policy.decision)] as const] : []),
    ...(policy.best === null ? [] : [["best", leaf(policy.best)] as const]),
    ...(policy.oracle ? [["oracle", leaf(true)] as const] : []),
    ...tuneNote(scenario, policy),
  ];
  if (policy.joint) return map([...entries(placementHalf(place.rule, true).options, place), ...codec, ...rest]);
  return map([
    ["exit", map(entries(exitHalf(exit.rule, false).options, exit))],
    [
      "place",
      map([
        ...entries(placementHalf(place.rule, false).options, place),
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
        ...codec,
      ]),
    ],
    ...rest,
  ]);
}
