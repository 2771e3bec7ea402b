/** Poisson arrivals whose rate changes: mmpp, on-off and diurnal. */
import * as z from "zod";
import { mean } from "../../sim/distribution-moments.ts";
import { distribution } from "../distribution.ts";
import { listOf, quantity, type Reader, record, required } from "../reader.ts";
import type { Reading } from "../reading.ts";
import type { Leaf, ScenarioArrivals } from "../scenario.ts";
import { child, joinPath, type ListTree, type Tree } from "../tree.ts";
import { sameLength } from "./one-of.ts";
import { frequency } from "./periodic.ts";

const mostStates = 100;
const anyRate = quantity("frequency");
const someRates = (what: string, max: number) => required(what, listOf("rate", anyRate, { min: 1, max }));

/** [1/s] from state to state. */
type Switch = readonly (readonly number[])[];

const row = listOf("rate", anyRate, { min: 2, max: mostStates });

/**
 * One for all states or one for each, as a rate or as the mean time in a state: it then goes on to the next state, and from the last to
 * the first. Or a list for each state, of rates to every state.
 */
const turns: Reader<Tree> = {
  read: (tree) => tree,
  schema: () => z.union([frequency.schema(), z.array(frequency.schema()), z.array(row.schema())]),
};

const mmppMap = record("mmpp arrivals", {
  rates: someRates("arrivals per time in each state", mostStates),
  switch: required(
    "how often each state is left, or how long it lasts; or a list of rates to every state for each",
    turns,
  ),
});

export const mmpp: Reader<ScenarioArrivals> = {
  schema: mmppMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = mmppMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const rates = given.rates!;
    const at = child(tree, "rates")!;
    if (rates.length < 2) return to.wrong(at, joinPath(path, "rates"), "at least two states");
    if (!someArrive(rates, at, joinPath(path, "rates"), to)) return undefined;
    const matrix = switchOf(given.switch!, joinPath(path, "switch"), to, rates.length);
    return matrix === undefined ? undefined : { kind: "mmpp", rates, switch: matrix };
  },
};

function switchOf(tree: Tree, path: string, to: Reading, states: number): Switch | undefined {
  const cyclic = (leaving: (state: number) => number): Switch =>
    Array.from({ length: states }, (_, from) =>
      Array.from({ length: states }, (_, into) => (into === (from + 1) % states ? leaving(from) : 0)),
    );
  if (tree.kind !== "list") {
    const all = frequency.read(tree, path, to);
    return all === undefined ? undefined : cyclic(() => all);
  }
  if (!sameLength(tree, path, to, tree.items, states, "the states")) return undefined;
  if (tree.items.every((item) => item.kind === "list")) return matrixOf(tree, path, to, states);
  const before = to.problems.length;
  const each = tree.items.map((item, i) => frequency.read(item, joinPath(path, String(i)), to));
  return to.problems.length > before ? undefined : cyclic((state) => each[state]!);
}

function matrixOf(tree: ListTree, path: string, to: Reading, states: number): Switch | undefined {
  const before = to.problems.length;
  const matrix = tree.items.map((item, from) => {
    const inner = joinPath(path, String(from));
    const rates = row.read(item, inner, to) ?? [];
    if (to.problems.length === before && sameLength(item, inner, to, rates, states, "the states") && rates[from] !== 0)
      to.report((item as ListTree).items[from]!.at, inner, "0 /s from a state to itself", `${rates[from]} /s`);
    return rates;
  });
  if (to.problems.length > before) return undefined;
  const lost = [...matrix.keys()].find((from) => reached(matrix, from).size < states);
  if (lost === undefined) return matrix;
  return to.report(tree.at, path, "every state to lead to every other", `state ${lost + 1} of ${states} does not`);
}

function reached(matrix: Switch, from: number): Set<number> {
  const found = new Set([from]);
  for (const state of found) for (const [into, rate] of matrix[state]!.entries()) if (rate > 0) found.add(into);
  return found;
}

function someArrive(rates: readonly number[], tree: Tree, path: string, to: Reading): boolean {
  if (rates.some((rate) => rate > 0)) return true;
  to.wrong(tree, path, "at least one rate above zero");
  return false;
}

/** A plain time is the mean of an exponential one. */
const span = distribution("time", {
  sequence: false,
  plain: (m) => (m === 0 ? { kind: "constant", value: 0 } : { kind: "exponential", mean: m }),
});
const onOffMap = record("on-off arrivals", {
  rate: required("arrivals per time while on", quantity("frequency", { isPositive: true })),
  on: required("how long it is on: a mean of exponential times, or a distribution", span),
  off: required("how long it is off: a mean of exponential times, or a distribution", span),
});

export const onOff: Reader<ScenarioArrivals> = {
  schema: onOffMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = onOffMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const [on, off] = [given.on!, given.off!];
    const finite = (leaf: Leaf): boolean => mean(leaf) < Number.POSITIVE_INFINITY;
    if (mean(on) === 0) return to.wrong(child(tree, "on")!, joinPath(path, "on"), "a time above zero");
    for (const [key, leaf] of [
      ["on", on],
      ["off", off],
    ] as const)
      if (!finite(leaf)) to.wrong(child(tree, key)!, joinPath(path, key), "a distribution with a finite mean");
    return to.problems.length > before ? undefined : { kind: "on-off", rate: given.rate!, on, off };
  },
};

const diurnalMap = record("diurnal arrivals", {
  every: required("length of one step", quantity("time", { isPositive: true })),
  rates: someRates("arrivals per time in each step; after the last the first again", 100_000),
});

export const diurnal: Reader<ScenarioArrivals> = {
  schema: diurnalMap.schema,
  read(tree, path, to) {
    const before = to.problems.length;
    const given = diurnalMap.read(tree, path, to);
    if (given === undefined || to.problems.length > before) return undefined;
    const rates = given.rates!;
    if (!someArrive(rates, child(tree, "rates")!, joinPath(path, "rates"), to)) return undefined;
    return { kind: "diurnal", every: given.every!, rates };
  },
};
