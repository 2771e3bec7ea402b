/** A synthetic model: times and sizes as the scenario gives them. */
import type { Distribution } from "../sim/distribution.ts";
import { scale } from "../sim/distribution-moments.ts";
import type { Model, Outputs } from "../sim/setup.ts";
import { plain } from "./plain.ts";
import type { Scenario, ScenarioNode, ScenarioStream, SyntheticModel, Varied } from "./scenario.ts";
import type { EvaluationTable } from "./table.ts";

const nothing: Distribution = { kind: "constant", value: 0 };

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
  return plain(varied);
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
