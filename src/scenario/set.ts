/** Values set from outside the file: `--set path=value` and the points of a sweep. */
import { type Problem, ScenarioError, show } from "./errors.ts";
import type { Document } from "./parse.ts";
import { isRange } from "./range.ts";
import { nearest } from "./suggest.ts";
import { findPath, fromPlain, itemName, type MapEntry, type Plain, type Source, type Span, type Tree } from "./tree.ts";
import { readYaml } from "./yaml.ts";

/** Sections whose keys are names that the file defines: nothing can be set in one that is not there. */
const collections: readonly string[] = ["nodes", "links", "workload", "policies"];

/** A document in which `path` holds `value`. @param at the place that names the path @throws ScenarioError when there is no such path */
export function setPath(document: Document, path: string, value: Tree, at: Span): Document {
  const fail = (expected: string, got: string, hint: string | null = null): never => {
    const problem: Problem = { path, at, expected, got, hint };
    throw new ScenarioError([problem]);
  };
  const keys = path.split(".");
  if (keys.some((key) => key === "")) fail("a path such as links.cell.up", show(path));
  if (keys[0] === "sweep" || keys[0] === "version") fail("the path of a value", show(path));
  const put = (tree: Tree | undefined, depth: number): Tree => {
    const key = keys[depth];
    if (key === undefined) return value;
    const here = keys.slice(0, depth).join(".");
    if (tree === undefined) return { kind: "map", at, entries: [{ key, at, value: put(undefined, depth + 1) }] };
    if (tree.kind === "list") {
      const index = tree.items.findIndex((item, i) => itemName(item, i) === key || String(i) === key);
      const names = tree.items.map(itemName);
      if (index < 0) fail(`one of ${here}: ${names.slice(0, 12).join(", ")}`, show(key), didYouMean(key, names));
      return { ...tree, items: tree.items.map((item, i) => (i === index ? put(item, depth + 1) : item)) };
    }
    if (tree.kind === "scalar") {
      if (tree.value === null) return put(undefined, depth);
      return fail(`a map at ${here}`, show(tree.value), `set ${here} as a whole`);
    }
    const found = tree.entries.find((entry) => entry.key === key);
    const names = tree.entries.map((entry) => entry.key);
    if (found === undefined && depth === 1 && collections.includes(keys[0]!))
      fail(`one of ${here}: ${names.join(", ")}`, show(key), didYouMean(key, names));
    const entry: MapEntry = { key, at: found?.at ?? at, value: put(found?.value, depth + 1) };
    return {
      ...tree,
      entries: found === undefined ? [...tree.entries, entry] : tree.entries.map((e) => (e === found ? entry : e)),
    };
  };
  return { ...document, tree: put(document.tree, 0) };
}

function didYouMean(word: string, names: readonly string[]): string | null {
  const near = nearest(word, names);
  return near === null ? null : `did you mean "${near}"?`;
}

export function removeSection(document: Document, section: string): Document {
  const { tree } = document;
  return tree.kind === "map"
    ? { ...document, tree: { ...tree, entries: tree.entries.filter((e) => e.key !== section) } }
    : document;
}

/** What a point of a sweep is read from: the sweep is gone, and the sentences that may name its points. */
export const withoutSweep = (document: Document): Document => removeSection(removeSection(document, "sweep"), "expect");

/**
 * A document with the values of a point of its sweep, by path; texts are read as YAML. The sweep itself is gone from it.
 * @throws ScenarioError when a path does not exist
 */
export function withValues(document: Document, values: Readonly<Record<string, string | number>>): Document {
  return Object.entries(values).reduce((changed, [path, value]) => {
    const source: Source = { name: `${path}=${value}`, text: String(value), isOption: true };
    const tree = typeof value === "number" ? fromPlain(value, wholeOf(source)) : readValue(source, path);
    return setPath(changed, path, tree, wholeOf(source));
  }, withoutSweep(document));
}

/**
 * Applies options of the form `path=value` in turn. A range, or a list given for what is no list in the file, becomes an axis of the sweep.
 * @throws ScenarioError naming the option when it has another form or its path does not exist
 */
export function withOptions(document: Document, options: readonly string[], option = "--set"): Document {
  const problems: Problem[] = [];
  let changed = document;
  for (const text of options) {
    try {
      changed = withOption(changed, text, option);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return changed;
}

function withOption(document: Document, text: string, option: string): Document {
  const name = `${option} ${text.length > 200 ? `${text.slice(0, 199)}…` : text}`;
  const equals = text.indexOf("=");
  const path = text.slice(0, Math.max(0, equals)).trim();
  const source: Source = { name, text: text.slice(equals + 1), isOption: true };
  if (equals < 1 || path === "")
    throw new ScenarioError([
      {
        path: "",
        at: wholeOf(source),
        expected: "path=value, such as links.cell.up=30 Mbit/s",
        got: show(text),
        hint: null,
      },
    ]);
  const value = readValue(source, path);
  const present = findPath(document.tree, path);
  const isAxis = isRange(value) || (value.kind === "list" && present?.kind !== "list" && !isListPath(path));
  if (!isAxis) return setPath(document, path, value, wholeOf(source));
  // Checked here as a plain path, and later value by value.
  setPath(document, path, value, wholeOf(source));
  return addAxis(document, path, value, wholeOf(source));
}

/** Values that are lists by their nature, written or not. */
function isListPath(path: string): boolean {
  return /(^expect|\.between|\.trace|\.sequence|\.values|\.shares|\.means|\.segments|\.exits)$/.test(path);
}

function addAxis(document: Document, path: string, value: Tree, at: Span): Document {
  const { tree } = document;
  if (tree.kind !== "map") return document;
  const sweep = tree.entries.find((entry) => entry.key === "sweep");
  const before = sweep?.value.kind === "map" ? sweep.value.entries.filter((entry) => entry.key !== path) : [];
  const axes: Tree = { kind: "map", at: sweep?.value.at ?? at, entries: [...before, { key: path, at, value }] };
  return {
    ...document,
    tree: {
      ...tree,
      entries: [...tree.entries.filter((e) => e !== sweep), { key: "sweep", at: sweep?.at ?? at, value: axes }],
    },
  };
}

function readValue(source: Source, path: string): Tree {
  if (source.text.trim() === "")
    throw new ScenarioError([{ path, at: wholeOf(source), expected: "a value after =", got: "nothing", hint: null }]);
  try {
    return readYaml(source);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(error.problems.map((problem) => ({ ...problem, path })));
  }
}

function wholeOf(source: Source): Span {
  return { source, start: 0, end: source.text.length };
}

/** A value as {@link withValues} takes it back: lists and maps as flow text. */
export function sayValue(value: Plain): string | number {
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}
