/** `policies:`, each an exit rule and a placement rule. The rules themselves say what they can be told. */
import { z } from "zod";
import { type Codec, codecs } from "../profile.ts";
import { type ExitRuleType, exitRules } from "../sim/exit-rules/index.ts";
import { type PlacementRuleType, placementRules } from "../sim/placement-rules/index.ts";
import type { RuleOptionType } from "../sim/rules/options.ts";
import { show } from "./errors.ts";
import { asMap, field, flag, later, type Reader, record, required, word } from "./reader.ts";
import type { Reading } from "./reading.ts";
import { type NestedOptions, optionFields, optionValues } from "./rule-options.ts";
import type { ScenarioPolicy } from "./scenario.ts";
import { child, joinPath, type Tree } from "./tree.ts";

const laterPlacements = ["random", "round-robin", "shortest-queue", "power-of-two", "least-expected"];

/** Exit rules that others may wrap: oracles are not. */
const wrappable = exitRules.filter((rule) => rule.oracle !== true);

/** Made when first needed: a rule may wrap another of its kind. */
const nested: Reader<NestedOptions> = {
  read: (tree, path, to) => byRule("an exit rule", readersOf(wrappable), []).read(tree, path, to),
  // One level deep: JSON Schema would have to refer to itself.
  schema: () => z.looseObject({ rule: z.enum(wrappable.map((rule) => rule.name) as [string, ...string[]]) }),
};

function readersOf(types: readonly ExitRuleType[]): ReadonlyMap<string, Reader<NestedOptions>> {
  return new Map(types.map((rule) => [rule.name, exitRuleReader(rule)]));
}

function exitRuleReader(rule: ExitRuleType): Reader<NestedOptions> {
  let flags: Record<string, boolean> = {};
  const reader = record(`the rule ${rule.name}`, {
    rule: required("the rule's name", word("an exit rule", [rule.name])),
    ...optionFields(rule.options, () => flags, nested),
  });
  return {
    schema: reader.schema,
    read(tree, path, to) {
      // What a threshold may be can depend on a flag that stands after it.
      flags = flagsIn(tree, rule.options);
      const given = reader.read(tree, path, to);
      return given === undefined
        ? undefined
        : { rule: rule.name, options: optionValues(rule.options, given, path, tree, to) };
    },
  };
}

function flagsIn(tree: Tree, options: Readonly<Record<string, RuleOptionType>>): Record<string, boolean> {
  return Object.fromEntries(
    Object.keys(options).map((name) => {
      const value = child(tree, name);
      return [name, value?.kind === "scalar" && value.value === true];
    }),
  );
}

function placementReader(rule: PlacementRuleType): Reader<ScenarioPolicy["place"]> {
  const reader = record(`the rule ${rule.name}`, {
    rule: required("the rule's name", word("a placement rule", [rule.name])),
    codec: field("how tensors are written before they cross a link", word("a codec", codecs)),
    among: later,
    weights: later,
    ties: later,
    spill: later,
    reports: later,
    ...optionFields(rule.options, () => ({}), nested),
  });
  return {
    schema: reader.schema,
    read(tree, path, to) {
      const given = reader.read(tree, path, to);
      if (given === undefined) return undefined;
      return {
        rule: rule.name,
        options: optionValues(rule.options, given, path, tree, to),
        codec: codecOf(given.codec, tree, path, to),
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
  exit: required("an exit rule: where a sample leaves the network", byRule("an exit rule", readersOf(exitRules), [])),
  place: required(
    "a placement rule: which node runs each segment",
    byRule(
      "a placement rule",
      new Map(placementRules.map((rule) => [rule.name, placementReader(rule)])),
      laterPlacements,
    ),
  ),
  oracle: field("true where a rule may know what nobody can know: a bound, labelled as such", flag),
  rule: later,
  reports: later,
  shared: later,
};

const reader = record("a policy", policyFields);

export const policyReader: Reader<Omit<ScenarioPolicy, "name">> = {
  schema: reader.schema,
  read(tree: Tree, path: string, to: Reading) {
    const given = reader.read(tree, path, to);
    if (given?.exit === undefined || given.place === undefined) return undefined;
    const isOracle = isOracleRule(given.exit.rule);
    const rule = child(child(tree, "exit")!, "rule")!;
    if (isOracle && given.oracle !== true)
      to.report(
        rule.at,
        joinPath(path, "exit.rule"),
        "a rule that decides by what can be known",
        show(given.exit.rule),
        "for a bound to compare with, add oracle: true to the policy",
      );
    const flagged = child(tree, "oracle");
    if (!isOracle && given.oracle === true && flagged !== undefined)
      to.wrong(flagged, joinPath(path, "oracle"), "false, or a rule that is an oracle");
    return { exit: given.exit, place: given.place, oracle: isOracle };
  },
};

function isOracleRule(name: string): boolean {
  return exitRules.some((rule) => rule.name === name && rule.oracle === true);
}
