/** A scenario's text, simulated here and now; what the reproductions of published results stand on. */
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import type { PolicyResult } from "../../src/experiment/result.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { noResources, type Resources } from "../../src/scenario/resources.ts";

/** @returns each point's policies by name, in order: the file as written, then the points of its sweep */
export async function simulated(
  text: string,
  resources: Resources = noResources,
): Promise<Readonly<Record<string, PolicyResult>>[]> {
  const experiment = prepareExperiment(text, { resources });
  const { result } = await runExperiment(experiment, { version: "test" });
  const named = (policies: readonly PolicyResult[]): Record<string, PolicyResult> =>
    Object.fromEntries(policies.map((policy) => [policy.name, policy]));
  return [named(result.policies), ...(result.sweep ?? []).map(({ policies }) => named(policies))];
}

/** The text of the only file that a scenario refers to. */
export const withFile = (content: string): Resources => ({
  ...noResources,
  bytes: () => new TextEncoder().encode(content),
});
