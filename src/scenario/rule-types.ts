/** Rules of all families by their names, as far as reading, checking and writing scenarios goes. */
import { type ExitRuleType, exitRules, type Reads } from "../sim/exit-rules/index.ts";
import { type JointRuleType, jointRules } from "../sim/joint-rules/index.ts";
import { type PlacementRuleType, placementRules } from "../sim/placement-rules/index.ts";
import type { RuleOptionType, RuleValues } from "../sim/rules/options.ts";
import { pluginOf } from "./plugins/index.ts";

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

/** Ours by their names; users' by path and version. */
export const exitRuleOf = (name: string): ExitRuleType | undefined =>
  exitRules.find((rule) => rule.name === name) ?? pluginOf(name)?.exit;

export const placementRuleOf = (name: string): PlacementRuleType | undefined =>
  placementRules.find((rule) => rule.name === name) ?? pluginOf(name)?.place;

export const jointRuleOf = (name: string): JointRuleType | undefined =>
  jointRules.find((rule) => rule.name === name) ?? pluginOf(name)?.both;

/** @param isJoint the policy has one rule for both */
export function exitHalf(name: string, isJoint: boolean): ExitHalf {
  return isJoint ? jointRuleOf(name)! : exitRuleOf(name)!;
}

export function placementHalf(name: string, isJoint: boolean): PlacementHalf {
  return isJoint ? jointRuleOf(name)! : placementRuleOf(name)!;
}
