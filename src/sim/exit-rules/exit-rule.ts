/** What an exit rule is, what it is given and what it may answer. */
import type { Random } from "../random.ts";
import type { Calibration } from "../rules/calibration.ts";
import type { Observation } from "../rules/observation.ts";
import type { NestedRule, RuleOptionType, RuleValues } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";

/** Index of an exit, 0 the shallowest. */
export type ExitIndex = number;

/** What one exit said about the sample at hand. Never the label. */
export interface ExitEvidence {
  readonly exit: ExitIndex;
  readonly prediction: number;
  /** Top softmax probability, 0 to 1. */
  readonly confidence: number;
  /** [nats]. */
  readonly entropy: number;
  /** Top minus second softmax probability. */
  readonly margin: number;
  /** How likely this exit is right, as a trained gate says, 0 to 1; NaN or absent where the table has none. */
  readonly halt?: number;
  /** Unscaled outputs by class, a copy; null where the model has none. */
  readonly logits: ArrayLike<number> | null;
  /** Of a synthetic exit: its probability to be left at, and this request's uniform draw for it. NaN where the model has real outputs. */
  readonly share: number;
  readonly draw: number;
}

/** What a rule may know of the network before a run. */
export interface PlanView {
  readonly exits: readonly string[];
  /** Names of node groups and links, for rules that users write. */
  readonly nodes?: readonly string[];
  readonly links?: readonly string[];
  /** 0 where the model has no classes. */
  readonly classes: number;
  /** Rows to fit to, with labels; null where the model has none. */
  readonly calibration: Calibration | null;
  /** Mean compute until each exit has spoken, its own and all earlier heads included, as a share of the whole network's: ascending to 1. */
  readonly cost: readonly number[];
  /** A rule that another one wraps. */
  make(nested: NestedRule): ExitRule;
}

export type Verdict =
  | { readonly kind: "go-on" }
  | {
      readonly kind: "answer";
      readonly of: ExitIndex;
      /** Class, where a rule that {@link ExitRule.classifies} does not take the exit's own. */
      readonly prediction?: number;
    };

/** Where a sample leaves the neural network. Decides from the evidence of the exits reached so far, an aged observation and its own random stream. */
export interface ExitRule {
  readonly name: string;
  /** Decides from the evidence alone, so that the kernel may remember the verdict of an evaluation row. */
  readonly pure: boolean;
  /** Leaves exactly when the head that ended has a `draw` below its `share`: the kernel may then compare the two itself. Default false. */
  readonly leavesByDraw?: boolean;
  /** Asked at the last exit, too, because it may answer with an earlier one or another class. Default false. */
  readonly decidesAtLast?: boolean;
  /** Its answers may name a class of their own. Default false. */
  readonly classifies?: boolean;
  /** Heads to run, ascending. The last exit always runs, whether named or not. */
  heads(plan: Pick<PlanView, "exits" | "classes">): readonly ExitIndex[];
  /** Of those heads, whether this one runs for a request with this note. All of them unless given. */
  runs?(exit: ExitIndex, note: number): boolean;
  /** Asked when head `reached.at(-1)` ends; at the last exit only if it {@link decidesAtLast}: "go-on" is then an answer of that exit. */
  decide(reached: readonly ExitEvidence[], observed: Observation, random: Random): Verdict;
  /** Of a rule with state: itself as at the start of a run. One for each source node, or one for all where the policy is shared. */
  begin?(): ExitRule;
  /** Told of every request that completes, when its answer is where it is due. */
  learn?(outcome: Outcome): void;
}

/** What nobody knows before the answer: given only to rules that say `oracle: true`. */
export interface Hindsight {
  /** Whether the answer of an exit, reached or not, would be right. */
  isRight(exit: ExitIndex): boolean;
}

/** A bound and no policy: decides with hindsight. Every {@link ExitRule} is one that does not look. */
export interface HindsightExitRule extends Omit<ExitRule, "decide" | "begin"> {
  /** It does look: its verdict may depend on crossings that are still to come. Default false. */
  readonly looks?: boolean;
  decide(reached: readonly ExitEvidence[], observed: Observation, random: Random, hindsight: Hindsight): Verdict;
  begin?(): HindsightExitRule;
}

/** The evidence a rule cannot do without. */
export type Reads = "share" | "prediction" | "confidence" | "entropy" | "margin" | "logits" | "halt";

/** What a rule makes of the exits reached, as a number that it compares with its option `threshold`. */
export interface Grading {
  grade(reached: readonly ExitEvidence[]): number;
  /** Leaves where the grade is at most the threshold, not where it is at least. */
  readonly isDoubt?: boolean;
}

interface RuleTypeBase {
  readonly name: string;
  readonly describe: string;
  readonly reads: Reads | null;
  /** What it reads with these options, where that depends on them. */
  readonly readsWith?: (values: RuleValues) => Reads;
  /** What it goes by beside that, for lists. */
  readonly observes?: string;
  readonly options: Readonly<Record<string, RuleOptionType>>;
  /** Its verdicts depend on time or load: before a request has run, nothing says where it leaves. Default false. */
  readonly minds?: boolean;
  /** It fits itself to calibration rows, told this. Default never. */
  readonly fits?: (values: RuleValues) => boolean;
  /** Of a rule that leaves at an exit by its option `threshold` alone: tuning can find that. */
  readonly grading?: (values: RuleValues, plan: PlanView) => Grading;
}

/** A rule by its name, with what a scenario may tell it. */
export interface HonestExitRuleType extends RuleTypeBase {
  readonly oracle?: false;
  make(values: RuleValues, plan: PlanView): ExitRule;
}

export interface OracleExitRuleType extends RuleTypeBase {
  readonly oracle: true;
  /** What it is a bound of, and when. */
  readonly bound: string;
  make(values: RuleValues, plan: PlanView): HindsightExitRule;
}

export type ExitRuleType = HonestExitRuleType | OracleExitRuleType;
