/** Units of an experiment on several threads. Results do not depend on how many. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExperimentSource } from "./load.ts";
import type { PolicyOutcome } from "./outcome.ts";
import type { Experiment, Unit } from "./run.ts";

export interface WorkerTask {
  readonly source: ExperimentSource;
  readonly unit: Unit;
}

export interface WorkerPool {
  readonly threads: number;
  execute(unit: Unit): Promise<PolicyOutcome>;
  close(): Promise<void>;
}

/** Requests below which starting threads costs more than they save. */
const worthwhile = 3_000_000;

/** @param threads as many as asked for; undefined: as many as the work is worth. @returns null when one thread, this one, does it all */
export async function workerPool(
  source: ExperimentSource,
  experiment: Experiment,
  threads: number | undefined,
): Promise<WorkerPool | null> {
  const units = (experiment.points.length + 1) * experiment.policies.length;
  const work = units * experiment.replications * experiment.requests;
  const wanted = Math.min(units, threads ?? (work < worthwhile ? 1 : availableParallelism()));
  const program = workerProgram();
  if (wanted < 2 || program === null) return null;
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({ filename: program, minThreads: 1, maxThreads: wanted, runtime: "worker_threads" });
  return {
    threads: wanted,
    execute: async (unit) => {
      const answer = (await pool.run({ source, unit } satisfies WorkerTask)) as WorkerAnswer;
      if (answer.kind === "outcome") return answer.outcome;
      throw Object.assign(new Error(answer.message), answer.exitCode === null ? {} : { exitCode: answer.exitCode });
    },
    close: () => pool.destroy(),
  };
}

/** What comes back: an error keeps its exit code, which would not survive the way between threads. */
export type WorkerAnswer =
  | { readonly kind: "outcome"; readonly outcome: PolicyOutcome }
  | { readonly kind: "error"; readonly message: string; readonly exitCode: number | null };

/** The built worker; null where the program runs from its sources. */
function workerProgram(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const program = join(folder, "dist", "worker.js");
    if (existsSync(program)) return program;
    if (existsSync(join(folder, "package.json")) || folder === dirname(folder)) return null;
  }
}
