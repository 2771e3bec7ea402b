/** Placement rules: which node group runs each segment. One file a rule, one line here. */
import { fixed } from "./fixed.ts";
import { only } from "./only.ts";
import type { PlacementRuleType } from "./placement-rule.ts";

export type * from "./placement-rule.ts";

export const placementRules: readonly PlacementRuleType[] = [only, fixed];
