/** Placement rules: which node group runs each segment. One file a rule, one line here. */
import type { Observation } from "../exit-rules/index.ts";
import type { Random } from "../random.ts";
import { fixed } from "./fixed.ts";
import { only } from "./only.ts";

/** Index of a node group, or the group the request came from. */
export type NodeIndex = number;

/** What a rule may know of the request it places. */
export interface RequestView {
  /** Group of the source. */
  readonly source: NodeIndex;
  /** Segment to run next. */
  readonly segment: number;
  /** Group that holds the tensor now. */
  readonly at: NodeIndex;
}

/** Which node group runs the next segment; the machine is the one attached to the source. */
export interface PlacementRule {
  readonly name: string;
  /** Group of every segment for requests of this source, for rules that decide before the run; null when {@link next} decides. */
  plan(source: NodeIndex): readonly NodeIndex[] | null;
  next(request: RequestView, observed: Observation, random: Random): NodeIndex;
}

/** What a scenario may tell a rule: one node, or one for each segment. */
export interface PlacementRuleOption {
  readonly kind: "node" | "segments";
  readonly describe: string;
}

/** Node groups by index, by segment where the option says so; `source` stands for the group a request came from. */
export type PlacementRuleValues = Readonly<Record<string, number | "source" | readonly (number | "source")[]>>;

/** A rule by its name, with what a scenario may tell it. */
export interface PlacementRuleType {
  readonly name: string;
  readonly describe: string;
  readonly options: Readonly<Record<string, PlacementRuleOption>>;
  make(values: PlacementRuleValues, segments: number): PlacementRule;
}

export const placementRules: readonly PlacementRuleType[] = [only, fixed];
