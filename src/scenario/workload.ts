/** `workload:`, named streams of requests. */
import { arrivalsOf, arrivalsReader, phase } from "./arrivals/index.ts";
import {
  field,
  flag,
  later,
  orWord,
  plainNumber,
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
import { samplesReader } from "./samples.ts";
import type { ScenarioStream } from "./scenario.ts";
import { child, type Tree } from "./tree.ts";

export const streamFields = {
  from: field(
    "the node whose machines ask; the stream's name where that is a node",
    reference("a node", (to) => to.names.nodes),
  ),
  arrivals: required("when requests arrive: one kind, such as poisson, and what it needs", arrivalsReader),
  total: field("the rate or trace is of the whole group, not of each device", flag),
  phase: field("of periodic arrivals: instant of the first", phase),
  samples: field("evaluation rows that are asked: random, in-order, or by class", samplesReader),
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
  weight: field(
    "share of its messages among the flows of shared links, relative",
    plainNumber({ min: 0.001, max: 1000 }),
  ),
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
      weight: given.weight ?? to.fill(at("weight"), 1),
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
