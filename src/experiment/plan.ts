/** A scenario as an experiment: what is to be run, point by point, policy by policy. */
import { compile, type Materials } from "../scenario/compile.ts";
import { arrivalsWithin } from "../scenario/compile-arrivals.ts";
import { ScenarioError } from "../scenario/errors.ts";
import { PluginError } from "../scenario/plugins/plugin-error.ts";
import type { Scenario, SweepAxis } from "../scenario/scenario.ts";
import { sequenceProblem } from "../scenario/sequences.ts";
import { sayValue } from "../scenario/set.ts";
import type { Span } from "../scenario/tree.ts";
import { mean } from "../sim/distribution-moments.ts";
import { SequenceError } from "../sim/draw.ts";
import type { Experiment, Point } from "./run.ts";
import { tunedResult } from "./tuned.ts";

export interface PlanOptions {
  /** The scenario with the values of a point of its sweep. @throws ScenarioError when they do not fit */
  readonly at: (point: Point) => Scenario;
  /** Where a path of the scenario stands, for mistakes that only a run finds. */
  readonly placeOf?: (path: string) => Span;
  /** Files read, once all points are understood. */
  readonly inputs?: () => Experiment["inputs"];
}

/** Assumed of an answer to a client, where only its order of magnitude matters [s]. */
const roughAnswer = 0.01;

/** Arrivals of one replication, from the rates when only a duration is given; of clients that wait, a guess. */
function arrivalsOf(scenario: Scenario): number {
  const { requests, duration } = scenario.run;
  if (requests !== null) return requests;
  return scenario.streams.reduce((sum, stream) => {
    const { arrivals } = stream;
    const guess =
      arrivals.kind === "closed" ? arrivals.clients / (mean(arrivals.think) + roughAnswer) : 1 / roughAnswer;
    return sum + (arrivalsWithin(stream, scenario.nodes, duration!) ?? guess * duration!);
  }, 0);
}

/** Axes in the order they are written; every combination of their values, the last axis fastest. */
function pointsOf(sweep: Scenario["sweep"]): Point[] {
  if (sweep.length === 0) return [];
  return sweep.reduce<Point[]>(
    (points, axis) => points.flatMap((point) => along(axis).map((row) => ({ ...point, ...row }))),
    [{}],
  );
}

/** One part of a point for each row of an axis: the values that all of its paths have there. */
function along(axis: SweepAxis): Point[] {
  return (axis[0]?.values ?? []).map((_, i) =>
    Object.fromEntries(axis.map(({ path, values }) => [path, sayValue(values[i]!)])),
  );
}

export function experimentOf(
  scenario: Scenario,
  materials: Materials,
  { at, placeOf, inputs = () => [] }: PlanOptions,
): Experiment {
  const points = pointsOf(scenario.sweep);
  // Points come back from other threads as copies.
  const scenarios = new Map<string, Scenario>();
  const scenarioAt = (point: Point): Scenario => {
    const key = JSON.stringify(point);
    const found = scenarios.get(key) ?? at(point);
    scenarios.set(key, found);
    return found;
  };
  // All points are understood here, a mistake in the last costs no waiting: those of one axis when the sweep was read, value by value.
  if (scenario.sweep.length > 1) for (const point of points) scenarioAt(point);
  return {
    title: scenario.title,
    seed: scenario.seed,
    replications: scenario.run.replications,
    precision: scenario.run.precision,
    confidence: scenario.run.confidence,
    regret: scenario.run.regret,
    requests: arrivalsOf(scenario),
    baseline: scenario.baseline,
    policies: scenario.policies.map((policy) => policy.name),
    points,
    expectations: scenario.expect,
    tuned: scenario.tuned.map(tunedResult),
    inputs: inputs(),
    mistake: (error, policy) =>
      error instanceof PluginError
        ? error.of(policy)
        : error instanceof SequenceError && placeOf !== undefined
          ? new ScenarioError([sequenceProblem(error, scenario, placeOf)])
          : error,
    setup: (point, policy) => {
      if (Object.keys(point).length === 0) return compile(scenario, policy, materials);
      return compile(scenarioAt(point), policy, materials);
    },
  };
}
