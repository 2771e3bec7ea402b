/** An experiment from a scenario file: read, set, checked and made ready to run. Reads files. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { ScenarioError } from "../scenario/errors.ts";
import { fileResources, largestScenario, readBytes } from "../scenario/files.ts";
import { type Document, parseDocument, readScenario } from "../scenario/parse.ts";
import { decodeText, FileFault, type LoadedProfile, type Resources } from "../scenario/resources.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { removeSection, withOptions, withValues } from "../scenario/set.ts";
import { nearestPlace } from "../scenario/tree.ts";
import type { Tuned } from "../scenario/tuning/found.ts";
import { tuneDocument, withTuned } from "../scenario/tuning/tune-document.ts";
import { experimentOf } from "./plan.ts";
import type { Experiment } from "./run.ts";

/** Which scenario, and what the command line changes in it. */
export interface ExperimentSource {
  readonly path: string;
  /** `path=value`, applied in turn. */
  readonly set: readonly string[];
  readonly seed: number | null;
  /** Profiles to take instead of those of their folders, as text, by reference. */
  readonly profiles: Readonly<Record<string, string>>;
  /** What tuning found, so that it is not searched again. */
  readonly tuned?: readonly Tuned[];
}

export interface LoadedExperiment {
  readonly source: ExperimentSource;
  readonly document: Document;
  readonly scenario: Scenario;
  readonly resources: Resources;
  readonly experiment: Experiment;
}

/**
 * @param isChecked the sweep is known to be right, and its points are asked for one by one: it is left out
 * @throws ScenarioError with every problem found
 */
export function loadExperiment(
  source: ExperimentSource,
  onTune?: (policy: string) => void,
  isChecked = false,
): LoadedExperiment {
  const { path } = source;
  const files = fileResources(dirname(path));
  let bytes: Uint8Array;
  let text: string;
  try {
    bytes = readBytes(path, largestScenario, "a scenario");
    text = decodeText(bytes, "a scenario as text in UTF-8");
  } catch (fault) {
    if (!(fault instanceof FileFault)) throw fault;
    const { expected, got, hint } = fault;
    throw new ScenarioError([{ path: "", at: null, where: path, expected, got, hint }]);
  }
  const replaced = new Map<string, LoadedProfile>();
  const resources: typeof files = {
    ...files,
    profile: (reference) => {
      const loaded = files.profile(reference);
      const other = source.profiles[reference];
      if (other === undefined) return loaded;
      if (!replaced.has(reference))
        replaced.set(reference, { ...loaded, profile: JSON.parse(other) as LoadedProfile["profile"] });
      return replaced.get(reference)!;
    },
  };
  const options = [...source.set, ...(source.seed === null ? [] : [`seed=${source.seed}`])];
  const written = withOptions(parseDocument(text, path), options);
  const { document, tuned } = tuneDocument(isChecked ? removeSection(written, "sweep") : written, resources, {
    read: readScenario,
    ...(source.tuned === undefined ? {} : { known: source.tuned }),
    ...(onTune === undefined ? {} : { onPolicy: onTune }),
  });
  const scenario = withTuned(readScenario(document, resources), tuned);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const changes = createHash("sha256")
    .update(JSON.stringify([options, source.profiles]))
    .digest("hex");
  const experiment = experimentOf(scenario, resources, {
    at: (point) => readScenario(withValues(document, point), resources),
    placeOf: (path) => nearestPlace(document.tree, path),
    inputs: () => [
      { path, sha256 },
      ...(options.length === 0 && Object.keys(source.profiles).length === 0
        ? []
        : [{ path: "options", sha256: changes }]),
      ...files.inputs(),
    ],
  });
  return { source: tuned.length === 0 ? source : { ...source, tuned }, document, scenario, resources, experiment };
}
