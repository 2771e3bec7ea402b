/** `model:`, a measured profile or a synthetic network. */
import * as z from "zod";
import { tensorFields, varied, variedByBatch } from "./distribution.ts";
import { ScenarioError, show } from "./errors.ts";
import {
  field,
  listOf,
  newName,
  type Reader,
  ratio,
  record,
  reference,
  required,
  text,
  type Values,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import { FileFault } from "./resources.ts";
import type { ProfileModel, Scenario, ScenarioTensor, SyntheticExit, SyntheticModel, Varied } from "./scenario.ts";
import { loadTable } from "./table-file.ts";
import { child, itemName, joinPath, type Span, type Tree } from "./tree.ts";

const defaultResult = 100;
const size = varied("size");
const time = variedByBatch("time");
const tensorMap = record("a tensor", tensorFields);

/** A size, or a map with the times to encode and decode. */
const tensor: Reader<ScenarioTensor> = {
  read(tree, path, to) {
    if (tree.kind === "map" && tree.entries.some(({ key }) => Object.hasOwn(tensorFields, key))) {
      const given = tensorMap.read(tree, path, to);
      return given?.size === undefined
        ? undefined
        : { size: given.size, encode: given.encode ?? null, decode: given.decode ?? null };
    }
    const value = size.read(tree, path, to);
    return value === undefined ? undefined : { size: value, encode: null, decode: null };
  },
  schema: () => z.union([size.schema(), tensorMap.schema()]),
};

/** Bytes of the answer. Which node answers depends on the exit, so it cannot vary by node. */
const result: Reader<Varied> = {
  read(tree, path, to) {
    const value = size.read(tree, path, to);
    return value !== undefined && mentionsNodes(value)
      ? to.later(tree.at, path, "a result by node", ["a size", "a distribution", "{ stream: … }"])
      : value;
  },
  schema: size.schema,
};

function mentionsNodes(value: Varied): boolean {
  return value.kind === "on" || (value.kind === "stream" && Object.values(value.of).some(mentionsNodes));
}

const segment = record("a segment", {
  name: required("a name such as stem", newName),
  time: required("service time of its trunk", time),
  output: field("the tensor that crosses when the next segment runs elsewhere", tensor),
});

const exitFields = {
  after: required(
    "the segment it follows",
    reference("a segment", (to) => to.names.segments),
  ),
  name: field("the segment's name unless given", newName),
  share: field("probability to leave here, given that the request got here", ratio),
  accuracy: field("probability that its answers are right", ratio),
  time: field("service time of its head", time),
};
const exit = record("an exit", exitFields);

const syntheticFields = {
  input: field("the raw input", tensor),
  result: field("bytes of the answer, 100 B unless given", result),
  segments: required("contiguous parts of the trunk, in order", listOf("segment", segment, { min: 1, max: 1000 })),
  exits: field(
    "where the network may be left; the last segment always has an exit",
    listOf("exit", exit, { min: 1, max: 100 }),
  ),
  table: field("exits.npz or a csv file with what the exits say about each sample", text),
};
const synthetic = record("a synthetic model", syntheticFields);

export const modelFields = {
  profile: field("a shipped profile (offramp list profiles), or the path of one", text),
  result: field("bytes of the answer, 100 B unless given", result),
  synthetic: field("a network of given times, sizes and shares", synthetic),
};
const reader = record("a model", modelFields);

export type ReadModel = Pick<Scenario, "model" | "segments" | "exits">;

/** Reads the model, and tells `to` the names of its segments and exits before anything that refers to them is read. */
export const modelReader: Reader<ReadModel> = {
  schema: reader.schema,
  read(tree, path, to) {
    const written = child(tree, "synthetic");
    to.names.segments = namesIn(written, "segments", "name");
    const given = reader.read(tree, path, to);
    if (given === undefined) return undefined;
    const profile = child(tree, "profile");
    to.modelKind = profile === undefined ? "synthetic" : "profile";
    if ((profile === undefined) === (written === undefined)) return to.wrong(tree, path, "either profile or synthetic");
    if (profile !== undefined)
      return given.profile === undefined ? undefined : profileModel(given.profile, given.result, profile, path, to);
    const beside = child(tree, "result");
    if (beside !== undefined)
      to.report(
        beside.at,
        joinPath(path, "result"),
        "result inside synthetic",
        "result beside it",
        "move it to model.synthetic.result",
      );
    return given.synthetic === undefined
      ? undefined
      : syntheticModel(given.synthetic, written!, joinPath(path, "synthetic"), to);
  },
};

function namesIn(tree: Tree | undefined, list: string, key: string): string[] {
  const items = tree === undefined ? undefined : child(tree, list);
  if (items?.kind !== "list") return [];
  return items.items.flatMap((item) => {
    const name = child(item, key);
    return name?.kind === "scalar" && typeof name.value === "string" ? [name.value] : [];
  });
}

function profileModel(
  reference: string,
  answer: Varied | undefined,
  tree: Tree,
  path: string,
  to: Reading,
): ReadModel | undefined {
  const loaded = openProfile(reference, tree.at, joinPath(path, "profile"), to);
  if (loaded === undefined) return undefined;
  to.names.segments = loaded.segments.map((s) => s.name);
  to.names.exits = loaded.exits.map((e) => e.name);
  const model: ProfileModel = {
    kind: "profile",
    profile: reference,
    result: answer ?? to.fill(joinPath(path, "result"), { kind: "constant", value: defaultResult }),
  };
  return { model, segments: to.names.segments, exits: loaded.exits.map(({ name, after }) => ({ name, after })) };
}

/** A profile with its table, or problems at the place that named it. */
export function openProfile(
  reference: string,
  at: Span,
  path: string,
  to: Reading,
): ReturnType<Reading["resources"]["profile"]>["profile"] | undefined {
  try {
    const loaded = to.resources.profile(reference);
    loaded.table();
    return loaded.profile;
  } catch (error) {
    if (error instanceof FileFault) return to.report(at, path, error.expected, error.got, error.hint);
    if (!(error instanceof ScenarioError)) throw error;
    to.problems.push(...error.problems);
    return to.report(at, path, "a profile that fits", `${show(reference)}, with the problems shown`);
  }
}

function syntheticModel(
  given: Values<typeof syntheticFields>,
  tree: Tree,
  path: string,
  to: Reading,
): ReadModel | undefined {
  const before = to.problems.length;
  const segments = (given.segments ?? []).map((s) => ({
    name: s.name ?? "",
    time: s.time ?? ({ kind: "constant", value: 0 } as const),
    output: s.output ?? null,
  }));
  const items = child(tree, "segments");
  if (items?.kind === "list") checkSegments(items.items, joinPath(path, "segments"), to);
  if (segments.length === 0) return undefined;
  const exits = exitsOf(
    given,
    segments.map((s) => s.name),
    tree,
    path,
    to,
  );
  to.names.exits = exits.map((e) => e.name);
  if (given.table !== undefined && to.problems.length === before) {
    const at = child(tree, "table")!.at;
    try {
      loadTable(to.resources, given.table, to.names.exits);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      to.report(at, joinPath(path, "table"), error.expected, error.got, error.hint);
    }
  }
  const model: SyntheticModel = {
    kind: "synthetic",
    input: given.input ?? null,
    result: given.result ?? to.fill(joinPath(path, "result"), { kind: "constant", value: defaultResult }),
    segments,
    exits,
    table: given.table ?? null,
  };
  return { model, segments: segments.map((s) => s.name), exits: exits.map(({ name, after }) => ({ name, after })) };
}

function checkSegments(items: readonly Tree[], path: string, to: Reading): void {
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const name = child(item, "name");
    if (name?.kind !== "scalar" || typeof name.value !== "string") return;
    if (seen.has(name.value))
      to.report(name.at, joinPath(path, itemName(item, i)), "each name once", `a second "${name.value}"`);
    seen.add(name.value);
  });
  const last = items.at(-1);
  const output = last === undefined ? undefined : child(last, "output");
  if (output !== undefined)
    to.report(
      output.at,
      `${joinPath(path, itemName(last!, items.length - 1))}.output`,
      "no output after the last segment",
      "one that is never sent",
      "bytes of the answer are model.synthetic.result",
    );
}

function exitsOf(
  given: Values<typeof syntheticFields>,
  segments: readonly string[],
  tree: Tree,
  path: string,
  to: Reading,
): SyntheticExit[] {
  const last = segments.at(-1)!;
  const inside = joinPath(path, "exits");
  const written = child(tree, "exits");
  if (written === undefined) {
    to.fill(inside, null, "one exit, after the last segment");
    return [{ name: last, after: last, share: null, accuracy: null, time: null }];
  }
  const items = written.kind === "list" ? written.items : [];
  const depth = (after: string): number => segments.indexOf(after);
  const exits = (given.exits ?? [])
    .filter((e) => e.after !== undefined)
    .map((e) => {
      const after = e.after!;
      const at = joinPath(inside, e.name ?? after);
      return {
        name: e.name ?? to.fill(joinPath(at, "name"), after, "the segment's name"),
        after,
        share: e.share ?? null,
        accuracy: e.accuracy ?? null,
        time: e.time ?? null,
      };
    })
    .sort((a, b) => depth(a.after) - depth(b.after));
  items.forEach((item, i) => {
    const at = joinPath(inside, itemName(item, i));
    const after = child(item, "after");
    const isAgain = (key: "after" | "name"): boolean => {
      const value = plainText(child(item, key));
      return value !== null && items.slice(0, i).some((other) => plainText(child(other, key)) === value);
    };
    if (isAgain("after"))
      to.report(after!.at, at, "one exit after a segment", `a second after ${show(plainText(after))}`);
    if (isAgain("name"))
      to.report(child(item, "name")!.at, at, "each name once", `a second ${show(plainText(child(item, "name")))}`);
    for (const key of ["share", "accuracy"]) {
      const value = child(item, key);
      if (value !== undefined && given.table !== undefined)
        to.report(value.at, joinPath(at, key), `no ${key} beside a table`, "both", "the table says what the exits do");
    }
    const share = child(item, "share");
    if (share?.kind === "scalar" && plainText(after) === last && share.value !== 1 && share.value !== "100 %")
      to.wrong(share, joinPath(at, "share"), "no share at the last exit, which takes all that come");
  });
  if (written.kind === "list" && !items.some((item) => plainText(child(item, "after")) === last))
    to.report(
      { ...written.at, end: written.at.start + 1 },
      inside,
      `an exit after the last segment, "${last}"`,
      "none",
      `add { after: ${last} }`,
    );
  return exits;
}

function plainText(tree: Tree | undefined): string | null {
  return tree?.kind === "scalar" && typeof tree.value === "string" ? tree.value : null;
}
