import type { Names } from "./reading.ts";
import { nearest } from "./suggest.ts";
import type { MapEntry, Tree } from "./tree.ts";

/**
 * Names that a file defines, before anything is checked: a mistake in one place must not make them unknown in others.
 * A section under a misspelt key counts too: its key is reported once, and not every reference into it.
 */
export function namesOf(tree: Tree, sections: readonly string[]): Names {
  const entries = tree.kind === "map" ? tree.entries : [];
  const keys = (section: string): string[] => {
    const exact = entries.find((entry) => entry.key === section);
    const isMisspelt = ({ key }: MapEntry): boolean => !sections.includes(key) && nearest(key, sections) === section;
    const map = (exact ?? entries.find(isMisspelt))?.value;
    return map?.kind === "map" ? map.entries.map((entry) => entry.key) : [];
  };
  const [nodes, links, streams, policies] = ["nodes", "links", "workload", "policies"].map(keys) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return { nodes, links, streams, policies, segments: [], exits: [] };
}
