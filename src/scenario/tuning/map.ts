/** The configuration map of `edgent-dynamic` for a goal: exit and cut for each bandwidth, found on calibration rows. */
import { accuracyOf, configurations } from "../../sim/joint-rules/edgent-dynamic.ts";
import { cutsBetween, expectedLatency } from "../../sim/rules/cost.ts";
import { expectedEnergy } from "../../sim/rules/energy.ts";
import { NetworkView } from "../../sim/rules/network.ts";
import type { Configuration } from "../../sim/rules/options.ts";
import { compile } from "../compile.ts";
import type { Resources } from "../resources.ts";
import { ruleValues } from "../rule-options.ts";
import { jointRuleOf } from "../rule-types.ts";
import type { Scenario, ScenarioPolicy } from "../scenario.ts";
import type { TunedRow } from "./found.ts";
import type { Goal } from "./goal.ts";
import { keeps, lossOf, Meter, type Reached } from "./meter.ts";
import { streamWeights } from "./prices.ts";
import type { Outcome } from "./thresholds.ts";

interface Option extends Configuration, Reached {}

/**
 * For each of `states` bandwidths (nominal x 2^-i) the exit and cut that are best for the goal. At the nominal bandwidth it must be kept; where a
 * lower one does not allow it, the entry misses the energy or else the latency by least, and keeps the accuracy.
 */
export function tuneMap(scenario: Scenario, policy: ScenarioPolicy, goal: Goal, resources: Resources): Outcome {
  const setup = compile(scenario, policy.name, resources);
  const { outputs, exits } = setup.model;
  if (outputs.kind !== "table" || outputs.calibration === null)
    throw new Error(`policy ${policy.name} is tuned without calibration rows`);
  const type = jointRuleOf(policy.exit.rule)!;
  const values = ruleValues(
    type.options,
    policy.exit.options,
    scenario.nodes.map(({ name }) => name),
  );
  const network = new NetworkView(setup);
  const weights = streamWeights(setup);
  const { calibration } = outputs;
  const other = (source: number): number => (values.to === "source" ? source : (values.to as number));
  const option = (exit: number, cut: number, state: number, table = calibration): Option => {
    const exitShares = exits.map((_, e) => (e === exit ? 1 : 0));
    const work = { network, exitShares, heads: [exit] };
    const rateOf = (way: number): number => network.rate(way) / 2 ** state;
    let [latency, energy] = [policy.decision, 0];
    setup.streams.forEach(({ source }, s) => {
      const nodes = cutsBetween(network.segments, other(source), source)[cut]!.slice(0, exits[exit]!.after + 1);
      latency += weights[s]! * expectedLatency(work, s, nodes, rateOf);
      energy += weights[s]! * expectedEnergy(work, s, nodes, rateOf);
    });
    return { exit, cut, latency, energy, accuracy: accuracyOf(table, exit) };
  };
  const optionsAt = (state: number): Option[] =>
    exits.flatMap(({ after }, exit) => Array.from({ length: after + 2 }, (_, cut) => option(exit, cut, state)));
  const meter = new Meter(goal);
  if (optionsAt(0).every((o) => meter.loss(o) === Number.POSITIVE_INFINITY))
    return { missed: meter.missed(), rows: calibration.rows };
  const states = values.states as number;
  const map = Array.from({ length: states }, (_, state) => bestFor(goal, optionsAt(state)));
  const hasPower = setup.streams.every(({ source }) =>
    [source, other(source)].every((node) => setup.nodes[node]!.power !== null),
  );
  const { rows, labels, scores } = outputs;
  const row = (when: TunedRow["when"], on: TunedRow["on"], { exit, cut }: Configuration): TunedRow => {
    const table = on === "calibration" ? calibration : { rows, labels, scores };
    const { accuracy, latency, energy } = option(exit, cut, 0, table);
    return {
      when,
      on,
      rows: table.rows,
      accuracy,
      latency_s: latency,
      energy_j: hasPower ? energy : null,
      exits: Object.fromEntries(exits.map(({ name }, e) => [name, e === exit ? 1 : 0])),
    };
  };
  const { source, deadline } = setup.streams[0]!;
  const due = (values.deadline as number | null) ?? deadline ?? Number.POSITIVE_INFINITY;
  const accuracies = exits.map((_, exit) => accuracyOf(calibration, exit));
  const byReward = configurations(network, 0, source, other(source), due, accuracies, 1)[0]!;
  const found = map.map(({ exit, cut }) => ({ exit: exits[exit]!.name, cut }));
  return {
    tuned: {
      policy: policy.name,
      goal,
      found: { [`policies.${policy.name}.map`]: found },
      search: `every exit and cut at ${states} bandwidths; figures at the nominal one`,
      table: [
        row("before", "calibration", byReward),
        row("before", "evaluation", byReward),
        row("after", "calibration", map[0]!),
        row("after", "evaluation", map[0]!),
      ],
    },
  };
}

/** Of equal ones the more accurate, then the shallower exit and the cut that sends least away. */
function bestFor(goal: Goal, options: readonly Option[]): Option {
  const allowed = options.filter((o) => keeps(goal, o));
  if (allowed.length > 0) return least(allowed, (o) => lossOf(goal.objective, o));
  const accurate = options.filter(({ accuracy }) => goal.accuracy === null || accuracy >= goal.accuracy);
  const frugal = accurate.filter((o) => keeps({ ...goal, latency: null }, o));
  return frugal.length > 0 ? least(frugal, (o) => o.latency) : least(accurate, (o) => o.energy);
}

function least(options: readonly Option[], loss: (option: Option) => number): Option {
  return options.reduce((best, o) =>
    loss(o) < loss(best) || (loss(o) === loss(best) && o.accuracy > best.accuracy) ? o : best,
  );
}
