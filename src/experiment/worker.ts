/** A thread that does units of an experiment. It reads the scenario itself, once, and keeps it. */
import { type ExperimentSource, loadExperiment } from "./load.ts";
import { type Experiment, runUnit } from "./run.ts";
import type { WorkerAnswer, WorkerTask } from "./workers.ts";

let known: { readonly key: string; readonly experiment: Experiment } | undefined;

function experimentOf(source: ExperimentSource): Experiment {
  const key = JSON.stringify(source);
  if (known?.key !== key) known = { key, experiment: loadExperiment(source, undefined, true).experiment };
  return known.experiment;
}

export default async function work({ source, unit }: WorkerTask): Promise<WorkerAnswer> {
  try {
    return { kind: "outcome", outcome: await runUnit(experimentOf(source), unit) };
  } catch (error) {
    const { exitCode } = error as { exitCode?: unknown };
    const isTheirs = typeof exitCode === "number";
    return {
      kind: "error",
      message: isTheirs ? (error as Error).message : ((error as Error).stack ?? String(error)),
      exitCode: isTheirs ? exitCode : null,
    };
  }
}
