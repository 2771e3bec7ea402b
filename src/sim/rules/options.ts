/** What a rule can be told in a scenario, as plain data: `scenario/` reads it, checks what is written and hands over what is meant. */

interface Option<K extends string> {
  readonly kind: K;
  readonly describe: string;
}

/** `default: null`: may be left out, the rule then sees null. No `default`: must be given. */
interface Defaulted<T> {
  readonly default?: T | null;
}

/** One threshold for all exits, or one for each by name; the last exit needs none. */
export interface ThresholdOption extends Option<"threshold"> {
  /** Largest value that makes sense. A function of the flags beside it, by their names. */
  readonly most: (flags: Readonly<Record<string, boolean>>) => number;
}

export interface FlagOption extends Option<"flag"> {
  readonly default: boolean;
}

/** A bare number. */
export interface NumberOption extends Option<"number">, Defaulted<number> {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** A quantity with its unit, handed over in SI. */
export interface QuantityOption extends Option<"quantity">, Defaulted<number> {
  readonly of: "time" | "size";
}

/** 0 to 1, or in percent. */
export interface ShareOption extends Option<"share">, Defaulted<number> {}

export interface ChoiceOption extends Option<"choice"> {
  readonly words: readonly string[];
  readonly default: string;
}

/** A bare number for every exit by name, the last too; or one for all. */
export interface ByExitOption extends Option<"by-exit">, Defaulted<readonly number[]> {
  readonly least: number;
}

/** Another exit rule with its own options. */
export interface RuleOption extends Option<"rule">, Defaulted<NestedRule> {}

/** Another placement rule with its own options. */
export interface PlaceRuleOption extends Option<"place-rule"> {}

/** One node, or `source`. */
export interface NodeOption extends Option<"node"> {}

/** A node for every segment. */
export interface SegmentsOption extends Option<"segments"> {}

/** Nodes to choose among. */
export interface NodesOption extends Option<"nodes">, Defaulted<readonly Place[]> {}

/** A node for some segments; the others are for the rule to place. */
export interface SomeSegmentsOption extends Option<"some-segments"> {
  readonly default: null;
}

/** A weight, not all 0, for each node of the option `of`: by name, or as a list in that order. */
export interface WeightsOption extends Option<"weights"> {
  readonly of: string;
  readonly default: null;
}

/** Where to go instead of a machine that is full. */
export interface SpillOption extends Option<"spill"> {
  readonly default: null;
}

/** An exit and a cut for each state, such as each bandwidth; the option `of` says how many where this one is left out. */
export interface ConfigurationsOption extends Option<"configurations"> {
  readonly of: string;
  readonly default: null;
}

export type RuleOptionType =
  | ConfigurationsOption
  | NodesOption
  | SomeSegmentsOption
  | WeightsOption
  | SpillOption
  | ThresholdOption
  | FlagOption
  | NumberOption
  | QuantityOption
  | ShareOption
  | ChoiceOption
  | ByExitOption
  | RuleOption
  | PlaceRuleOption
  | NodeOption
  | SegmentsOption;

export interface NestedRule {
  readonly rule: string;
  readonly options: RuleValues;
}

/** A node by index; `source` stands for the group a request came from. */
export type Place = number | "source";

/** Exit to leave at, and how many segments run on the other node. */
export interface Configuration {
  readonly exit: number;
  readonly cut: number;
}

/** Requests that would go to a machine of `node` where at least `limit` are go to one of `to`. */
export interface Spill {
  readonly node: Place;
  readonly limit: number;
  readonly to: Place;
}

export type RuleValue =
  | null
  | boolean
  | number
  | string
  | readonly number[]
  | readonly Place[]
  | readonly string[]
  | NestedRule
  | readonly (Place | null)[]
  | readonly Configuration[]
  | Spill;
export type RuleValues = { readonly [option: string]: RuleValue };

/** Thresholds by exit, in order of depth; the last exit's is not used. */
export const threshold = (values: RuleValues): readonly number[] => values.threshold as readonly number[];
