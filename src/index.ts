/**
 * Offramp as a library: a scenario's text in, results out. Runs in Node and in a browser worker; loads no TensorFlow.js.
 * @packageDocumentation
 */

export {
  type CompareOptions,
  compareRuns,
  type FinishedRun,
  type RunComparison,
  type RunDifference,
  UnlikeRuns,
} from "./experiment/compare-runs.ts";
export type { PolicyOutcome } from "./experiment/outcome.ts";
export { prepareExperiment } from "./experiment/prepare.ts";
export type * from "./experiment/result.ts";
export { type Execution, type Experiment, type Point, runExperiment, type Unit } from "./experiment/run.ts";
export { type Problem, ScenarioError } from "./scenario/errors.ts";
export { type ParseOptions, parseScenario } from "./scenario/parse.ts";
export { FileFault, type LoadedProfile, noResources, type Resources } from "./scenario/resources.ts";
export type { Scenario } from "./scenario/scenario.ts";
export type * from "./sim/rules/plugin.ts";
export { version } from "./version.ts";
