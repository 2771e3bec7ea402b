/** Rules of all families by their names, as far as reading, checking and writing scenarios goes. */
import { exitRules, type Reads } from "../sim/exit-rules/index.ts";
import { type JointRuleType, jointRules } from "../sim/joint-rules/index.ts";
import { type PlacementRuleType, placementRules } from "../sim/placement-rules/index.ts";
import type { RuleOptionType, RuleValues } from "../sim/rules/options.ts";

/** What an exit rule, or the exit half of a joint one, needs. */
export interface ExitHalf {
  readonly options: Readonly<Record<string, RuleOptionType>>;
  readonly reads: Reads | null;
  readonly readsWith?: (values: RuleValues) => Reads;
  readonly oracle?: boolean;
  readonly minds?: boolean;
  readonly fits?: (values: RuleValues) => boolean;
}

/** How a placement rule, or the placement half of a joint one, may place. */
export type PlacementHalf = Pick<PlacementRuleType, "places" | "routes" | "options">;

export const jointRuleOf = (name: string): JointRuleType | undefined => jointRules.find((rule) => rule.name === name);

export function exitHalf(name: string): ExitHalf {
  return exitRules.find((rule) => rule.name === name) ?? jointRuleOf(name)!;
}

export function placementHalf(name: string): PlacementHalf {
  return placementRules.find((rule) => rule.name === name) ?? jointRuleOf(name)!;
}
