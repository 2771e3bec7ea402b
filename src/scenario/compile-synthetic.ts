/** A synthetic model: times and sizes as the scenario gives them. */
import type { Distribution } from "../sim/distribution.ts";
import { scale } from "../sim/distribution-moments.ts";
import type { BatchTimes, Model, Outputs } from "../sim/setup.ts";
import { leafFor } from "./distribution.ts";
import { plain } from "./plain.ts";
import type { Scenario, ScenarioNode, ScenarioStream, SyntheticModel, Varied } from "./scenario.ts";
import type { EvaluationTable } from "./table.ts";

const nothing: Distribution = { kind: "constant", value: 0 };
const noTime: BatchTimes = { sizes: [1], times: [nothing] };

export function takesNoTime({ times }: BatchTimes): boolean {
  return times.every((d) => d.kind === "constant" && d.value === 0);
}

/** What is given for a node and a stream; undefined where it names others only. */
export function resolve(varied: Varied, node: string, stream: string): Distribution | undefined {
  if (varied.kind === "on") {
    const one = varied.of[node];
    return one === undefined ? undefined : resolve(one, node, stream);
  }
  if (varied.kind === "stream") {
    const one = varied.of[stream];
    return one === undefined ? undefined : resolve(one, node, stream);
  }
  return plain(varied.kind === "batch" ? varied.times[0]! : varied);
}

/** The same by batch size; of a time that is given without, size 1. */
export function resolveByBatch(varied: Varied, node: string, stream: string): BatchTimes | undefined {
  const found = leafFor(varied, stream, node);
  if (found === null) return undefined;
  return found.kind === "batch"
    ? { sizes: found.sizes, times: found.times.map(plain) }
    : { sizes: [1], times: [plain(found)] };
}

/** @param placesOf group of every segment for a stream; null where the rule decides on the way */
export function syntheticModel(
  scenario: Scenario,
  model: SyntheticModel,
  table: EvaluationTable | null,
  placesOf: (stream: ScenarioStream) => readonly number[] | null,
): Model {
  const { nodes, streams } = scenario;
  const perPlace = <T>(of: (node: ScenarioNode, stream: ScenarioStream) => T): T[][] =>
    streams.map((stream) => nodes.map((node) => of(node, stream)));
  const time = (varied: Varied | null, node: ScenarioNode, stream: ScenarioStream): Distribution => {
    const found = varied === null ? undefined : resolve(varied, node.name, stream.name);
    // Nodes that nothing is said of are nodes where it never runs: checked when the scenario is read.
    if (found === undefined) return nothing;
    return node.speed.kind === "speed" ? scale(found, 1 / node.speed.speed) : found;
  };
  const byBatch = (varied: Varied | null, node: ScenarioNode, stream: ScenarioStream): BatchTimes | null => {
    if (node.queue.batch === null) return null;
    const found = (varied === null ? undefined : resolveByBatch(varied, node.name, stream.name)) ?? noTime;
    // Nothing takes no time in a batch of any size.
    const { sizes, times } = takesNoTime(found)
      ? { sizes: [1, node.queue.batch.max], times: [nothing, nothing] }
      : found;
    const factor = node.speed.kind === "speed" ? 1 / node.speed.speed : 1;
    return { sizes, times: times.map((d) => scale(d, factor)) };
  };
  const tensors = [model.input, ...model.segments.slice(0, -1).map((segment) => segment.output)];
  const codec = (which: "encode" | "decode"): Model["encode"] =>
    perPlace((node, stream) =>
      tensors.map((tensor) => {
        const varied = tensor?.[which] ?? null;
        return varied === null ? null : time(varied, node, stream);
      }),
    );
  return {
    segments: model.segments.map((segment) => segment.name),
    exits: model.exits.map((exit) => ({
      name: exit.name,
      after: model.segments.findIndex((s) => s.name === exit.after),
    })),
    trunk: perPlace((node, stream) => model.segments.map((segment) => time(segment.time, node, stream))),
    head: perPlace((node, stream) => model.exits.map((exit) => time(exit.time, node, stream))),
    batched: nodes.every((node) => node.queue.batch === null)
      ? null
      : {
          trunk: perPlace((node, stream) => model.segments.map((segment) => byBatch(segment.time, node, stream))),
          head: perPlace((node, stream) => model.exits.map((exit) => byBatch(exit.time, node, stream))),
        },
    encode: codec("encode"),
    decode: codec("decode"),
    size: streams.map((stream) => {
      const places = placesOf(stream);
      // A tensor is as large as the node that made it makes it.
      const maker = (cut: number): string =>
        cut === 0 || places === null ? stream.from : nodes[places[cut - 1]!]!.name;
      return tensors.map((tensor, cut) =>
        tensor === null ? nothing : (resolve(tensor.size, maker(cut), stream.name) ?? nothing),
      );
    }),
    result: streams.map((stream) => resolve(model.result, stream.from, stream.name) ?? nothing),
    outputs: table === null ? shares(model) : { kind: "table", ...table, crossed: tensors.map(() => null) },
  };
}

function shares(model: SyntheticModel): Outputs {
  return {
    kind: "share",
    share: model.exits.map((exit, e) => (e === model.exits.length - 1 ? 1 : (exit.share ?? 0))),
    accuracy: model.exits.map((exit) => exit.accuracy),
  };
}
