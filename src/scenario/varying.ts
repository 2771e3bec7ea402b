/** Capacities and delays that change with time: a trace, steps written out, or a random process. */
import * as z from "zod";
import type { Distribution } from "../sim/distribution.ts";
import { distribution } from "./distribution.ts";
import {
  asMap,
  field,
  listOf,
  namedSchema,
  orWord,
  plainNumber,
  quantity,
  type Reader,
  record,
  required,
  type Shape,
  text,
  type Values,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import { decodeText, FileFault } from "./resources.ts";
import type { Leaf, ScenarioVarying } from "./scenario.ts";
import { readTrace, traceFormats } from "./traces/index.ts";
import type { TraceRequest } from "./traces/trace.ts";
import type { Tree } from "./tree.ts";

/** Largest trace that is read [B]. */
const largest = 100_000_000;
const mostSteps = 10_000;

const time = quantity("time");
const positiveTime = quantity("time", { isPositive: true });

/** A plain time is the mean of an exponential: how long a state lasts. */
export const lasting: Reader<Leaf> = distribution("time", {
  sequence: false,
  plain: (mean): Distribution => ({ kind: "exponential", mean }),
});

const playing = {
  start: field(
    "where in it the run begins: a time, or random (the same for all policies)",
    orWord("random", "random" as const, time),
  ),
  // biome-ignore lint/suspicious/noThenProperty: a key of the format
  then: field(
    "loop: begins again at its end; hold: its last value holds",
    word("a way to go on", ["loop", "hold"] as const),
  ),
};

const traceFields = {
  trace: required("a file of values over time", text),
  format: field(
    "how to read it; by the file unless given",
    word(
      "a format of traces",
      traceFormats.map((f) => f.name),
    ),
  ),
  column: field("the column of values, where there are several", text),
  bin: field("width of the bins of a mahimahi trace", positiveTime),
  pauses: field(
    "short stops of the measuring tool in an irish-5g trace",
    word("a way with pauses", ["drop", "keep"] as const),
  ),
  ...playing,
};

/** Of a capacity or of a latency. */
export function varying(dimension: "rate" | "time"): Reader<ScenarioVarying> {
  const amount = quantity(dimension);
  const step: Reader<readonly [number, number]> = {
    read(tree, path, to) {
      if (tree.kind !== "list" || tree.items.length !== 2)
        return to.wrong(
          tree,
          path,
          `an instant and a value, such as [200 ms, ${dimension === "rate" ? "5 Mbit/s" : "9 ms"}]`,
        );
      const at = time.read(tree.items[0]!, path, to);
      const value = amount.read(tree.items[1]!, path, to);
      return at === undefined || value === undefined ? undefined : [at, value];
    },
    schema: () => z.tuple([time.schema(), amount.schema()]),
  };
  const stepFields = {
    steps: required("instants and the values from then on", listOf("step", step, { min: 1, max: mostSteps })),
    length: field("when the last value ends, where the steps begin again", positiveTime),
    ...playing,
  };
  const gaussMarkovFields = {
    mean: required("mean before the cut at 0", amount),
    sd: required("standard deviation before the cut", amount),
    correlation: required("of one step with the next, 0 to below 1", plainNumber({ min: 0, max: 0.999999 })),
    every: required("length of a step", positiveTime),
  };
  const twoStateFields = {
    good: required("value in the good state", amount),
    bad: required("value in the bad state", amount),
    good_for: required("how long the good state lasts: a distribution, or the mean of an exponential", lasting),
    bad_for: required("how long the bad state lasts", lasting),
  };
  const kinds: Readonly<Record<string, Reader<ScenarioVarying>>> = {
    trace: reading("a trace", traceFields, (values, tree, path, to) => traceOf(dimension, values, tree, path, to)),
    steps: reading("steps", stepFields, stepsOf),
    "gauss-markov": inside(
      "gauss-markov",
      reading("a gauss-markov process", gaussMarkovFields, (v, tree, path, to) =>
        v.mean === 0 && v.sd === 0
          ? to.wrong(tree, path, "a mean or a spread above 0")
          : { kind: "gauss-markov", mean: v.mean!, sd: v.sd!, correlation: v.correlation!, every: v.every! },
      ),
    ),
    "two-state": inside(
      "two-state",
      reading("a two-state process", twoStateFields, (v, tree, path, to) =>
        v.good === 0 && v.bad === 0
          ? to.wrong(tree, path, "a state with a value above 0")
          : { kind: "two-state", good: v.good!, bad: v.bad!, goodFor: v.good_for!, badFor: v.bad_for! },
      ),
    ),
  };
  const names = Object.keys(kinds);
  return {
    read(tree, path, to) {
      const what = `a constant, or a map with ${names.join(", ")}`;
      const map = asMap(tree, path, to, what);
      if (map === undefined) return undefined;
      const name = names.find((n) => map.entries.some((entry) => entry.key === n));
      return name === undefined ? to.wrong(tree, path, what) : kinds[name]!.read(tree, path, to);
    },
    schema: () => namedSchema(`varying-${dimension}`, () => z.union(names.map((name) => kinds[name]!.schema()))),
  };
}

/** A record whose values make one thing, unless something is wrong with them. */
function reading<S extends Shape, T>(
  what: string,
  shape: S,
  make: (values: Values<S>, tree: Tree, path: string, to: Reading) => T | undefined,
): Reader<T> {
  const reader = record(what, shape);
  return {
    schema: reader.schema,
    read(tree, path, to) {
      const before = to.problems.length;
      const values = reader.read(tree, path, to);
      return values === undefined || to.problems.length > before ? undefined : make(values, tree, path, to);
    },
  };
}

/** What stands under the only key of a map. */
function inside<T>(key: string, reader: Reader<T>): Reader<T> {
  return {
    read(tree, path, to) {
      const [entry] = tree.kind === "map" ? tree.entries : [];
      if (tree.kind !== "map" || tree.entries.length !== 1 || entry === undefined)
        return to.wrong(tree, path, `a map with ${key} alone`);
      return reader.read(entry.value, `${path}.${key}`, to);
    },
    schema: () => z.strictObject({ [key]: reader.schema() }),
  };
}

function stepsOf(
  given: {
    steps: (readonly [number, number])[] | undefined;
    length: number | undefined;
    start: number | "random" | undefined;
    then: "loop" | "hold" | undefined;
  },
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioVarying | undefined {
  const at = given.steps!.map(([t]) => t);
  const values = given.steps!.map(([, value]) => value);
  if (at[0] !== 0) return to.wrong(tree, `${path}.steps`, "a first step at 0 s");
  if (at.some((t, i) => i > 0 && t <= at[i - 1]!)) return to.wrong(tree, `${path}.steps`, "instants that rise");
  const last = at.at(-1)!;
  const usual = last + (at.length > 1 ? last - at.at(-2)! : 1);
  const length =
    given.length ?? to.fill(`${path}.length`, usual, "the last step lasts as long as the one before it, one alone 1 s");
  if (length <= last) return to.wrong(tree, `${path}.length`, "a time after the last step");
  const then = given.then ?? to.fill(`${path}.then`, "hold" as const, "of steps that are written out");
  return checked(
    {
      kind: "steps",
      source: null,
      at,
      values,
      length,
      repeats: then === "loop",
      start: given.start ?? to.fill(`${path}.start`, 0, "of steps that are written out"),
    },
    tree,
    path,
    to,
  );
}

function traceOf(
  dimension: "rate" | "time",
  given: Values<typeof traceFields>,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioVarying | undefined {
  const key = path.split(".").at(-1)!;
  const request: TraceRequest = {
    what: dimension === "time" ? "latency" : key === "up" ? "up" : "down",
    column: given.column ?? null,
    bin: given.bin ?? 0.02,
    pauses: given.pauses ?? "drop",
  };
  const source = {
    file: given.trace!,
    format: given.format ?? null,
    column: request.column,
    bin: given.bin ?? null,
    pauses: given.pauses ?? null,
  };
  const written = (["column", "bin", "pauses"] as const).filter((name) => given[name] !== undefined);
  try {
    const file = decodeText(to.resources.bytes(source.file, largest));
    return checked(
      {
        kind: "steps",
        source,
        ...readTrace(source.file, file, source.format, request, written),
        repeats: (given.then ?? to.fill(`${path}.then`, "loop" as const, "of a trace")) === "loop",
        start:
          given.start ??
          to.fill(`${path}.start`, "random" as const, "of a trace; the same for all policies, new in each replication"),
      },
      tree,
      path,
      to,
    );
  } catch (fault) {
    if (!(fault instanceof FileFault)) throw fault;
    const got = fault.got.includes(source.file) ? fault.got : `${fault.got} of ${source.file}`;
    return to.report(tree.at, path, fault.expected, got, fault.hint);
  }
}

/** Something that repeats without ever being above 0 would let nothing through, for ever. */
function checked(
  steps: Extract<ScenarioVarying, { kind: "steps" }>,
  tree: Tree,
  path: string,
  to: Reading,
): ScenarioVarying | undefined {
  return steps.values.some((value) => value > 0) ? steps : to.wrong(tree, path, "a value above 0 somewhere");
}
