import type { Names } from "./reading.ts";
import { child, type Tree } from "./tree.ts";

/** Names that a file defines, before anything is checked: a misspelt value elsewhere must not make them unknown. */
export function namesOf(tree: Tree): Names {
  const keys = (section: string): string[] => {
    const map = child(tree, section);
    return map?.kind === "map" ? map.entries.map((entry) => entry.key) : [];
  };
  return {
    nodes: keys("nodes"),
    links: keys("links"),
    streams: keys("workload"),
    policies: keys("policies"),
    segments: [],
    exits: [],
  };
}
