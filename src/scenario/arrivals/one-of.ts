import { oneOf, show } from "../errors.ts";
import type { Reading } from "../reading.ts";
import { child, type Tree } from "../tree.ts";

/** The one of some keys that stands there; reports none, and several. */
export function oneKey<K extends string>(tree: Tree, path: string, to: Reading, keys: readonly K[]): K | undefined {
  const used = keys.filter((key) => child(tree, key) !== undefined);
  if (used.length === 1) return used[0]!;
  return to.report(tree.at, path, `one of ${oneOf(keys)}`, used.length === 0 ? "none of them" : used.join(" and "));
}

/** For each of several values, the same number of them as `of` says. */
export function sameLength(
  tree: Tree,
  path: string,
  to: Reading,
  values: readonly unknown[],
  wanted: number,
  of: string,
): boolean {
  if (values.length === wanted) return true;
  to.report(tree.at, path, `${wanted} values, one for each of ${of}`, show(values.length));
  return false;
}
