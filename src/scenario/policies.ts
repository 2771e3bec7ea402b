/** `policies:`, each an exit rule and a placement rule. The rules themselves say what they can be told. */
import * as z from "zod";
import { type Codec, codecs } from "../profile.ts";
import { type ExitRuleType, exitRules } from "../sim/exit-rules/index.ts";
import { type JointRuleType, jointRules } from "../sim/joint-rules/index.ts";
import { figuresOfBest } from "../sim/placement-rules/best-static.ts";
import { type PlacementRuleType, placementRules } from "../sim/placement-rules/index.ts";
import type { RuleOptionType } from "../sim/rules/options.ts";
import { show } from "./errors.ts";
import { isPath, loadPlugin, type Plugin, pluginOf, ruleText } from "./plugins/index.ts";
import { asMap, field, flag, namedSchema, quantity, type Reader, record, required, text, word } from "./reader.ts";
import type { Reading } from "./reading.ts";
import { FileFault } from "./resources.ts";
import { type Nested, type NestedOptions, optionFields, optionValues } from "./rule-options.ts";
import { placementHalf } from "./rule-types.ts";
import type { ScenarioPolicy } from "./scenario.ts";
import { child, joinPath, type Tree } from "./tree.ts";
import { goalReader } from "./tuning/goal.ts";
import { exitTune, hasMap, mapTune, type WrittenGoal, withOpenThreshold } from "./tuning/read-tune.ts";

/** Exit rules that others may wrap: oracles are not. */
const wrappable = exitRules.filter((rule) => rule.oracle !== true);

/** Placement rules that others may wrap: neither oracles nor those that wrap. */
const bases = placementRules.filter(
  (rule) => rule.oracle !== true && Object.values(rule.options).every(({ kind }) => kind !== "place-rule"),
);

/** Made when first needed: a rule may wrap another of its kind. One level deep: JSON Schema would have to refer to itself. */
const nested: Nested = {
  exit: {
    read: (tree, path, to) =>
      byRule("an exit rule", readersOf(wrappable), ({ exit }) => exitRuleReader(exit)).read(tree, path, to),
    schema: () => z.looseObject({ rule: z.enum(wrappable.map((rule) => rule.name) as [string, ...string[]]) }),
  },
  place: {
    read: (tree, path, to) =>
      byRule("a placement rule", new Map(bases.map((rule) => [rule.name, baseReader(rule)])), ({ place }) =>
        baseReader(place),
      ).read(tree, path, to),
    schema: () => z.looseObject({ rule: z.enum(bases.map((rule) => rule.name) as [string, ...string[]]) }),
  },
};

/** Ours is called by its name, a user's by the path of its file. */
const nameOf = (what: string, name: string): Reader<string> =>
  pluginOf(name) === undefined ? word(what, [name]) : text;

function readersOf(types: readonly ExitRuleType[]): ReadonlyMap<string, Reader<NestedOptions>> {
  return new Map(types.map((rule) => [rule.name, exitRuleReader(rule)]));
}

function exitRuleReader(rule: ExitRuleType): Reader<NestedOptions> {
  let flags: Record<string, boolean> = {};
  const reader = record(`the rule ${ruleText(rule.name)}`, {
    rule: required("the rule's name", nameOf("an exit rule", rule.name)),
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

/** A placement rule that another wraps: codec and reports are said outside. */
function baseReader(rule: PlacementRuleType): Reader<NestedOptions> {
  const listed = new Map<string, readonly string[] | undefined>();
  const reader = record(`the rule ${ruleText(rule.name)}`, {
    rule: required("the rule's name", nameOf("a placement rule", rule.name)),
    ...optionFields(
      rule.options,
      () => ({}),
      nested,
      (name) => listed.get(name),
    ),
  });
  return {
    schema: reader.schema,
    read(tree, path, to) {
      for (const name of Object.keys(rule.options)) listed.set(name, namesIn(child(tree, name)));
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

const reportsRecord = record("reports", {
  every: field("period of the reports; 0 s: at every change", quantity("time")),
  delay: field("how much later they are seen", quantity("time")),
});
const reports: Reader<{ every: number; delay: number }> = {
  read(tree, path, to) {
    const given = reportsRecord.read(tree, path, to);
    if (given === undefined) return undefined;
    return {
      every: given.every ?? to.fill(joinPath(path, "every"), 0),
      delay: given.delay ?? to.fill(joinPath(path, "delay"), 0),
    };
  },
  schema: reportsRecord.schema,
};

/** Names in a list, for options that go along with it. */
function namesIn(tree: Tree | undefined): readonly string[] | undefined {
  if (tree?.kind !== "list") return undefined;
  const names = tree.items.map((item) => (item.kind === "scalar" ? item.value : null));
  return names.every((name) => typeof name === "string") ? names : undefined;
}

function placementReader(rule: PlacementRuleType): Reader<ScenarioPolicy["place"]> {
  const listed = new Map<string, readonly string[] | undefined>();
  const reader = record(`the rule ${ruleText(rule.name)}`, {
    rule: required("the rule's name", nameOf("a placement rule", rule.name)),
    codec: field("how tensors are written before they cross a link", word("a codec", codecs)),
    ...(rule.seesReports === true ? { reports: field("age of what it sees of other machines", reports) } : {}),
    ...optionFields(
      rule.options,
      () => ({}),
      nested,
      (name) => listed.get(name),
    ),
  });
  return {
    schema: reader.schema,
    read(tree, path, to) {
      for (const name of Object.keys(rule.options)) listed.set(name, namesIn(child(tree, name)));
      const given = reader.read(tree, path, to);
      if (given === undefined) return undefined;
      const now = { every: 0, delay: 0 };
      return {
        rule: rule.name,
        options: optionValues(rule.options, given, path, tree, to),
        codec: codecOf(given.codec as Codec | undefined, tree, path, to),
        reports:
          rule.seesReports === true
            ? (((given as Record<string, unknown>).reports as typeof now | undefined) ??
              to.fill(joinPath(path, "reports"), now, "as it is now"))
            : null,
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

/** A rule from a file: its options are the file's own. */
const fileSchema = (): z.ZodType =>
  namedSchema("rule-from-a-file", () =>
    z.looseObject({
      rule: z
        .string()
        .regex(/[./\\]/)
        .describe("path of a file with a rule, from the scenario's folder"),
    }),
  );

/** One of several readers, by the name under `rule`. */
function byRule<T>(
  what: string,
  readers: ReadonlyMap<string, Reader<T>>,
  fromFile: (plugin: Plugin) => Reader<T>,
): Reader<T> {
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
      if (!isPath(name)) return to.unknown(rule.at, at, `${what}, or the path of a file with one`, name, names);
      try {
        return fromFile(loadPlugin(name, to.resources)).read(tree, path, to);
      } catch (fault) {
        if (!(fault instanceof FileFault)) throw fault;
        return to.report(rule.at, at, fault.expected, fault.got, fault.hint);
      }
    },
    schema: () =>
      z.union(
        [...readers.values()].map((reader) => reader.schema()).concat(fileSchema()) as [
          z.ZodType,
          z.ZodType,
          ...z.ZodType[],
        ],
      ),
  };
}

const best = field(
  "figure: instead of learning, the one of its fixed choices that was best in it over the whole run, found by running each",
  word("a figure", figuresOfBest),
);

export const policyFields = {
  exit: required(
    "an exit rule: where a sample leaves the network",
    byRule("an exit rule", readersOf(exitRules), ({ exit }) => exitRuleReader(exit)),
  ),
  place: required(
    "a placement rule: which node runs each segment",
    byRule("a placement rule", new Map(placementRules.map((rule) => [rule.name, placementReader(rule)])), ({ place }) =>
      placementReader(place),
    ),
  ),
  oracle: field("true where a rule may know what nobody can know: a bound, labelled as such", flag),
  shared: field("true where its rules keep one state for all source nodes, not one for each", flag),
  best,
  decision_time: field("time that a placement decision on the way takes", quantity("time")),
  tune: field("a goal that the exit rule's threshold or temperature is found for, on calibration rows", goalReader),
};

const pairReader = record("a policy", policyFields);

const pair: Reader<Omit<ScenarioPolicy, "name">> = {
  schema: pairReader.schema,
  read(written: Tree, path: string, to: Reading) {
    const tree = withOpenThreshold(written);
    const given = pairReader.read(tree, path, to);
    if (given?.exit === undefined || given.place === undefined) return undefined;
    const oracles = [
      ...(isOracle(exitRules, given.exit.rule) ? (["exit"] as const) : []),
      ...(isOracle(placementRules, given.place.rule) ? (["place"] as const) : []),
    ];
    for (const half of given.oracle === true ? [] : oracles)
      to.report(
        child(child(tree, half)!, "rule")!.at,
        joinPath(path, `${half}.rule`),
        "a rule that decides by what can be known",
        show(given[half]!.rule),
        "for a bound to compare with, add oracle: true to the policy",
      );
    checkBest(tree, path, given, given.place.rule, placementRules, to);
    const flagged = child(tree, "oracle");
    const isOracular = oracles.length > 0 || given.best !== undefined;
    if (!isOracular && given.oracle === true && flagged !== undefined)
      to.wrong(flagged, joinPath(path, "oracle"), "false, or a rule that is an oracle");
    const slow = child(tree, "decision_time");
    if (slow !== undefined && placementHalf(given.place.rule, false).places !== undefined)
      to.wrong(slow, joinPath(path, "decision_time"), `nothing, since ${given.place.rule} decides before the run`);
    const shared = given.shared ?? false;
    const decision = given.decision_time ?? 0;
    const { exit, place } = given;
    if (given.tune !== undefined && isOracular)
      to.wrong(
        child(tree, "tune")!,
        joinPath(path, "tune"),
        "no tune beside a bound: hindsight has no price beforehand",
      );
    const tune = given.tune === undefined ? null : exitTune(given.tune, exit, written, joinPath(path, "tune"), to);
    return { joint: false, exit, place, oracle: isOracular, best: given.best ?? null, shared, decision, tune };
  },
};

function jointReader(rule: JointRuleType): Reader<Omit<ScenarioPolicy, "name">> {
  const reader = record(`the rule ${ruleText(rule.name)}`, {
    rule: required("the rule's name", nameOf("a joint rule", rule.name)),
    codec: field("how tensors are written before they cross a link", word("a codec", codecs)),
    shared: policyFields.shared,
    decision_time: policyFields.decision_time,
    ...(rule.hasArms === true ? { best, oracle: policyFields.oracle } : {}),
    ...(hasMap(rule) ? { tune: field("a goal that its map is found for, on calibration rows", goalReader) } : {}),
    ...optionFields(rule.options, () => ({}), nested),
  });
  return {
    schema: reader.schema,
    read(tree, path, to) {
      const given = reader.read(tree, path, to);
      if (given === undefined) return undefined;
      const goal = (given as { readonly tune?: unknown }).tune as WrittenGoal | undefined;
      const tune = goal === undefined ? null : mapTune(goal, child(tree, "tune")!, joinPath(path, "tune"), to);
      const exit = { rule: rule.name, options: optionValues(rule.options, given, path, tree, to) };
      const codec = codecOf(given.codec as Codec | undefined, tree, path, to);
      const asked = given as { readonly best?: string | undefined; readonly oracle?: boolean | undefined };
      checkBest(tree, path, asked, rule.name, [rule], to);
      const flagged = child(tree, "oracle");
      if (asked.best === undefined && asked.oracle === true && flagged !== undefined)
        to.wrong(flagged, joinPath(path, "oracle"), "false, or a rule that is an oracle");
      return {
        joint: true,
        exit,
        place: { ...exit, codec, reports: null },
        oracle: asked.best !== undefined,
        best: asked.best ?? null,
        shared: (given.shared as boolean | undefined) ?? false,
        decision: (given.decision_time as number | undefined) ?? 0,
        tune,
      };
    },
  };
}

const joint = byRule("a joint rule", new Map(jointRules.map((rule) => [rule.name, jointReader(rule)])), ({ both }) =>
  jointReader(both),
);

/** `best:` is hindsight, and only rules that learn have fixed choices. */
function checkBest(
  tree: Tree,
  path: string,
  { best: by, oracle }: { readonly best?: string | undefined; readonly oracle?: boolean | undefined },
  rule: string,
  family: readonly { readonly name: string; readonly hasArms?: boolean }[],
  to: Reading,
): void {
  const written = child(tree, "best");
  if (by === undefined || written === undefined) return;
  const learning = family.filter((type) => type.hasArms === true).map(({ name }) => name);
  if (!learning.includes(rule))
    to.wrong(
      written,
      joinPath(path, "best"),
      `nothing, or a rule that learns among fixed choices: ${learning.join(", ")}`,
    );
  else if (oracle !== true)
    to.report(
      written.at,
      joinPath(path, "best"),
      "a rule that decides by what can be known",
      show(by),
      "for a bound to compare with, add oracle: true to the policy",
    );
}

/** An exit rule and a placement rule, or one rule for both. */
export const policyReader: Reader<Omit<ScenarioPolicy, "name">> = {
  schema: () => z.union([pair.schema(), joint.schema()]),
  read: (tree, path, to) => (child(tree, "rule") === undefined ? pair : joint).read(tree, path, to),
};

function isOracle(family: readonly (ExitRuleType | PlacementRuleType)[], name: string): boolean {
  return family.some((rule) => rule.name === name && rule.oracle === true);
}
