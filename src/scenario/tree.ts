/** What a scenario file says, each piece with the place it was written at. Knows nothing of meaning. */

/** A text that positions refer to: a file, or the value of an option. */
export interface Source {
  /** File name as the user gave it, or the option in full. */
  readonly name: string;
  readonly text: string;
  /** Positions say nothing in a one-line option. */
  readonly isOption: boolean;
}

/** From `start` up to before `end`, in characters. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface MapEntry {
  readonly key: string;
  readonly at: Span;
  readonly value: Tree;
}

export interface MapTree {
  readonly kind: "map";
  readonly at: Span;
  readonly entries: readonly MapEntry[];
}

export interface ListTree {
  readonly kind: "list";
  readonly at: Span;
  readonly items: readonly Tree[];
}

export interface ScalarTree {
  readonly kind: "scalar";
  readonly at: Span;
  readonly value: string | number | boolean | null;
}

export type Tree = MapTree | ListTree | ScalarTree;

/** A tree without its places. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

export function child(tree: Tree, key: string): Tree | undefined {
  return tree.kind === "map" ? tree.entries.find((entry) => entry.key === key)?.value : undefined;
}

export function toPlain(tree: Tree): Plain {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(toPlain);
  // Not Object.fromEntries on a prototype: a key may be called __proto__.
  const plain: Record<string, Plain> = Object.create(null) as Record<string, Plain>;
  for (const { key, value } of tree.entries) plain[key] = toPlain(value);
  return plain;
}

/** A tree of values that nobody wrote, such as the points between the ends of a range, at the place that led to them. */
export function fromPlain(plain: Plain, at: Span): Tree {
  if (plain === null || typeof plain !== "object") return { kind: "scalar", at, value: plain };
  if (isList(plain)) return { kind: "list", at, items: plain.map((item) => fromPlain(item, at)) };
  return {
    kind: "map",
    at,
    entries: Object.entries(plain).map(([key, value]) => ({ key, at, value: fromPlain(value, at) })),
  };
}

function isList(plain: Plain): plain is readonly Plain[] {
  return Array.isArray(plain);
}

/** What paths call an item of a list: its `name`, the segment it is `after`, else its number from 0. */
export function itemName(item: Tree, index: number): string {
  for (const key of ["name", "after"]) {
    const named = child(item, key);
    if (named?.kind === "scalar" && typeof named.value === "string" && /^[a-z][a-z0-9-]*$/.test(named.value))
      return named.value;
  }
  return String(index);
}

export function joinPath(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** What stands at a dotted path; items of a list go by {@link itemName}. */
export function findPath(tree: Tree, path: string): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const key of path.split(".")) {
    if (here?.kind === "list") here = here.items.find((item, i) => itemName(item, i) === key || String(i) === key);
    else here = here === undefined ? undefined : child(here, key);
  }
  return here;
}

/** Place of what stands at a path, or of the nearest thing around it. */
export function nearestPlace(tree: Tree, path: string): Span {
  const keys = path.split(".");
  for (let n = keys.length; n > 0; n--) {
    const found = findPath(tree, keys.slice(0, n).join("."));
    if (found === undefined) continue;
    // Of a large piece, where it begins.
    return n === keys.length && found.kind === "scalar" ? found.at : { ...found.at, end: found.at.start + 1 };
  }
  return { ...tree.at, end: tree.at.start + 1 };
}
