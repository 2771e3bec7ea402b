/** Rules from users' files: what their one exported function is given, and what it may answer. These types are all a file has to know. */
import type { ExitEvidence } from "../exit-rules/exit-rule.ts";
import type { RequestView } from "../placement-rules/placement-rule.ts";
import type { Calibration } from "./calibration.ts";
import type { NetworkView } from "./network.ts";
import type { Outcome } from "./outcome.ts";

/** A uniform draw between 0 and 1 that belongs to this request: the same in every run of the same seed. */
export type Draw = () => number;

/** What an exit that was reached said about the sample. Never the label, never a later exit. */
export type Evidence = Pick<ExitEvidence, "exit" | "prediction" | "confidence" | "entropy" | "margin" | "logits">;

/** What a controller could know while it runs, with its age. */
export interface Observed {
  /** Simulated time [s]. */
  readonly now: number;
  /** Span since the request arrived [s]. */
  readonly elapsed: number;
  /** Span from arrival within which its answer is due [s]; Infinity for none. */
  readonly deadline: number;
  /** Number of the request at its source, from 0. */
  readonly number: number;
  /** What the placement rule noted about this request; NaN for nothing. */
  readonly note: number;
  /** Requests that wait at the machine where this one is now. */
  readonly waiting: number;
  /** Expected span until a deeper exit has spoken [s], by mean times, nobody else being there. */
  timeTo(exit: number): number;
  /** Expected span from the verdict of an exit until its answer is where it is due [s]. */
  timeBack(exit: number): number;
  /**
   * Requests at a machine of a node as it was told last, and how old that is [s]; NaN before the first report. A placement rule may name `source`, and
   * asks about the first machine that the request can reach where it says none; an exit rule about machine 0 then.
   */
  node(name: string, machine?: number): { readonly present: number; readonly age: number };
  /** Rate of a link direction as the source's last message there measured it [bit/s]; nominal before. */
  rate(link: string, direction: "up" | "down"): number;
}

/** What is known before a run. */
export interface Plan {
  /** Names, in order of depth. */
  readonly exits: readonly string[];
  readonly nodes: readonly string[];
  /** 0 where the model has no classes. */
  readonly classes: number;
  /** Mean compute until each exit has spoken, as a share of the whole network's. */
  readonly cost: readonly number[];
  /** Rows to fit to, with labels, that no run draws; null where the model has none. */
  readonly calibration: Calibration | null;
}

export type Decide = (reached: readonly Evidence[], observed: Observed, draw: Draw) => "go-on" | number;

export interface ExitPluginRule {
  /** Asked when a head ends: the exit that answers, one that was reached, or "go-on". */
  readonly decide: Decide;
  /** Exits whose heads run; all unless given. The last always runs. */
  readonly heads?: readonly number[];
  /** It is asked at the last exit, too. Default false: the last exit answers. */
  readonly asksAtLast?: boolean;
  /** Told of every request of its source that completes. */
  learn?(outcome: Outcome): void;
}

/** A value of an option as a scenario gives it. */
export type OptionOfPlugin = null | boolean | number | string | readonly number[] | readonly string[];

/** `export default` of an exit rule's file: called at the start of a run, once for each source node, so that its variables are that node's state. */
export type ExitPlugin<O = Readonly<Record<string, OptionOfPlugin>>> = (
  plan: Plan,
  options: O,
) => Decide | ExitPluginRule;

/** What a placement rule may know before a run: mean times and sizes, nominal rates, where requests are expected to leave. */
export interface PlacementPlan {
  readonly nodes: readonly string[];
  /** Number of segments. */
  readonly segments: number;
  readonly network: NetworkView;
  readonly exitShares: readonly number[] | null;
}

/** A node by name, or several: for the segment to run next and those after it. */
export type Placed =
  | string
  | {
      readonly nodes: readonly string[];
      /** Machine of each; the attached one where null or left out. */
      readonly machines?: readonly (number | null)[];
      /** A number that exit rules see, and that comes back when the request completes. */
      readonly note?: number;
    };

export type Place = (request: RequestView, observed: Observed, draw: Draw) => Placed;

export interface PlacementPluginRule {
  /** Asked before a segment that nothing is decided for yet: at arrival, and, if it named fewer nodes than segments, again on the way. */
  readonly place: Place;
  learn?(outcome: Outcome): void;
}

/** `export default` of a placement rule's file. */
export type PlacementPlugin<O = Readonly<Record<string, OptionOfPlugin>>> = (
  plan: PlacementPlan,
  options: O,
) => Place | PlacementPluginRule;

/** `export default` of a file for both, which share what they know. */
export type JointPlugin<O = Readonly<Record<string, OptionOfPlugin>>> = (
  plan: Plan & PlacementPlan,
  options: O,
) => { readonly exit: Decide | ExitPluginRule; readonly place: Place | PlacementPluginRule };

/** `export const options` of a file: what a scenario may say beside `rule:`. Without a default it must be said. */
export type PluginOptions = Readonly<
  Record<
    string,
    { readonly describe?: string } & (
      | {
          readonly kind: "number";
          readonly least?: number;
          readonly most?: number;
          readonly whole?: boolean;
          readonly default?: number;
        }
      | { readonly kind: "share"; readonly default?: number }
      | { readonly kind: "flag"; readonly default: boolean }
      | { readonly kind: "choice"; readonly words: readonly string[]; readonly default: string }
      | { readonly kind: "quantity"; readonly of: "time" | "size"; readonly default?: number }
      | { readonly kind: "threshold"; readonly most?: number }
    )
  >
>;
