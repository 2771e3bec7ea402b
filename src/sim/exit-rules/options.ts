/** What a rule can be told in a scenario, as plain data: `scenario/` reads it, checks what is written and hands over what is meant. */

/** One threshold for all exits, or one for each by name; the last exit needs none. */
export interface ThresholdOption {
  readonly kind: "threshold";
  readonly describe: string;
  /** Largest value that makes sense. A function of the flags beside it, by their names. */
  readonly most: (flags: Readonly<Record<string, boolean>>) => number;
}

export interface FlagOption {
  readonly kind: "flag";
  readonly describe: string;
  readonly default: boolean;
}

export type ExitRuleOption = ThresholdOption | FlagOption;

/** Thresholds by exit, in order of depth; the last exit's is not used. */
export type Thresholds = readonly number[];
export type ExitRuleValues = Readonly<Record<string, Thresholds | boolean>>;

export const threshold = (values: ExitRuleValues): Thresholds => values.threshold as Thresholds;
