/** What a placement rule is, what it is given and what it may answer. */
import type { Random } from "../random.ts";
import type { Arm } from "../rules/arms.ts";
import type { NetworkView } from "../rules/network.ts";
import type { Observation } from "../rules/observation.ts";
import type { NestedRule, RuleOptionType, RuleValues } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";

/** Index of a node group. */
export type NodeIndex = number;

/** What a rule may know of the request it places. */
export interface RequestView {
  /** Group of the source. */
  readonly source: NodeIndex;
  readonly stream: number;
  /** Machine of the source group. */
  readonly device: number;
  /** Segment to run next. */
  readonly segment: number;
  /** Group that holds the tensor now. */
  readonly at: NodeIndex;
  /** Machines of a group that this request may go to: those attached to its device, all where the link says so. */
  machines(node: NodeIndex): readonly number[];
}

/** Where the next segments run. */
export interface Route {
  /** Group of the next segment and of as many after it as are decided now; the rule is asked again for the rest. */
  readonly nodes: readonly NodeIndex[];
  /** Machine of each of those groups; the attached one where null or left out. */
  readonly machines?: readonly (number | null)[];
  /** A number kept with the request: exit rules see it, and it comes back when the request completes. */
  readonly note?: number;
}

/** Which node group runs the next segment. */
export interface PlacementRule {
  readonly name: string;
  /** Group of every segment for requests of this source, for rules that decide before the run; null when {@link next} decides. */
  plan(source: NodeIndex): readonly NodeIndex[] | null;
  /** Asked before a segment that nothing is decided for. A number stands for a route of one node. */
  next(request: RequestView, observed: Observation, random: Random): NodeIndex | Route;
  /** Of a rule with state: itself as at the start of a run. One for each source node, or one for all where the policy is shared. */
  begin?(): PlacementRule;
  /** Told of every request that completes, when its answer is where it is due. */
  learn?(outcome: Outcome): void;
  /** What its choice earned by a completed request, more being better: what regret is counted in. */
  reward?(outcome: Outcome): number;
  /** What {@link reward} counts: confidence, with what the rule prices in it, unless given. */
  readonly rewardUnit?: "confidence" | "s";
  /** Of a rule that chooses among fixed choices: each of them by itself. */
  readonly arms?: readonly Arm[];
  /** It stands for the best of its arms in hindsight by this figure, and is none itself: `experiment/` runs each of them. */
  readonly best?: string;
}

/**
 * What nobody knows before: how long each piece of this request takes, alone, on idle machines and links. Given only to rules that say `oracle: true`.
 * Instants are such that nobody else is there: no queue, no batch to wait for, nothing that has failed. Over a 5G cell, means instead of slots.
 */
export interface PlacementHindsight {
  /** The machine of a group that the following is about, and that the request goes to; the attached one before. */
  choose(node: NodeIndex, machine: number): void;
  /** Time of a segment, and of the head after it where one runs, on a node [s]. */
  stage(node: NodeIndex, segment: number): number;
  /** When a tensor that is ready at an instant is decoded on another node; +Infinity where it never is. */
  arrives(cut: number, from: NodeIndex, to: NodeIndex, readyAt: number): number;
  /** When an answer given on a node at an instant is where it is due. */
  answered(from: NodeIndex, at: number): number;
  /** Crossing this cut changes what later exits say. */
  isLossy(cut: number): boolean;
  /** Whether the request leaves after a segment, by the policy's exit rule, if it crossed this lossy cut last (-1: none). */
  leavesAfter(segment: number, crossed: number): boolean;
}

/** A bound and no policy: decides with hindsight. Every {@link PlacementRule} is one that does not look. */
export interface HindsightPlacementRule extends Omit<PlacementRule, "next" | "begin"> {
  next(request: RequestView, observed: Observation, random: Random, hindsight: PlacementHindsight): NodeIndex | Route;
  begin?(): HindsightPlacementRule;
}

/** What a placement rule may know before a run. */
export interface PlacementView {
  readonly segments: number;
  readonly network: NetworkView;
  /** Expected share of requests that leave at each exit, by the policy's exit rule on the calibration rows or the shares of a synthetic model; null where neither is there. */
  readonly exitShares: readonly number[] | null;
  /** Exits whose heads run. */
  readonly heads: readonly number[];
  /** A rule that another one wraps. */
  make(nested: NestedRule): PlacementRule;
}

/** A rule by its name, with what a scenario may tell it. */
interface PlacementTypeBase {
  readonly name: string;
  readonly describe: string;
  /** What it goes by and when, for lists. */
  readonly observes: string;
  readonly decides: string;
  /** It sees how many requests other machines hold: `reports` says how old that is. */
  readonly seesReports?: boolean;
  readonly options: Readonly<Record<string, RuleOptionType>>;
  /** It learns which of several fixed choices is best; see {@link PlacementRule.arms}. */
  readonly hasArms?: boolean;
  /** Group of every segment for requests of a source, where the options alone say so: then known before times and sizes are. */
  places?(values: RuleValues, segments: number, source: NodeIndex, exitAfter: readonly number[]): readonly NodeIndex[];
  /** Otherwise: every way in which requests of a source may be placed, group by group; what is needed on the way is checked for each. */
  routes?(
    values: RuleValues,
    segments: number,
    source: NodeIndex,
    ofBase?: (nested: NestedRule) => readonly (readonly NodeIndex[])[],
  ): readonly (readonly NodeIndex[])[];
}

export interface HonestPlacementRuleType extends PlacementTypeBase {
  readonly oracle?: false;
  make(values: RuleValues, view: PlacementView): PlacementRule;
}

export interface OraclePlacementRuleType extends PlacementTypeBase {
  readonly oracle: true;
  /** What it is a bound of, and when. */
  readonly bound: string;
  make(values: RuleValues, view: PlacementView): HindsightPlacementRule;
}

export type PlacementRuleType = HonestPlacementRuleType | OraclePlacementRuleType;
