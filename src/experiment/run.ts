/** Runs a planned experiment: every policy of every point, compared with its baseline, held against what was expected. */
import type { Setup } from "../sim/setup.ts";
import { candidateOf, comparePolicies } from "./compare.ts";
import { type ExpectedFigure, judge } from "./expect.ts";
import { type PolicyOutcome, type ReplicationPlan, runPolicy } from "./outcome.ts";
import type { Comparison, Distributions, PolicyResult, Result, Standing, SweepPoint, TunedResult } from "./result.ts";
import type { PrecisionPlan } from "./sequential.ts";
import { standingOf } from "./standing.ts";

/** Values of a scenario that a point sets, by path; empty for the file as written. */
export type Point = Readonly<Record<string, string | number>>;

/** What is to be run. `scenario/` makes one from a file. */
export interface Experiment {
  readonly title: string;
  readonly seed: number;
  /** With a precision the fewest. */
  readonly replications: number;
  /** Replications go on until it is reached, for each policy by itself. */
  readonly precision: PrecisionPlan | null;
  readonly confidence: number;
  /** Rules that learn are held against the best of their fixed choices, at the file as written. */
  readonly regret: boolean;
  /** Arrivals of a replication, roughly: what the work is measured by. */
  readonly requests: number;
  readonly baseline: string;
  readonly policies: readonly string[];
  /** Points of the sweep, without the file as written. */
  readonly points: readonly Point[];
  readonly expectations: readonly ExpectedFigure[];
  /** What was found for policies that were tuned. */
  readonly tuned: readonly TunedResult[];
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** @throws an error with exitCode 2 when the values of the point make no valid scenario */
  setup(point: Point, policy: string): Setup;
  /** An error of a run, as the user's where it is theirs. */
  mistake?(error: unknown, policy: string): unknown;
}

/** One policy at one point. */
export interface Unit {
  readonly point: Point;
  readonly policy: string;
}

export interface Execution {
  /** Version that made the result. */
  readonly version: string;
  /** Does the work of a unit; here and now unless given. */
  readonly execute?: (unit: Unit) => Promise<PolicyOutcome>;
  /** Units under way at once. */
  readonly concurrency?: number;
  readonly onUnit?: (done: number, of: number, unit: Unit, outcome: PolicyOutcome) => void;
  /** Outcomes that are known already, from a run that was interrupted. */
  readonly known?: (unit: Unit) => PolicyOutcome | undefined;
  readonly recorder?: ReplicationPlan["recorder"];
  /** Called before each replication done here and now and then within it; throws to stop. */
  readonly between?: ReplicationPlan["between"];
}

/** @returns what `result.json` and `distributions.json` hold; independent of `concurrency` */
export async function runExperiment(
  experiment: Experiment,
  execution: Execution,
): Promise<{ result: Result; distributions: Distributions; events: number }> {
  const points: Point[] = [{}, ...experiment.points];
  const units: Unit[] = points.flatMap((point) => experiment.policies.map((policy) => ({ point, policy })));
  const outcomes: PolicyOutcome[] = [];
  const execute = execution.execute ?? ((unit) => runUnit(experiment, unit, execution));
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < units.length) {
      const index = next++;
      const unit = units[index]!;
      const outcome = execution.known?.(unit) ?? (await execute(unit));
      outcomes[index] = outcome;
      execution.onUnit?.(++done, units.length, unit, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(execution.concurrency ?? 1, units.length) }, work));

  const perPoint = experiment.policies.length;
  const at = (i: number): { policies: PolicyResult[]; comparisons: Comparison[]; standing?: Standing } => {
    const mine = outcomes.slice(i * perPoint, (i + 1) * perPoint);
    const standing = standingOf(mine.map(candidateOf), experiment.confidence);
    return {
      policies: mine.map((o) => o.result),
      comparisons: comparePolicies(mine, experiment.baseline, experiment.confidence),
      ...(standing === null ? {} : { standing }),
    };
  };
  const written = at(0);
  const held = points.map((point, i) => ({
    at: point,
    policies: outcomes.slice(i * perPoint, (i + 1) * perPoint).map(candidateOf),
  }));
  const sweep: SweepPoint[] = experiment.points.map((point, i) => ({ at: point, ...at(i + 1) }));
  return {
    result: {
      format: "offramp/result",
      version: 1,
      offramp: execution.version,
      title: experiment.title,
      seed: experiment.seed,
      inputs: experiment.inputs,
      ...(experiment.tuned.length === 0 ? {} : { tuned: experiment.tuned }),
      ...written,
      expectations: experiment.expectations.map((e) => judge(e, held, experiment.confidence)),
      sweep,
    },
    distributions: {
      format: "offramp/distributions",
      version: 1,
      policies: outcomes.slice(0, perPoint).map((o) => ({ ...o.distribution, rows: o.rows })),
    },
    events: outcomes.reduce((n, o) => n + o.events, 0),
  };
}

/** One unit, here. */
export async function runUnit(
  experiment: Experiment,
  unit: Unit,
  execution: Pick<Execution, "recorder" | "between"> = {},
): Promise<PolicyOutcome> {
  const isWritten = Object.keys(unit.point).length === 0;
  try {
    return await runPolicy(experiment.setup(unit.point, unit.policy), {
      replications: experiment.replications,
      precision: experiment.precision,
      confidence: experiment.confidence,
      regret: experiment.regret && isWritten,
      ...(execution.between ? { between: execution.between } : {}),
      ...(execution.recorder && isWritten ? { recorder: execution.recorder } : {}),
    });
  } catch (error) {
    throw experiment.mistake?.(error, unit.policy) ?? error;
  }
}
