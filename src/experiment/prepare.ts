/** An experiment from a scenario's text: what programs use, in Node and in a browser alike. */
import { parseDocument, readScenario } from "../scenario/parse.ts";
import { noResources, type Resources } from "../scenario/resources.ts";
import { withValues } from "../scenario/set.ts";
import { nearestPlace } from "../scenario/tree.ts";
import { tuneDocument, withTuned } from "../scenario/tuning/tune-document.ts";
import { experimentOf } from "./plan.ts";
import type { Experiment } from "./run.ts";

/**
 * @param text YAML
 * @param resources profiles, presets and files that the scenario may refer to; none unless given
 * @throws ScenarioError with every problem found
 */
export function prepareExperiment(
  text: string,
  { path = "scenario.yaml", resources = noResources }: { path?: string; resources?: Resources } = {},
): Experiment {
  const { document, tuned } = tuneDocument(parseDocument(text, path), resources, { read: readScenario });
  const scenario = withTuned(readScenario(document, resources), tuned);
  return experimentOf(scenario, resources, {
    at: (point) => readScenario(withValues(document, point), resources),
    placeOf: (path) => nearestPlace(document.tree, path),
  });
}
