/** Rules that decide exit and placement together. */
import type { ExitRule, PlanView, Reads } from "../exit-rules/exit-rule.ts";
import type { NodeIndex, PlacementRule } from "../placement-rules/placement-rule.ts";
import type { NetworkView } from "../rules/network.ts";
import type { RuleOptionType, RuleValues } from "../rules/options.ts";

/** Two halves that share what they know: the placement half notes what it decided with the request, the exit half reads it. */
export interface JointRule {
  readonly exit: ExitRule;
  readonly place: PlacementRule;
  /** Of a rule with state: itself as at the start of a run. */
  begin?(): JointRule;
}

/** A rule by its name, with what a scenario may tell it. */
export interface JointRuleType {
  readonly name: string;
  readonly describe: string;
  readonly observes: string;
  readonly decides: string;
  /** The evidence it cannot do without. */
  readonly reads: Reads | null;
  /** Nodes that it may use must say what power they draw. */
  readonly needsPower?: boolean;
  readonly options: Readonly<Record<string, RuleOptionType>>;
  /** It learns which of several fixed choices is best; see {@link PlacementRule.arms}. */
  readonly hasArms?: boolean;
  readonly fits?: (values: RuleValues) => boolean;
  /** Every way in which requests of a source may be placed, group by group. */
  routes(values: RuleValues, segments: number, source: NodeIndex): readonly (readonly NodeIndex[])[];
  make(values: RuleValues, plan: PlanView, network: NetworkView): JointRule;
}
