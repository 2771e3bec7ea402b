/** Exit rules: where a sample leaves the neural network. One file a rule, one line here. */
import type { Random } from "../random.ts";
import { entropy } from "./entropy.ts";
import { first } from "./first.ts";
import { margin } from "./margin.ts";
import { maxProbability } from "./max-probability.ts";
import { never } from "./never.ts";
import type { ExitRuleOption, ExitRuleValues } from "./options.ts";
import { share } from "./share.ts";

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
  /** Of a synthetic exit: its probability to be left at, and this request's uniform draw for it. NaN where the model has real outputs. */
  readonly share: number;
  readonly draw: number;
}

/** What a rule may know of the network before a run. */
export interface PlanView {
  readonly exits: readonly string[];
  readonly classes: number;
}

/** What a real controller could know, with its age. */
export interface Observation {
  /** Simulated time [s]. */
  readonly now: number;
  /** Span since the request arrived [s]. */
  readonly elapsed: number;
}

export type Verdict = { readonly kind: "go-on" } | { readonly kind: "answer"; readonly of: ExitIndex };
export { goOn } from "./verdicts.ts";

/** Where a sample leaves the neural network. Decides from the evidence of the exits reached so far, an aged observation and its own random stream. */
export interface ExitRule {
  readonly name: string;
  /** Decides from the evidence alone, so that the kernel may remember the verdict of an evaluation row. */
  readonly pure: boolean;
  /** Leaves exactly when the head that ended has a `draw` below its `share`: the kernel may then compare the two itself. Default false. */
  readonly leavesByDraw?: boolean;
  /** Heads to run, ascending. The last exit always runs, whether named or not. */
  heads(plan: PlanView): readonly ExitIndex[];
  /** Asked when head `reached.at(-1)` ends; not asked at the last exit if the answer can only be its own. */
  decide(reached: readonly ExitEvidence[], observed: Observation, random: Random): Verdict;
}

/** A rule by its name, with what a scenario may tell it. */
export interface ExitRuleType {
  readonly name: string;
  readonly describe: string;
  /** The evidence it cannot do without; null when it reads none. */
  readonly reads: "share" | "confidence" | "entropy" | "margin" | null;
  readonly options: Readonly<Record<string, ExitRuleOption>>;
  make(values: ExitRuleValues, plan: PlanView): ExitRule;
}

export const exitRules: readonly ExitRuleType[] = [maxProbability, entropy, margin, never, first, share];
