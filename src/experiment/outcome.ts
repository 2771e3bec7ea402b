/** All replications of one policy at one point, as plain data that can be stored, sent between threads, compared and drawn. */
import type { Replication } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import type { Recorder } from "../sim/simulation.ts";
import { batchesOf } from "./batches.ts";
import { bestOf, figureOf, regretOf, withArm } from "./best-arm.ts";
import { Estimator } from "./estimator.ts";
import { isInterval } from "./metrics.ts";
import { theoryOf } from "./product-form.ts";
import { replicate } from "./replicate.ts";
import type { Distributions, PolicyResult, RowAnswers } from "./result.ts";
import { type PrecisionPlan, untilPrecise } from "./sequential.ts";
import { summarise } from "./summarise.ts";
import { verdictOf } from "./verdict.ts";
import { findCut } from "./warmup.ts";
import { Window } from "./window.ts";

export interface PolicyOutcome {
  readonly result: PolicyResult;
  readonly distribution: Distributions["policies"][number];
  /** Null without an exit table. */
  readonly rows: RowAnswers | null;
  readonly events: number;
}

export interface ReplicationPlan {
  /** With a precision the fewest. */
  readonly replications: number;
  readonly precision?: PrecisionPlan | null;
  readonly confidence: number;
  /** What rules that learn lose against the best of their arms is found out, by running each of these. */
  readonly regret?: boolean;
  /** Called before each replication and now and then within it; throws to stop. */
  readonly between?: (done: number) => Promise<void> | void;
  readonly recorder?: (setup: Setup, replication: number) => Recorder;
}

/** Runs all replications of a policy and sums them up. @throws SequenceError when an exact list of the scenario runs out */
export async function runPolicy(setup: Setup, plan: ReplicationPlan): Promise<PolicyOutcome> {
  const { best } = setup.policy.place;
  if (best !== undefined) return runBest(setup, plan, best);
  const { outcome, replications } = await runAll(setup, plan);
  if (plan.regret !== true) return outcome;
  const between = plan.between && (() => plan.between!(replications.length));
  const regret = await regretOf(setup, replications, new Estimator(plan.confidence), between);
  return regret === null ? outcome : { ...outcome, result: { ...outcome.result, regret } };
}

async function runAll(
  setup: Setup,
  plan: ReplicationPlan,
): Promise<{ outcome: PolicyOutcome; replications: readonly Replication[] }> {
  const replications: Replication[] = [];
  const upTo = async (n: number): Promise<PolicyOutcome> => {
    for (let r = replications.length; r < n; r++) {
      const pause = plan.between && (() => plan.between!(r));
      replications.push(await replicate(setup, r, plan.recorder?.(setup, r) ?? null, pause));
    }
    return outcomeOf(setup, replications, plan.confidence);
  };
  const outcome = await (plan.precision
    ? untilPrecise(upTo, plan.precision, plan.replications)
    : upTo(plan.replications));
  return { outcome, replications };
}

/** Every arm in runs of its own; the outcome is that of the best. Nothing is recorded of the others. */
async function runBest(setup: Setup, { recorder, ...plan }: ReplicationPlan, by: string): Promise<PolicyOutcome> {
  const arms = setup.policy.place.arms!;
  const outcomes: PolicyOutcome[] = [];
  for (const arm of arms) outcomes.push((await runAll(withArm(setup, arm), plan)).outcome);
  const values = outcomes.map(({ result }) => figureOf(result, by));
  const chosen = bestOf(values, by);
  const { outcome } =
    recorder === undefined
      ? { outcome: outcomes[chosen]! }
      : await runAll(withArm(setup, arms[chosen]!), { ...plan, recorder });
  const best_static = {
    by,
    chosen: arms[chosen]!.name,
    arms: arms.map(({ name }, i) => ({ name, value: values[i]! })),
  };
  return {
    ...outcome,
    result: { ...outcome.result, best_static },
    events: outcomes.reduce((sum, { events }) => sum + events, 0),
  };
}

/** Figures of a policy from its replications. */
export function outcomeOf(setup: Setup, replications: readonly Replication[], confidence: number): PolicyOutcome {
  const cut = findCut(setup, replications);
  const windows = replications.map((r) => new Window(setup, r, cut.from));
  const estimator = new Estimator(confidence);
  const all = (): boolean => true;
  const batches = batchesOf(setup, windows);
  const verdict = verdictOf(setup, windows, batches, cut.tooShort);
  const theory = theoryOf(setup);
  const result = {
    ...summarise(setup, windows, batches, cut.warmup, verdict, estimator),
    ...(theory === null ? {} : { theory }),
  };
  return {
    result: verdict.steady ? result : withoutIntervals(result),
    distribution: {
      name: setup.policy.name,
      replications: windows.map((w) => ({ latency_s: [...w.latencies(all).toHistogram().cells()] })),
    },
    rows: rowAnswers(setup, windows),
    events: replications.reduce((n, r) => n + r.events, 0),
  };
}

/** Shares of answers do not depend on how long a queue has been growing. */
const timeless: readonly string[] = ["accuracy", "share"];

/** Estimates stand, limits do not: without a steady state there is nothing they could be limits of. */
function withoutIntervals<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (isInterval(value)) return { ...value, low: null, high: null };
  if (Array.isArray(value)) return value.map(withoutIntervals) as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, timeless.includes(key) ? inner : withoutIntervals(inner)]),
  ) as T;
}

function rowAnswers({ model: { outputs } }: Setup, windows: readonly Window[]): RowAnswers | null {
  const tallies = windows.map((w) => w.rows(() => true));
  const first = tallies[0];
  if (!first || outputs.kind !== "table") return null;
  const rows = first.length / 2;
  const add = (place: number): number => tallies.reduce((n, t) => n + t![place]!, 0);
  return {
    given: Array.from({ length: rows }, (_, i) => add(2 * i)),
    right: Array.from({ length: rows }, (_, i) => add(2 * i + 1)),
    set: hashOf(outputs.labels),
  };
}

/** FNV-1a over the values, from both ends, as 16 hexadecimal digits. */
function hashOf(values: Int32Array): string {
  let [forth, back] = [0x811c9dc5 | 0, 0x811c9dc5 | 0];
  for (let i = 0; i < values.length; i++) {
    forth = Math.imul(forth ^ values[i]!, 0x01000193);
    back = Math.imul(back ^ values[values.length - 1 - i]!, 0x01000193);
  }
  return [forth, back].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
