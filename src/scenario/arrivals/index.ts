/** `arrivals:` of a stream: one kind of several, each with its own parameters. */
import * as z from "zod";
import { field, flag, quantity, type Reader, record } from "../reader.ts";
import type { Reading } from "../reading.ts";
import type { ScenarioArrivals } from "../scenario.ts";
import { child, type Tree } from "../tree.ts";
import { batch } from "./batch.ts";
import { closed, multiStream, offline, server, singleStream } from "./closed.ts";
import { diurnal, mmpp, onOff } from "./modulated.ts";
import { oneKey } from "./one-of.ts";
import { type Periodic, periodic, phase } from "./periodic.ts";
import { gamma, weibull } from "./renewal.ts";
import { type Trace, trace } from "./trace.ts";

export { phase } from "./periodic.ts";

/** MLPerf LoadGen's names that need no parameters: the word alone will do. */
const words = ["single-stream", "multi-stream", "offline"] as const;
const kinds = [
  "poisson",
  "periodic",
  "gamma",
  "weibull",
  "mmpp",
  "on-off",
  "diurnal",
  "batch",
  "trace",
  "closed",
  ...words,
  "server",
] as const;

const poisson: Reader<ScenarioArrivals> = {
  schema: quantity("frequency").schema,
  read(tree, path, to) {
    const rate = quantity("frequency", { isPositive: true }).read(tree, path, to);
    return rate === undefined ? undefined : { kind: "poisson", rate };
  },
};

const arrivalMap = record("arrivals", {
  poisson: field("mean rate", poisson),
  periodic: field("period or rate", periodic),
  gamma: field("independent gamma gaps: rate or mean, and cv", gamma),
  weibull: field("independent weibull gaps: shape or cv, and scale, mean or rate", weibull),
  mmpp: field("poisson, at a rate that a Markov chain switches: rates, switch", mmpp),
  "on-off": field("poisson while on, nothing while off: rate, on, off", onOff),
  diurnal: field("poisson, at rates that follow each other again and again: every, rates", diurnal),
  batch: field("several requests at once: poisson, size", batch),
  trace: field("instants, or a file of them", trace),
  phase: field("of periodic: instant of the first arrival; random for each device unless given", phase),
  total: field("the rate or trace is of the whole group, not of each device", flag),
  closed: field("clients that wait for answers: clients, think", closed),
  "single-stream": field("LoadGen: one query at a time", singleStream),
  "multi-stream": field("LoadGen: one query of several samples at a time", multiStream),
  server: field("LoadGen: poisson, by its rate", server),
  offline: field("LoadGen: all samples at once", offline),
});

/** The map, or one of {@link words}. */
export const arrivalsReader: typeof arrivalMap = {
  read(tree, path, to) {
    const name = words.find((w) => tree.kind === "scalar" && tree.value === w);
    return arrivalMap.read(name === undefined ? tree : wordAsMap(tree, name), path, to);
  },
  schema: () => z.union([z.enum(words), arrivalMap.schema()]),
};

function wordAsMap(tree: Tree, name: string): Tree {
  return {
    kind: "map",
    at: tree.at,
    entries: [{ key: name, at: tree.at, value: { kind: "map", at: tree.at, entries: [] } }],
  };
}

/** What the map holds, and what stands beside it in the stream. */
interface Given {
  readonly arrivals: ReturnType<typeof arrivalMap.read>;
  readonly phase: number | null | undefined;
}

/** @param tree the stream's own */
export function arrivalsOf(given: Given, tree: Tree, path: string, to: Reading): ScenarioArrivals {
  const none: ScenarioArrivals = { kind: "poisson", rate: 1 };
  const at = child(tree, "arrivals");
  const { arrivals } = given;
  const word = words.find((w) => at?.kind === "scalar" && at.value === w);
  const written = word === undefined ? at : wordAsMap(at!, word);
  if (written?.kind !== "map" || arrivals === undefined) return none;
  const inside = `${path}.arrivals`;
  const kind = oneKey(written, inside, to, kinds);
  if (kind === undefined) return none;
  const twice = (key: "phase" | "total"): Tree | undefined => {
    const places = [child(tree, key), child(written, key)].filter((place) => place !== undefined);
    if (places.length > 1) to.report(places[1]!.at, `${inside}.${key}`, `${key} once`, "a second one");
    return places[0];
  };
  twice("total");
  const phaseAt = twice("phase");
  if (phaseAt !== undefined && kind !== "periodic")
    to.report(phaseAt.at, `${inside}.phase`, "a phase beside periodic only", `a phase beside ${kind}`);
  const found = arrivals[kind];
  if (found === undefined) return none;
  if (kind === "trace") return { kind, ...(found as Trace) };
  if (kind !== "periodic") return found as ScenarioArrivals;
  const { period, phase: own } = found as Periodic;
  if (phaseAt !== undefined && own !== undefined) to.report(phaseAt.at, `${inside}.phase`, "one phase", "a second one");
  const first = [given.phase, arrivals.phase, own].find((p) => p !== undefined);
  return { kind, period, phase: first === undefined ? to.fill(`${inside}.phase`, null) : first };
}
