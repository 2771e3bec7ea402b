/** Thresholds and temperatures of an exit rule for a goal, found on calibration rows. */
import { temperaturesOf } from "../../sim/exit-rules/calibrated.ts";
import { exitRules, type PlanView } from "../../sim/exit-rules/index.ts";
import type { PlacementRule } from "../../sim/placement-rules/index.ts";
import type { Calibration } from "../../sim/rules/calibration.ts";
import { headsOf } from "../../sim/rules/exit-shares.ts";
import { NetworkView } from "../../sim/rules/network.ts";
import type { RuleValues } from "../../sim/rules/options.ts";
import { looksAtAll, searchThresholds, tallyOf } from "../../sim/rules/threshold-search.ts";
import type { Setup } from "../../sim/setup.ts";
import { compile, planOf } from "../compile.ts";
import type { Resources } from "../resources.ts";
import { ruleValues } from "../rule-options.ts";
import { placementRuleOf } from "../rule-types.ts";
import { placementView, withMake } from "../rules.ts";
import type { Scenario, ScenarioPolicy } from "../scenario.ts";
import { joinPath, type Plain } from "../tree.ts";
import type { Tuned, TunedRow } from "./found.ts";
import type { Goal } from "./goal.ts";
import { evidenceRows, type Graded, type GradedType, gradedRows, thresholdList, thresholdValue } from "./graded.ts";
import { Meter, type Reached } from "./meter.ts";
import { type Prices, pricesOf } from "./prices.ts";

/** Of a placement that depends on where requests leave, so many thresholds are tried, since it is decided anew for each. */
const tried = 100;

/** Temperatures tried: 0.05 to 20, each 5.1 % above the one before. */
const temperatures = Array.from({ length: 121 }, (_, i) => 0.05 * 400 ** (i / 120));

export type Outcome =
  | { readonly tuned: Tuned }
  | { readonly missed: ReturnType<Meter["missed"]>; readonly rows: number };

/** Everything that one policy is tuned by. */
interface Bench {
  readonly setup: Setup;
  readonly type: GradedType;
  readonly values: RuleValues;
  readonly plan: PlanView;
  readonly table: Calibration;
  /** Cost of leaving at each exit, where so many rows leave at each. */
  readonly pricesFor: (shares: readonly number[]) => Prices;
  /** They are the same wherever requests leave. */
  readonly isFlat: boolean;
  readonly hasPower: boolean;
}

export function gradedType(rule: string): GradedType | null {
  const type = exitRules.find(({ name }) => name === rule);
  return type?.grading === undefined ? null : (type as GradedType);
}

/** @param isGiven its option was written, so that there is a before */
export function tuneExitRule(
  scenario: Scenario,
  policy: ScenarioPolicy,
  goal: Goal,
  isGiven: boolean,
  resources: Resources,
): Outcome {
  const bench = benchOf(scenario, policy, resources);
  const evidence = evidenceRows(bench.table, bench.plan.classes);
  const meter = new Meter(goal);
  const { loss, reached } = weigh(bench, meter);
  const path = (option: string): string => joinPath(`policies.${policy.name}.exit`, option);
  const exits = bench.plan.exits;
  let values: RuleValues;
  let found: Record<string, Plain>;
  let search: string;
  if (goal.fit === "temperature") {
    const best = bestTemperature(bench, evidence, loss);
    if (best === null) return { missed: meter.missed(), rows: bench.table.rows };
    values = { ...bench.values, temperature: exits.map(() => best) };
    found = { [path("temperature")]: best };
    search = `${temperatures.length} temperatures from 0.05 to 20, one for all exits`;
  } else {
    // What is fitted by likelihood is kept, too, so that nothing is fitted again.
    const isFitted = "temperature" in bench.type.options && bench.values.temperature === null;
    const fitted = isFitted ? temperaturesOf(bench.plan) : null;
    const fixed: RuleValues = fitted === null ? bench.values : { ...bench.values, temperature: fitted };
    const graded = gradedRows(bench.type, fixed, bench.plan, bench.table, evidence);
    const space = {
      each: goal.each,
      strictest: graded.isDoubt ? 0 : 1,
      loosest: graded.isDoubt ? Number.NEGATIVE_INFINITY : 0,
      ...(bench.isFlat ? {} : { tried }),
    };
    const best = searchThresholds(graded, space, loss);
    if (best === null) return { missed: meter.missed(), rows: bench.table.rows };
    const thresholds = best.thresholds.map((t) => (graded.isDoubt ? 0 - t : t));
    values = { ...fixed, threshold: thresholdValue(bench.type, [...thresholds, 0]) };
    found = {
      [path("threshold")]: goal.each ? byName(exits, thresholds) : (thresholds[0] ?? 0),
      ...(fitted === null ? {} : { [path("temperature")]: byName(exits, fitted) }),
    };
    search = searchText(goal, exits.length, bench);
  }
  const table: TunedRow[] = [
    ...(isGiven ? tableRows("before", bench, bench.values, evidence, reached) : []),
    ...tableRows("after", bench, values, evidence, reached),
  ];
  return { tuned: { policy: policy.name, goal, found, search, table } };
}

const byName = (exits: readonly string[], values: readonly number[]): Plain =>
  Object.fromEntries(values.map((value, exit) => [exits[exit]!, value]));

function searchText({ each }: Goal, exits: number, { isFlat, table }: Bench): string {
  const many = isFlat ? "every score that occurs" : `${tried} scores, the placement decided anew for each`;
  if (!each || exits <= 2) return `one threshold, ${many}`;
  return isFlat && looksAtAll(table.rows, exits - 1)
    ? "one threshold for each exit, every combination of scores that occur"
    : `one threshold for each exit, a grid, then exit by exit ${many}`;
}

function benchOf(scenario: Scenario, policy: ScenarioPolicy, resources: Resources): Bench {
  const setup = compile(scenario, policy.name, resources);
  const { outputs } = setup.model;
  if (outputs.kind !== "table" || outputs.calibration === null)
    throw new Error(`policy ${policy.name} is tuned without calibration rows`);
  const network = new NetworkView(setup);
  const plan = withMake(planOf(setup.model, network));
  const type = gradedType(policy.exit.rule)!;
  const nodes = scenario.nodes.map(({ name }) => name);
  const placement = placementRuleOf(policy.place.rule)!;
  const placementValues = ruleValues(placement.options, policy.place.options, nodes);
  const heads = headsOf(setup.policy.exit, plan);
  const priced = (exitShares: readonly number[]): Prices => {
    // A bound is refused beside a goal.
    const view = placementView({ segments: network.segments, network, heads, exitShares });
    const made = placement.make(placementValues, view) as PlacementRule;
    return pricesOf(setup, network, made.begin?.() ?? made, heads, policy.decision);
  };
  const isFlat = placement.places !== undefined;
  const flat = isFlat ? priced(plan.exits.map((_, exit) => (exit === 0 ? 1 : 0))) : null;
  return {
    setup,
    type,
    values: ruleValues(type.options, policy.exit.options, nodes),
    plan,
    table: outputs.calibration,
    pricesFor: flat === null ? priced : () => flat,
    isFlat,
    hasPower: setup.policy.mayUse === undefined || usesPower(setup),
  };
}

const usesPower = ({ nodes, policy, streams }: Setup): boolean =>
  streams.every(({ source }) => [...policy.mayUse!(source)].every((node) => nodes[node]!.power !== null));

/** Means of rows that leave so, and how far that is from the goal. */
function weigh(bench: Bench, meter: Meter) {
  const { rows } = bench.table;
  const flat = bench.isFlat ? bench.pricesFor([]) : null;
  const reached = (counts: readonly number[], right: number, of = rows): Reached => {
    const { latency, energy } = flat ?? bench.pricesFor(counts.map((n) => n / of));
    return { accuracy: right / of, latency: meanOf(counts, latency, of), energy: meanOf(counts, energy, of) };
  };
  return { reached, loss: (counts: readonly number[], right: number): number => meter.loss(reached(counts, right)) };
}

/** An exit that nobody leaves at may be out of reach. */
function meanOf(counts: readonly number[], costs: readonly number[], rows: number): number {
  let sum = 0;
  for (let exit = 0; exit < counts.length; exit++) if (counts[exit]! > 0) sum += counts[exit]! * costs[exit]!;
  return sum / rows;
}

function bestTemperature(
  bench: Bench,
  evidence: ReturnType<typeof evidenceRows>,
  loss: (counts: readonly number[], right: number) => number,
): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const temperature of temperatures) {
    const values = { ...bench.values, temperature: bench.plan.exits.map(() => temperature) };
    const { counts, right } = tally(bench, values, bench.table, evidence);
    const value = loss(counts, right);
    if (value < least) [best, least] = [temperature, value];
  }
  return best;
}

function tally(bench: Bench, values: RuleValues, table: Calibration, evidence: ReturnType<typeof evidenceRows>) {
  const graded: Graded = gradedRows(bench.type, values, bench.plan, table, evidence);
  const thresholds = thresholdList(values.threshold, bench.plan.exits.length);
  return tallyOf(
    graded,
    thresholds.map((t) => (graded.isDoubt ? -t : t)),
  );
}

function tableRows(
  when: TunedRow["when"],
  bench: Bench,
  values: RuleValues,
  calibration: ReturnType<typeof evidenceRows>,
  reached: (counts: readonly number[], right: number, of?: number) => Reached,
): TunedRow[] {
  const { outputs } = bench.setup.model;
  if (outputs.kind !== "table") return [];
  const row = (on: TunedRow["on"], table: Calibration, evidence: typeof calibration): TunedRow => {
    const { counts, right } = tally(bench, values, table, evidence);
    const { accuracy, latency, energy } = reached(counts, right, table.rows);
    return {
      when,
      on,
      rows: table.rows,
      accuracy,
      latency_s: latency,
      energy_j: bench.hasPower ? energy : null,
      exits: Object.fromEntries(bench.plan.exits.map((name, exit) => [name, counts[exit]! / table.rows])),
    };
  };
  const { rows, labels, scores } = outputs;
  const evaluation = { rows, labels, scores };
  return [
    row("calibration", bench.table, calibration),
    row("evaluation", evaluation, evidenceRows(evaluation, bench.plan.classes)),
  ];
}
