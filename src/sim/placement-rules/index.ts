/** Placement rules: which node group runs each segment. One file a rule, one line here. */
import type { Observation } from "../exit-rules/index.ts";
import type { Random } from "../random.ts";

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
