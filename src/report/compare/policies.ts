import type { RunPolicy } from "../../experiment/compare-runs.ts";
import type { PolicyResult } from "../../experiment/result.ts";

/** Results of all policies under the names that the comparison uses. */
export function namedPolicies(all: readonly RunPolicy[]): ReadonlyMap<string, PolicyResult> {
  return new Map(all.map(({ name, result }) => [name, { ...result, name }]));
}
