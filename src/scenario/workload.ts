/** `workload:`, named streams of requests. */
import { z } from "zod";
import { show } from "./errors.ts";
import { parseQuantity } from "./quantity.ts";
import {
  field,
  flag,
  later,
  listOf,
  orWord,
  quantity,
  type Reader,
  record,
  reference,
  required,
  type Values,
  whole,
  word,
} from "./reader.ts";
import type { Reading } from "./reading.ts";
import type { ScenarioArrivals, ScenarioStream } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";
import { readValues } from "./values.ts";

const mostInstants = 5_000_000;
const time = quantity("time");
const rate = quantity("frequency", { isPositive: true });
/** Null: random for each device. */
const phase = orWord("random", null, time);

interface Periodic {
  readonly period: number;
  readonly phase: number | null | undefined;
}

const period: Reader<number> = {
  read(tree, path, to) {
    const value = tree.kind === "scalar" ? tree.value : null;
    const asTime = parseQuantity("time", value);
    if (typeof asTime === "number") return asTime > 0 ? asTime : to.wrong(tree, path, "a period above zero");
    const asRate = parseQuantity("frequency", value);
    if (typeof asRate === "number") return asRate > 0 ? 1 / asRate : to.wrong(tree, path, "a rate above zero");
    const fault = typeof value === "string" && value.includes("/") ? asRate : asTime;
    return to.report(
      tree.at,
      path,
      'a period such as "100 ms" or a rate such as "10 /s"',
      fault.got ?? show(value),
      fault.hint,
    );
  },
  schema: () => z.string(),
};

const periodicMap = record("periodic", {
  period: field("time between arrivals", quantity("time", { isPositive: true })),
  rate: field("arrivals per time", rate),
  phase: field("instant of the first arrival; random for each device unless given", phase),
});

const periodic: Reader<Periodic> = {
  read(tree, path, to) {
    if (tree.kind !== "map") {
      const value = period.read(tree, path, to);
      return value === undefined ? undefined : { period: value, phase: undefined };
    }
    const given = periodicMap.read(tree, path, to);
    const [p, r] = [child(tree, "period"), child(tree, "rate")];
    if ((p === undefined) === (r === undefined)) return to.wrong(tree, path, "a period or a rate");
    const value = given?.period ?? (given?.rate === undefined ? undefined : 1 / given.rate);
    return value === undefined ? undefined : { period: value, phase: given?.phase };
  },
  schema: () => z.union([period.schema(), periodicMap.schema()]),
};

interface Trace {
  readonly instants: readonly number[];
  readonly file: string | null;
}

const instants = listOf("time", time, { min: 1, max: mostInstants });

const trace: Reader<Trace> = {
  read(tree, path, to) {
    if (tree.kind === "scalar" && typeof tree.value === "string" && tree.value.trim() !== "") {
      const values = readValues(to, tree, path, tree.value, "time", mostInstants);
      return values === undefined ? undefined : checkAscending({ instants: values, file: tree.value }, tree, path, to);
    }
    if (tree.kind !== "list")
      return to.wrong(tree, path, "a list of times such as [0 s, 12 ms], or the name of a file of times");
    const before = to.problems.length;
    const values = instants.read(tree, path, to);
    return values === undefined || to.problems.length > before
      ? undefined
      : checkAscending({ instants: values, file: null }, tree, path, to);
  },
  schema: () => z.union([z.string(), instants.schema()]),
};

function checkAscending(given: Trace, tree: Tree, path: string, to: Reading): Trace | undefined {
  const at = given.instants.findIndex((t, i) => i > 0 && t < given.instants[i - 1]!);
  if (at < 0) return given;
  const where = tree.kind === "list" ? tree.items[at]!.at : tree.at;
  return to.report(
    where,
    path,
    "times that never go back",
    `${given.instants[at]} s after ${given.instants[at - 1]} s (value ${at + 1})`,
  );
}

const kinds = ["poisson", "periodic", "trace"] as const;
const laterKinds = [
  "gamma",
  "weibull",
  "mmpp",
  "on-off",
  "diurnal",
  "batch",
  "closed",
  "single-stream",
  "multi-stream",
  "server",
  "offline",
] as const;
const arrivalFields = {
  poisson: field("mean rate", rate),
  periodic: field("period or rate", periodic),
  trace: field("instants, or a file of them", trace),
  phase: field("of periodic: instant of the first arrival; random for each device unless given", phase),
  total: field("the rate or trace is of the whole group, not of each device", flag),
};
const arrivalMap = record("arrivals", {
  ...arrivalFields,
  ...(Object.fromEntries(laterKinds.map((kind) => [kind, later])) as Record<(typeof laterKinds)[number], typeof later>),
});

export const streamFields = {
  from: field(
    "the node whose machines ask; the stream's name where that is a node",
    reference("a node", (to) => to.names.nodes),
  ),
  arrivals: required("when requests arrive: poisson, periodic or trace", arrivalMap),
  total: field("the rate or trace is of the whole group, not of each device", flag),
  phase: field("of periodic arrivals: instant of the first", phase),
  samples: field("order in which evaluation rows are asked", word("an order", ["random", "in-order"] as const)),
  deadline: field(
    "time from arrival within which the answer is due",
    orWord("none", null, quantity("time", { isPositive: true })),
  ),
  late: field(
    "keep: late requests finish; drop: they are dropped when next taken",
    word("a way with late requests", ["keep", "drop"] as const),
  ),
  answer_to: field(
    "source, nowhere, or the node where the answer is due",
    reference("a node, source or nowhere", (to) => to.names.nodes, ["source", "nowhere"]),
  ),
  priority: field("smaller first, where a queue minds it", whole({ min: 0, max: 1_000_000 })),
  model: later,
};

const reader = record("a stream", streamFields);

/** `name` is the stream's own: the last part of `path`. */
export const streamReader: Reader<Omit<ScenarioStream, "name">> = {
  schema: reader.schema,
  read(tree, path, to) {
    const given = reader.read(tree, path, to);
    if (given === undefined) return undefined;
    const at = (key: string): string => `${path}.${key}`;
    return {
      from: fromOf(given, tree, path, to),
      arrivals: arrivalsOf(given, tree, path, to),
      total: given.total ?? given.arrivals?.total ?? to.fill(at("total"), false, "rates and traces are per device"),
      samples: given.samples ?? to.fill(at("samples"), "random"),
      deadline: given.deadline === undefined ? to.fill(at("deadline"), null) : given.deadline,
      late: given.late ?? to.fill(at("late"), "keep"),
      answerTo: given.answer_to ?? to.fill(at("answer_to"), "source"),
      priority: given.priority ?? to.fill(at("priority"), 0),
    };
  },
};

type Given = Values<typeof streamFields>;

function fromOf(given: Given, tree: Tree, path: string, to: Reading): string {
  if (given.from !== undefined) return given.from;
  const name = path.split(".").at(-1)!;
  if (to.names.nodes.includes(name)) return to.fill(`${path}.from`, name, "the node of the same name");
  if (child(tree, "from") === undefined)
    to.report(
      { ...tree.at, end: tree.at.start + 1 },
      `${path}.from`,
      "the node whose machines ask",
      "nothing",
      `"${name}" is no node, so say from: ${to.names.nodes[0] ?? "<node>"}`,
    );
  return "";
}

function arrivalsOf(given: Given, tree: Tree, path: string, to: Reading): ScenarioArrivals {
  const none: ScenarioArrivals = { kind: "poisson", rate: 1 };
  const written = child(tree, "arrivals");
  const { arrivals } = given;
  if (written?.kind !== "map" || arrivals === undefined) return none;
  const inside = `${path}.arrivals`;
  const used = kinds.filter((kind) => child(written, kind) !== undefined);
  if (used.length !== 1) {
    const isLater = laterKinds.some((kind) => child(written, kind) !== undefined);
    if (!isLater)
      to.report(
        written.at,
        inside,
        "one of poisson, periodic or trace",
        used.length === 0 ? "none of them" : used.join(" and "),
      );
    return none;
  }
  const twice = (key: "phase" | "total"): Tree | undefined => {
    const places = [child(tree, key), child(written, key)].filter((place) => place !== undefined);
    if (places.length > 1) to.report(places[1]!.at, `${inside}.${key}`, `${key} once`, "a second one");
    return places[0];
  };
  twice("total");
  const phaseAt = twice("phase");
  if (phaseAt !== undefined && used[0] !== "periodic")
    to.report(phaseAt.at, `${inside}.phase`, "a phase beside periodic only", `a phase beside ${used[0]}`);
  if (arrivals.poisson !== undefined) return { kind: "poisson", rate: arrivals.poisson };
  if (arrivals.trace !== undefined) return { kind: "trace", ...arrivals.trace };
  if (arrivals.periodic === undefined) return none;
  if (phaseAt !== undefined && arrivals.periodic.phase !== undefined)
    to.report(phaseAt.at, `${inside}.phase`, "one phase", "a second one");
  const first = [given.phase, arrivals.phase, arrivals.periodic.phase].find((p) => p !== undefined);
  return {
    kind: "periodic",
    period: arrivals.periodic.period,
    phase: first === undefined ? to.fill(`${inside}.phase`, null) : first,
  };
}
