/**
 * Offramp as a library: a scenario's text in, results out. Runs in Node and in a browser worker; loads no TensorFlow.js.
 * @packageDocumentation
 */
export type * from "./experiment/result.ts";
export { runExperiment, type Experiment, type Execution, type Point, type Unit } from "./experiment/run.ts";
export { version } from "./version.ts";
