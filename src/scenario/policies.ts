/** `policies:`, each an exit rule and a placement rule. The rules themselves say what they can be told. */
import { z } from "zod";
import { type Codec, codecs } from "../profile.ts";
import { type ExitRuleType, exitRules } from "../sim/exit-rules/index.ts";
import type { ThresholdOption } from "../sim/exit-rules/options.ts";
import { type PlacementRuleType, placementRules } from "../sim/placement-rules/index.ts";
import { show } from "./errors.ts";
import {
  asMap,
  type Field,
  field,
  flag,
  later,
  type Reader,
  ratio,
  record,
  reference,
  required,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ScenarioPolicy } from "./scenario.ts";
import { child, joinPath, type Tree } from "./tree.ts";

const laterPlacements = ["random", "round-robin", "shortest-queue", "power-of-two", "least-expected"];

/** Thresholds by exit; 0 at the last, which needs none. */
function thresholds(option: ThresholdOption, flags: () => Readonly<Record<string, boolean>>): Reader<number[]> {
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
  return {
    read(tree, path, to) {
      const { exits } = to.names;
      if (tree.kind !== "map") {
        const value = one.read(tree, path, to);
        return value === undefined ? undefined : exits.map((_, i) => (i === exits.length - 1 ? 0 : value));
      }
      const byExit = new Map<string, number | undefined>();
      for (const { key, at, value } of tree.entries) {
        if (exits.includes(key)) byExit.set(key, one.read(value, joinPath(path, key), to));
        else if (exits.length > 0) to.unknown(at, joinPath(path, key), "an exit", key, exits);
      }
      const missing = exits.slice(0, -1).filter((exit) => !byExit.has(exit));
      if (missing.length > 0)
        to.report(
          { ...tree.at, end: tree.at.start + 1 },
          path,
          `a threshold for every exit but the last: ${exits.slice(0, -1).join(", ")}`,
          `none for ${missing.join(", ")}`,
        );
      return exits.map((exit, i) => (i === exits.length - 1 ? 0 : (byExit.get(exit) ?? 0)));
    },
    schema: () => z.union([one.schema(), z.record(z.string(), one.schema())]),
  };
}

function exitRuleReader(rule: ExitRuleType): Reader<ScenarioPolicy["exit"]> {
  let flags: Record<string, boolean> = {};
  const shape: Record<string, Field<unknown>> = {
    rule: required("the rule's name", word("an exit rule", [rule.name])),
  };
  for (const [name, option] of Object.entries(rule.options))
    shape[name] =
      option.kind === "flag"
        ? field(option.describe, flag)
        : required(
            option.describe,
            thresholds(option, () => flags),
          );
  const reader = record(`the rule ${rule.name}`, shape);
  return {
    schema: reader.schema,
    read(tree, path, to) {
      // What a threshold may be can depend on a flag that stands after it.
      flags = Object.fromEntries(Object.keys(rule.options).map((name) => [name, flagIn(tree, name)]));
      const given = reader.read(tree, path, to) as Record<string, number[] | boolean | undefined> | undefined;
      if (given === undefined) return undefined;
      const options: Record<string, number[] | boolean> = {};
      for (const [name, option] of Object.entries(rule.options)) {
        if (option.kind === "flag") options[name] = given[name] ?? to.fill(joinPath(path, name), option.default);
        else options[name] = given[name] ?? [];
      }
      return { rule: rule.name, options };
    },
  };
}

function flagIn(tree: Tree, name: string): boolean {
  const value = child(tree, name);
  return value?.kind === "scalar" && value.value === true;
}

function placementReader(rule: PlacementRuleType): Reader<ScenarioPolicy["place"]> {
  const node = reference("a node, or source", (to) => to.names.nodes, ["source"]);
  const shape: Record<string, Field<unknown>> = {
    rule: required("the rule's name", word("a placement rule", [rule.name])),
    codec: field("how tensors are written before they cross a link", word("a codec", codecs)),
    among: later,
    weights: later,
    ties: later,
    spill: later,
    reports: later,
  };
  for (const [name, option] of Object.entries(rule.options))
    shape[name] =
      option.kind === "node" ? required(option.describe, node) : required(option.describe, everySegment(node));
  const reader = record(`the rule ${rule.name}`, shape);
  return {
    schema: reader.schema,
    read(tree, path, to) {
      const given = reader.read(tree, path, to) as Record<string, string | string[] | undefined> | undefined;
      if (given === undefined) return undefined;
      return {
        rule: rule.name,
        options: Object.fromEntries(
          Object.entries(rule.options).map(([name, option]) => [
            name,
            given[name] ?? (option.kind === "node" ? "" : []),
          ]),
        ),
        codec: codecOf(given.codec as Codec | undefined, tree, path, to),
      };
    },
  };
}

/** Only measured tensors have codecs: what a synthetic model sends is as large as it says. */
function codecOf(given: Codec | undefined, tree: Tree, path: string, to: Reading): Codec {
  const written = child(tree, "codec");
  const at = joinPath(path, "codec");
  if (to.modelKind === "synthetic") {
    if (written !== undefined && given !== undefined)
      to.wrong(written, at, "no codec for a synthetic model", "say size, encode and decode of each output");
    return "float32";
  }
  return given ?? to.fill(at, "float32", "tensors cross as they are");
}

/** A map from every segment to its node, as a list in the order of segments. */
function everySegment(node: Reader<string>): Reader<string[]> {
  return {
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
}

/** One of several readers, by the name under `rule`. */
function byRule<T>(what: string, readers: ReadonlyMap<string, Reader<T>>, notYet: readonly string[]): Reader<T> {
  const names = [...readers.keys()];
  return {
    read(tree, path, to) {
      const map = asMap(tree, path, to, `a map with rule: ${names.join(", ")}`);
      if (map === undefined) return undefined;
      const rule = child(map, "rule");
      if (rule === undefined)
        return to.report(
          { ...map.at, end: map.at.start + 1 },
          joinPath(path, "rule"),
          `${what}: ${names.join(", ")}`,
          "nothing",
        );
      const name = rule.kind === "scalar" && typeof rule.value === "string" ? rule.value : null;
      const known = name === null ? undefined : readers.get(name);
      if (known !== undefined) return known.read(tree, path, to);
      const at = joinPath(path, "rule");
      if (name === null) return to.wrong(rule, at, `${what}: ${names.join(", ")}`);
      if (/[./\\]/.test(name)) return to.later(rule.at, at, `a rule from the file ${show(name)}`, names);
      return notYet.includes(name)
        ? to.later(rule.at, at, show(name), names)
        : to.unknown(rule.at, at, what, name, names);
    },
    schema: () =>
      z.union([...readers.values()].map((reader) => reader.schema()) as [z.ZodType, z.ZodType, ...z.ZodType[]]),
  };
}

export const policyFields = {
  exit: required(
    "an exit rule: where a sample leaves the network",
    byRule("an exit rule", new Map(exitRules.map((rule) => [rule.name, exitRuleReader(rule)])), []),
  ),
  place: required(
    "a placement rule: which node runs each segment",
    byRule(
      "a placement rule",
      new Map(placementRules.map((rule) => [rule.name, placementReader(rule)])),
      laterPlacements,
    ),
  ),
  rule: later,
  oracle: later,
  reports: later,
  shared: later,
};

const reader = record("a policy", policyFields);

export const policyReader: Reader<Omit<ScenarioPolicy, "name">> = {
  schema: reader.schema,
  read(tree: Tree, path: string, to: Reading) {
    const given = reader.read(tree, path, to);
    return given?.exit === undefined || given.place === undefined
      ? undefined
      : { exit: given.exit, place: given.place };
  },
};
