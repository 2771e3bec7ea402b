/** What is known while a scenario is read: names that may be referred to, files, and what has been found so far. */

import { oneOf, type Problem, show } from "./errors.ts";
import type { Resources } from "./resources.ts";
import { nearest } from "./suggest.ts";
import type { Span, Tree } from "./tree.ts";

/** Where a value that nobody wrote comes from. */
export interface Origin {
  readonly kind: "default" | "preset" | "profile" | "tuned";
  /** "preset 5g-n78-public (recalled): …", or why this default. */
  readonly text: string;
}

/** Names defined in the file, for references anywhere in it. */
export interface Names {
  readonly nodes: readonly string[];
  readonly links: readonly string[];
  readonly streams: readonly string[];
  readonly policies: readonly string[];
  segments: readonly string[];
  exits: readonly string[];
}

export class Reading {
  readonly problems: Problem[] = [];
  readonly origins: Record<string, Origin> = {};
  readonly names: Names;
  /** Known once the model is read. */
  modelKind: "profile" | "synthetic" | null = null;
  readonly resources: Resources;

  constructor(names: Names, resources: Resources) {
    this.names = names;
    this.resources = resources;
  }

  /** A value that was not written, with its reason. */
  fill<T>(path: string, value: T, why = ""): T {
    this.origins[path] = { kind: "default", text: why === "" ? "default" : `default: ${why}` };
    return value;
  }

  report(at: Span, path: string, expected: string, got: string, hint: string | null = null): undefined {
    this.problems.push({ path, at, expected, got, hint });
    return undefined;
  }

  wrong(tree: Tree, path: string, expected: string, hint: string | null = null): undefined {
    return this.report(tree.at, path, expected, describe(tree), hint);
  }

  /** A name that is none of those known. */
  unknown(at: Span, path: string, what: string, name: string, known: readonly string[]): undefined {
    const near = nearest(name, known);
    return this.report(
      at,
      path,
      `${what}: ${oneOf(known)}`,
      show(name),
      near === null ? null : `did you mean "${near}"?`,
    );
  }

  /** Part of the format, but not of this version. */
  later(at: Span, path: string, what: string, supported: readonly string[]): undefined {
    return this.report(at, path, oneOf(supported), `${what}, not supported yet by this version`);
  }
}

/** What stands there, for `got`. */
export function describe(tree: Tree): string {
  if (tree.kind === "list") return tree.items.length === 0 ? "an empty list" : `a list of ${tree.items.length}`;
  if (tree.kind === "map") {
    const keys = tree.entries.map((entry) => entry.key);
    return keys.length === 0
      ? "an empty map"
      : `a map with ${show(keys.slice(0, 3).join(", "))}${keys.length > 3 ? " and more" : ""}`;
  }
  if (tree.value === null) return "nothing";
  return show(tree.value);
}
