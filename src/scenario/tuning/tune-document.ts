/** Tunes the policies of a document that say `tune:`, and writes what was found in its place. */

import { type Problem, ScenarioError } from "../errors.ts";
import type { Document } from "../parse.ts";
import { formatQuantity } from "../quantity.ts";
import type { Resources } from "../resources.ts";
import type { Scenario } from "../scenario.ts";
import { setPath } from "../set.ts";
import { child, fromPlain, nearestPlace, type Plain, type Tree } from "../tree.ts";
import type { Tuned } from "./found.ts";
import { type Goal, goalText, percent } from "./goal.ts";
import { tuneMap } from "./map.ts";
import type { Meter } from "./meter.ts";
import { tuneExitRule } from "./thresholds.ts";

export interface TunedDocument {
  /** Without `tune:`, with what was found. */
  readonly document: Document;
  readonly tuned: readonly Tuned[];
}

export interface TuneOptions {
  /** What was found before, by policy: nothing is searched then. */
  readonly known?: readonly Tuned[];
  /** Of a document that says `tune:` still. @throws ScenarioError */
  readonly read: (document: Document, resources: Resources) => Scenario;
  /** Called before each policy. */
  readonly onPolicy?: (name: string) => void;
}

const hasTune = ({ tree }: Document): boolean => {
  const policies = child(tree, "policies");
  return policies?.kind === "map" && policies.entries.some(({ value }) => child(value, "tune") !== undefined);
};

/** @throws ScenarioError where the scenario has mistakes, or a goal cannot be reached */
export function tuneDocument(
  document: Document,
  resources: Resources,
  { known, read, onPolicy }: TuneOptions,
): TunedDocument {
  if (!hasTune(document)) return { document, tuned: [] };
  const tuned = known ?? search(document, read(document, resources), resources, onPolicy);
  return { document: tuned.reduce(written, document), tuned };
}

function search(
  document: Document,
  scenario: Scenario,
  resources: Resources,
  onPolicy: TuneOptions["onPolicy"],
): Tuned[] {
  const problems: Problem[] = sweptGoals(document, scenario);
  if (problems.length > 0) throw new ScenarioError(problems);
  const tuned: Tuned[] = [];
  for (const policy of scenario.policies) {
    if (policy.tune === null) continue;
    onPolicy?.(policy.name);
    const { isGiven, ...goal } = policy.tune;
    // A policy with a goal does not compile: its options are to be found.
    const bare = {
      ...scenario,
      policies: scenario.policies.map((p) => (p.name === policy.name ? { ...p, tune: null } : p)),
    };
    const outcome =
      goal.fit === "map"
        ? tuneMap(bare, policy, goal, resources)
        : tuneExitRule(bare, policy, goal, isGiven, resources);
    if ("tuned" in outcome) tuned.push(outcome.tuned);
    else problems.push(missed(document.tree, policy.name, goal, outcome.missed, outcome.rows));
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return tuned;
}

/** What is found is found once, for the file as written: a sweep of the goal, or of what it finds, would change nothing. */
function sweptGoals({ tree }: Document, { policies, sweep }: Scenario): Problem[] {
  const tuned = policies.filter(({ tune }) => tune !== null);
  return sweep.flat().flatMap(({ path }) => {
    const policy = tuned.find(({ name, tune }) =>
      [`policies.${name}.tune`, `policies.${name}.exit.${tune!.fit}`, `policies.${name}.map`].some((own) =>
        `${path}.`.startsWith(`${own}.`),
      ),
    );
    if (policy === undefined) return [];
    return {
      path: `sweep.${path}`,
      at: nearestPlace(tree, "sweep"),
      expected: `a path that is not found by tuning, since that is done once, for the file as written`,
      got: path,
      hint: "name a policy for each goal",
    };
  });
}

function missed(
  tree: Tree,
  policy: string,
  goal: Goal,
  { bound, best, others }: ReturnType<Meter["missed"]>,
  rows: number,
): Problem {
  const path = `policies.${policy}.tune.${bound}`;
  const say = (value: number): string =>
    bound === "accuracy" ? percent(value) : formatQuantity(bound === "latency" ? "time" : "energy", rounded(value));
  const kept = others ? `, ${goalText({ ...goal, objective: bound, [bound]: null }).replace(/^.* with/, "with")}` : "";
  const limit = bound === "accuracy" ? "at most" : "at least";
  const expected = Number.isFinite(best)
    ? `one within reach: ${limit} ${say(best)} on the ${rows} calibration rows${kept}`
    : `one within reach${kept}: nothing comes near`;
  return {
    path,
    at: nearestPlace(tree, path),
    expected,
    got: say(goal[bound] as number),
    hint: others ? "no choice keeps both" : null,
  };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

function written(document: Document, { policy, found }: Tuned): Document {
  const at = nearestPlace(document.tree, `policies.${policy}.tune`);
  const set = Object.entries(found).reduce(
    (changed, [path, value]) => setPath(changed, path, fromPlain(value, at), at),
    document,
  );
  return { ...set, tree: without(set.tree, ["policies", policy, "tune"]) };
}

function without(tree: Tree, [key, ...rest]: readonly string[]): Tree {
  if (tree.kind !== "map") return tree;
  const entries = tree.entries.flatMap((entry) =>
    entry.key !== key ? [entry] : rest.length === 0 ? [] : [{ ...entry, value: without(entry.value, rest) }],
  );
  return { ...tree, entries };
}

/** The scenario of a tuned document: what was found says so. */
export function withTuned(scenario: Scenario, tuned: readonly Tuned[]): Scenario {
  if (tuned.length === 0) return scenario;
  const origins = Object.fromEntries(
    tuned.flatMap(({ found, goal, table }) =>
      Object.keys(found).map((path) => {
        const isLikelihood = path.endsWith(".temperature") && goal.fit !== "temperature";
        const what = isLikelihood ? "greatest likelihood of the labels" : goalText(goal);
        return [path, { kind: "tuned" as const, text: `tuned: ${what}, on ${table[0]!.rows} calibration rows` }];
      }),
    ),
  );
  return { ...scenario, origins: { ...scenario.origins, ...origins }, tuned };
}

/** In one line: what was found, and what it comes to on calibration rows. */
export function tunedText({ policy, found, table }: Tuned): string {
  const { accuracy, latency_s, energy_j, rows } = table.find((row) => row.when === "after")!;
  const values = Object.entries(found).map(([path, value]) => `${path.split(".").at(-1)} ${flowText(value)}`);
  const energy = energy_j === null ? "" : ` and ${formatQuantity("energy", rounded(energy_j))}`;
  return `${policy}: ${values.join(", ")}: accuracy ${percent(accuracy)}, ${formatQuantity("time", rounded(latency_s))}${energy} expected on ${rows} calibration rows`;
}

export function flowText(value: Plain): string {
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  return `{ ${Object.entries(value)
    .map(([key, one]) => `${key}: ${flowText(one as Plain)}`)
    .join(", ")} }`;
}
