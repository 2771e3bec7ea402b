/** What rules can be told, read, written out again, and handed to the simulator with indices for names. */
import * as z from "zod";
import type {
  Configuration,
  Place,
  RuleOptionType,
  RuleValue,
  RuleValues,
  ThresholdOption,
} from "../sim/rules/options.ts";
import { leaf, map, type Outline, quantity as quantityLeaf } from "./outline-parts.ts";
import {
  asMap,
  type Field,
  field,
  flag,
  listOf,
  plainNumber,
  quantity,
  type Reader,
  ratio,
  record,
  reference,
  required,
  whole,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import { placementRuleOf } from "./rule-types.ts";
import { child, joinPath, type Tree } from "./tree.ts";

/** As the scenario holds them: nodes by name. */
export type OptionValue =
  | null
  | boolean
  | number
  | string
  | readonly number[]
  | readonly string[]
  | readonly (string | null)[]
  | NestedOptions
  | readonly Configuration[]
  | SpillValue;
export interface SpillValue {
  readonly node: string;
  readonly limit: number;
  readonly to: string;
}
export interface NestedOptions {
  readonly rule: string;
  readonly options: OptionValues;
}
export type OptionValues = { readonly [option: string]: OptionValue };

/** Readers of rules that others wrap, by family. */
export interface Nested {
  readonly exit: Reader<NestedOptions>;
  readonly place: Reader<NestedOptions>;
}

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

/** A map from some segments to their nodes; null where none is said. */
const someSegments: Reader<(string | null)[]> = {
  read(tree, path, to) {
    const map = asMap(tree, path, to, "a map from segments to their nodes");
    if (map === undefined) return undefined;
    const { segments } = to.names;
    const at = new Map<string, string | undefined>();
    for (const entry of map.entries) {
      if (segments.includes(entry.key)) at.set(entry.key, node.read(entry.value, joinPath(path, entry.key), to));
      else if (segments.length > 0) to.unknown(entry.at, joinPath(path, entry.key), "a segment", entry.key, segments);
    }
    return segments.map((segment) => at.get(segment) ?? null);
  },
  schema: () => z.record(z.string(), node.schema()),
};

const nodes: Reader<string[]> = {
  read(tree, path, to) {
    const found = listOf("node", node, { min: 1 }).read(tree, path, to);
    const twice = found?.find((name, i) => found.indexOf(name) !== i);
    return twice === undefined ? found : to.wrong(tree, path, "each node once", `${twice} stands there twice`);
  },
  schema: () => z.array(node.schema()),
};

/** Weights in the order of the list they belong to. */
function weights(of: () => readonly string[] | undefined): Reader<number[]> {
  const one = plainNumber({ min: 0 });
  return {
    read(tree, path, to) {
      const names = of();
      const isMap = tree.kind === "map";
      const found = isMap ? byName(tree, path, to, names ?? []) : listOf("weight", one).read(tree, path, to);
      if (found === undefined || names === undefined) return undefined;
      if (found.length !== names.length) return to.wrong(tree, path, `a weight for each of ${names.join(", ")}`);
      return found.some((w) => w > 0) ? found : to.wrong(tree, path, "a weight above 0");
    },
    schema: () => z.union([z.array(one.schema()), z.record(z.string(), one.schema())]),
  };
  function byName(tree: Tree, path: string, to: Reading, names: readonly string[]): number[] | undefined {
    if (tree.kind !== "map") return undefined;
    const given = new Map<string, number>();
    for (const { key, at, value } of tree.entries) {
      const weight = one.read(value, joinPath(path, key), to);
      if (!names.includes(key)) to.unknown(at, joinPath(path, key), "a node of the list", key, names);
      else if (weight !== undefined) given.set(key, weight);
    }
    // A name that is not of the list has been reported.
    if (tree.entries.some(({ key }) => !names.includes(key))) return undefined;
    return names.filter((name) => given.has(name)).map((name) => given.get(name)!);
  }
}

const spillRecord = record("a spill", {
  node: required("the node whose machines may be full", node),
  limit: required("requests at a machine, in service and waiting, from which on it is full", whole({ min: 0 })),
  to: required("the node that takes what is spilt", node),
});
const spill: Reader<SpillValue> = {
  read(tree, path, to) {
    const given = spillRecord.read(tree, path, to);
    if (given?.node === undefined || given.limit === undefined || given.to === undefined) return undefined;
    return { node: given.node, limit: given.limit, to: given.to };
  },
  schema: spillRecord.schema,
};

const configurationRecord = record("a configuration", {
  exit: required(
    "the exit to leave at",
    reference("an exit", (to) => to.names.exits),
  ),
  cut: required("segments that run on the other node", whole({ min: 0 })),
});
/** Exits by index. */
const configurations: Reader<Configuration[]> = {
  read(tree, path, to) {
    const list = listOf("configuration", configurationRecord, { min: 1, max: 50 }).read(tree, path, to);
    return list?.flatMap(({ exit, cut }, i) => {
      if (exit === undefined || cut === undefined) return [];
      if (cut > to.names.segments.length)
        to.wrong(tree, joinPath(path, `${i}.cut`), `at most ${to.names.segments.length}, all segments`, String(cut));
      return [{ exit: to.names.exits.indexOf(exit), cut }];
    });
  },
  schema: () => z.array(configurationRecord.schema()),
};

function readerOf(
  option: RuleOptionType,
  flags: Flags,
  nested: Nested,
  listed: (name: string) => readonly string[] | undefined,
): Reader<OptionValue> {
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
      return nested.exit;
    case "place-rule":
      return nested.place;
    case "node":
      return node;
    case "segments":
      return everySegment;
    case "nodes":
      return nodes;
    case "some-segments":
      return someSegments;
    case "weights":
      return weights(() => listed(option.of));
    case "spill":
      return spill;
    case "configurations":
      return configurations;
  }
}

/** Keys of a rule beside its name. */
export function optionFields(
  options: Readonly<Record<string, RuleOptionType>>,
  flags: Flags,
  nested: Nested,
  listed: (name: string) => readonly string[] | undefined = () => undefined,
): Record<string, Field<unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const reader = readerOf(option, flags, nested, listed);
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
      if (option.kind === "configurations") checkNumber(name, option.of, given, path, tree, to);
      if (given[name] !== undefined) return [name, given[name] as OptionValue];
      const listed = Object.entries(options).find(([, o]) => o.kind === "configurations" && o.of === name)?.[0];
      const list = listed === undefined ? undefined : given[listed];
      if (Array.isArray(list) && !written.includes(name))
        return [name, to.fill(joinPath(path, name), list.length, `as many as ${listed} has`)];
      const value = ("default" in option ? option.default : null) ?? null;
      if (value === null || written.includes(name)) return [name, blank(option)];
      return [name, to.fill(joinPath(path, name), value as OptionValue)];
    }),
  );
}

/** A number that is written beside a list must be the list's. */
function checkNumber(
  list: string,
  number: string,
  given: Readonly<Record<string, unknown>>,
  path: string,
  tree: Tree,
  to: Reading,
): void {
  const [items, wanted] = [given[list], given[number]];
  if (!Array.isArray(items) || typeof wanted !== "number" || wanted === items.length) return;
  to.wrong(child(tree, number)!, joinPath(path, number), `${items.length}, as many as ${list} has`);
}

/** Of the kind that is expected, so that what follows can go on. */
function blank(option: RuleOptionType): OptionValue {
  switch (option.kind) {
    case "threshold":
    case "segments":
    case "nodes":
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
  nested: (rule: NestedOptions, family: "exit" | "place") => Outline,
): Outline | null {
  if (value === null) return null;
  if (typeof value === "object" && "rule" in value)
    return nested(value, option.kind === "place-rule" ? "place" : "exit");
  if (option.kind === "quantity") return quantityLeaf(option.of, value as number);
  if (typeof value !== "object") return leaf(value);
  if ("limit" in value) return leaf(`{ node: ${value.node}, limit: ${value.limit}, to: ${value.to} }`);
  if (option.kind === "configurations")
    return leaf(
      `[${(value as readonly Configuration[]).map(({ exit, cut }) => `{ exit: ${names.exits[exit]}, cut: ${cut} }`).join(", ")}]`,
    );
  if (option.kind === "nodes" || option.kind === "weights") return leaf(`[${value.join(", ")}]`);
  if (option.kind === "some-segments")
    return map(
      value.flatMap((place, i) => (place === null ? [] : [[names.segments[i]!, leaf(place as string)] as const])),
    );
  if (option.kind === "segments") return map(value.map((place, i) => [names.segments[i]!, leaf(place as string)]));
  const exits = option.kind === "by-exit" ? names.exits : names.exits.slice(0, -1);
  const isOne = value.slice(0, exits.length).every((v) => v === value[0]);
  return isOne ? leaf(Number(value[0] ?? 0)) : leaf(`{ ${exits.map((e, i) => `${e}: ${value[i]}`).join(", ")} }`);
}

const placementOptions = (rule: string): Readonly<Record<string, RuleOptionType>> => placementRuleOf(rule)!.options;

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
      if (option.kind === "segments" || option.kind === "nodes")
        return [name, (value as readonly string[] | null)?.map(place) ?? null];
      if (option.kind === "some-segments")
        return [
          name,
          (value as readonly (string | null)[] | null)?.map((node) => (node === null ? null : place(node))) ?? null,
        ];
      if (option.kind === "place-rule" && value !== null) {
        const { rule, options: inner } = value as NestedOptions;
        return [name, { rule, options: ruleValues(placementOptions(rule), inner, nodes) }];
      }
      if (option.kind === "spill" && value !== null) {
        const { node, limit, to } = value as SpillValue;
        return [name, { node: place(node), limit, to: place(to) }];
      }
      return [name, value as RuleValue];
    }),
  );
}
