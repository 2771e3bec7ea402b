/** What rules can be told, read, written out again, and handed to the simulator with indices for names. */
import { z } from "zod";
import type { Place, RuleOptionType, RuleValue, RuleValues, ThresholdOption } from "../sim/rules/options.ts";
import { leaf, map, type Outline, quantity as quantityLeaf } from "./outline-parts.ts";
import {
  asMap,
  type Field,
  field,
  flag,
  plainNumber,
  quantity,
  type Reader,
  ratio,
  reference,
  required,
  whole,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import { joinPath, type Tree } from "./tree.ts";

/** As the scenario holds them: nodes by name. */
export type OptionValue = null | boolean | number | string | readonly number[] | readonly string[] | NestedOptions;
export interface NestedOptions {
  readonly rule: string;
  readonly options: OptionValues;
}
export type OptionValues = { readonly [option: string]: OptionValue };

export type Flags = () => Readonly<Record<string, boolean>>;

/** One value for all exits, or one for each by name. @param last whether the last exit has one, too */
function byExit(one: Reader<number>, what: string, last: boolean): Reader<number[]> {
  return {
    read(tree, path, to) {
      const { exits } = to.names;
      const wanted = last ? exits : exits.slice(0, -1);
      const spread = (value: (exit: string) => number): number[] =>
        exits.map((exit) => (wanted.includes(exit) ? value(exit) : 0));
      if (tree.kind !== "map") {
        const value = one.read(tree, path, to);
        return value === undefined ? undefined : spread(() => value);
      }
      const given = new Map<string, number | undefined>();
      for (const { key, at, value } of tree.entries) {
        if (exits.includes(key)) given.set(key, one.read(value, joinPath(path, key), to));
        else if (exits.length > 0) to.unknown(at, joinPath(path, key), "an exit", key, exits);
      }
      const missing = wanted.filter((exit) => !given.has(exit));
      if (missing.length > 0)
        to.report(
          { ...tree.at, end: tree.at.start + 1 },
          path,
          `${what} for every exit${last ? "" : " but the last"}: ${wanted.join(", ")}`,
          `none for ${missing.join(", ")}`,
        );
      return spread((exit) => given.get(exit) ?? 0);
    },
    schema: () => z.union([one.schema(), z.record(z.string(), one.schema())]),
  };
}

function thresholds(option: ThresholdOption, flags: Flags): Reader<number[]> {
  const one: Reader<number> = {
    read(tree, path, to) {
      const most = option.most(flags());
      if (most === 1) return ratio.read(tree, path, to);
      const value = tree.kind === "scalar" ? tree.value : null;
      return typeof value === "number" && value >= 0 && value <= most && Number.isFinite(value)
        ? value
        : to.wrong(tree, path, `${option.describe}: a bare number of at least 0`);
    },
    schema: () => z.union([z.number().min(0), z.string()]),
  };
  return byExit(one, "a threshold", false);
}

const node = reference("a node, or source", (to) => to.names.nodes, ["source"]);

/** A map from every segment to its node, as a list in the order of segments. */
const everySegment: Reader<string[]> = {
  read(tree, path, to) {
    const map = asMap(tree, path, to, "a map from each segment to its node");
    if (map === undefined) return undefined;
    const { segments } = to.names;
    const at = new Map<string, string | undefined>();
    for (const entry of map.entries) {
      if (segments.includes(entry.key)) at.set(entry.key, node.read(entry.value, joinPath(path, entry.key), to));
      else if (segments.length > 0) to.unknown(entry.at, joinPath(path, entry.key), "a segment", entry.key, segments);
    }
    const missing = segments.filter((segment) => !at.has(segment));
    if (missing.length > 0)
      to.report(
        { ...tree.at, end: tree.at.start + 1 },
        path,
        `a node for every segment: ${segments.join(", ")}`,
        `none for ${missing.join(", ")}`,
      );
    return segments.map((segment) => at.get(segment) ?? "");
  },
  schema: () => z.record(z.string(), node.schema()),
};

function readerOf(option: RuleOptionType, flags: Flags, nested: Reader<NestedOptions>): Reader<OptionValue> {
  switch (option.kind) {
    case "threshold":
      return thresholds(option, flags);
    case "flag":
      return flag;
    case "number":
      return option.whole === true
        ? whole({ min: option.least, ...(Number.isFinite(option.most) ? { max: option.most } : {}) })
        : plainNumber({ min: option.least, ...(Number.isFinite(option.most) ? { max: option.most } : {}) });
    case "quantity":
      return quantity(option.of);
    case "share":
      return ratio;
    case "choice":
      return word(option.describe, option.words);
    case "by-exit":
      return byExit(plainNumber({ min: option.least }), "a number", true);
    case "rule":
      return nested;
    case "node":
      return node;
    case "segments":
      return everySegment;
  }
}

/** Keys of a rule beside its name. */
export function optionFields(
  options: Readonly<Record<string, RuleOptionType>>,
  flags: Flags,
  nested: Reader<NestedOptions>,
): Record<string, Field<unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const reader = readerOf(option, flags, nested);
      const isOptional = "default" in option && option.default !== undefined;
      return [name, isOptional ? field(option.describe, reader) : required(option.describe, reader)];
    }),
  );
}

/** Fills in what was not given. Values that could not be read stand as null: problems have been reported then. */
export function optionValues(
  options: Readonly<Record<string, RuleOptionType>>,
  given: Readonly<Record<string, unknown>>,
  path: string,
  tree: Tree,
  to: Reading,
): OptionValues {
  const written = tree.kind === "map" ? tree.entries.map((entry) => entry.key) : [];
  return Object.fromEntries(
    Object.entries(options).map(([name, option]): [string, OptionValue] => {
      if (given[name] !== undefined) return [name, given[name] as OptionValue];
      const value = ("default" in option ? option.default : null) ?? null;
      if (value === null || written.includes(name)) return [name, blank(option)];
      return [name, to.fill(joinPath(path, name), value as OptionValue)];
    }),
  );
}

/** Of the kind that is expected, so that what follows can go on. */
function blank(option: RuleOptionType): OptionValue {
  switch (option.kind) {
    case "threshold":
    case "segments":
      return [];
    case "node":
      return "";
    case "flag":
      return option.default;
    default:
      return null;
  }
}

/** An option as it stands in a resolved scenario; null where it is left out. */
export function optionOutline(
  option: RuleOptionType,
  value: OptionValue,
  names: { readonly exits: readonly string[]; readonly segments: readonly string[] },
  nested: (rule: NestedOptions) => Outline,
): Outline | null {
  if (value === null) return null;
  if (typeof value === "object" && "rule" in value) return nested(value);
  if (option.kind === "quantity") return quantityLeaf(option.of, value as number);
  if (typeof value !== "object") return leaf(value);
  if (option.kind === "segments") return map(value.map((place, i) => [names.segments[i]!, leaf(place as string)]));
  const exits = option.kind === "by-exit" ? names.exits : names.exits.slice(0, -1);
  const isOne = value.slice(0, exits.length).every((v) => v === value[0]);
  return isOne ? leaf((value[0] as number) ?? 0) : leaf(`{ ${exits.map((e, i) => `${e}: ${value[i]}`).join(", ")} }`);
}

/** Values with indices for the names of nodes. */
export function ruleValues(
  options: Readonly<Record<string, RuleOptionType>>,
  values: OptionValues,
  nodes: readonly string[],
): RuleValues {
  const place = (name: string): Place => (name === "source" ? name : nodes.indexOf(name));
  return Object.fromEntries(
    Object.entries(options).map(([name, option]): [string, RuleValue] => {
      const value = values[name] ?? null;
      if (option.kind === "node") return [name, place(value as string)];
      if (option.kind === "segments") return [name, (value as readonly string[]).map(place)];
      return [name, value as RuleValue];
    }),
  );
}
