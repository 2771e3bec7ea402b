/** What `run` works on: the experiment of a file with the options of the command line. */

import { type ExperimentSource, type LoadedExperiment, loadExperiment } from "../experiment/load.ts";
import { sweepWarnings } from "../experiment/sweep-load.ts";
import { resolvedYaml } from "../scenario/resolved.ts";
import { tunedText } from "../scenario/tuning/tune-document.ts";
import { warningsOf } from "../scenario/warnings.ts";
import { UsageError } from "./numbers.ts";

export interface LoadOptions {
  readonly set: readonly string[] | undefined;
  readonly seed: number | undefined;
  readonly remeasure: boolean;
  readonly quiet: boolean;
}

export interface Loaded extends LoadedExperiment {
  readonly resolved: string;
  readonly warnings: readonly string[];
}

/** @throws ScenarioError with every problem of the file and the options */
export async function load(path: string, options: LoadOptions): Promise<Loaded> {
  const source: ExperimentSource = { path, set: options.set ?? [], seed: options.seed ?? null, profiles: {} };
  const onTune = (policy: string): void => {
    if (!options.quiet) process.stderr.write(`tuning ${policy}\n`);
  };
  let loaded = loadExperiment(source, options.remeasure ? undefined : onTune);
  if (options.remeasure)
    loaded = loadExperiment({ ...source, profiles: await remeasured(loaded, options.quiet) }, onTune);
  if (!options.quiet) for (const tuned of loaded.scenario.tuned) process.stderr.write(`tuned ${tunedText(tuned)}\n`);
  return {
    ...loaded,
    resolved: resolvedYaml(loaded.scenario),
    warnings: [...warningsOf(loaded.scenario, loaded.resources), ...sweepWarnings(loaded.experiment)],
  };
}

/** Profiles of the scenario with the times of this host. */
async function remeasured({ scenario, resources }: LoadedExperiment, quiet: boolean): Promise<Record<string, string>> {
  if (scenario.model.kind !== "profile")
    throw new UsageError("--remeasure\n  expected  a scenario with a measured profile\n  got       a synthetic model");
  const { measureTimings, modelFolder } = await import("../models/index.ts");
  const reference = scenario.model.profile;
  const { profile } = resources.profile(reference);
  const measured = await measureTimings(modelFolder(profile.name), null, {
    profile,
    onProgress: (note) => {
      if (!quiet) process.stderr.write(`${note}\n`);
    },
  });
  return { [reference]: JSON.stringify(measured) };
}
