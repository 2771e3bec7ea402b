/** `scenario.resolved.yaml`: the scenario with every default spelled out and its source beside it. Read again, it gives the same scenario. */

import { type Outline, outlineOf } from "./outline.ts";
import type { Origin } from "./reading.ts";
import type { Scenario } from "./scenario.ts";
import { joinPath } from "./tree.ts";

export function resolvedYaml(scenario: Scenario): string {
  const lines = [
    "# Every default spelled out, with its source; what has no comment stands in the scenario. Paths start from the scenario's folder.",
  ];
  const outline = outlineOf(scenario);
  if (outline.kind === "map")
    for (const [key, value] of outline.entries) lines.push(...block(key, value, key, "", scenario.origins));
  return `${lines.join("\n")}\n`;
}

type Origins = Readonly<Record<string, Origin>>;

function block(key: string, value: Outline, path: string, indent: string, origins: Origins): string[] {
  const origin = Object.hasOwn(origins, path) ? origins[path] : undefined;
  const comment = origin === undefined ? "" : `  # ${origin.text.replace(/\s+/g, " ")}`;
  const name = /^[a-z][a-zA-Z0-9_-]*$/.test(key) ? key : JSON.stringify(key);
  switch (value.kind) {
    case "leaf":
      return [`${indent}${name}: ${value.text}${comment}`];
    case "note":
      return [`${indent}# ${key}: ${value.text}${comment.replace("  # ", ", ")}`];
    case "map":
      return [
        `${indent}${name}:${comment}`,
        ...value.entries.flatMap(([k, v]) => block(k, v, joinPath(path, k), `${indent}  `, origins)),
      ];
    case "list":
      return [
        `${indent}${name}:${comment}`,
        ...value.items.flatMap(([item, v]) => listItem(v, joinPath(path, item), `${indent}  `, origins)),
      ];
  }
}

function listItem(value: Outline, path: string, indent: string, origins: Origins): string[] {
  if (value.kind !== "map") return [`${indent}- ${value.kind === "list" ? "" : value.text}`];
  const lines = value.entries.flatMap(([k, v]) => block(k, v, joinPath(path, k), `${indent}  `, origins));
  return lines.map((line, i) => (i === 0 ? `${indent}- ${line.trimStart()}` : line));
}
