/** Exact lists that are shorter than the run: found when the scenario is read, or told when one runs out. */
import type { SequenceError } from "../sim/draw.ts";
import { arrivalsGiven } from "./compile-arrivals.ts";
import { leafFor } from "./distribution.ts";
import type { Problem } from "./errors.ts";
import { placesOf } from "./places.ts";
import type { Scenario, ScenarioNode, ScenarioPolicy, ScenarioStream, SyntheticModel, Varied } from "./scenario.ts";
import type { Span } from "./tree.ts";

/** An exact list that ran out, as a mistake at its place in the file. @param placeOf a path of the scenario */
export function sequenceProblem(
  { purpose, length, wanted }: SequenceError,
  scenario: Scenario,
  placeOf: (path: string) => Span,
): Problem {
  const path = pathOf(purpose, scenario);
  return {
    path,
    at: placeOf(path),
    expected: `a value for arrival ${wanted + 1} of stream ${purpose[1]}`,
    got: `a list of ${length}`,
    hint: `add values, or set run.requests to at most ${length}`,
  };
}

/** Where a scenario says what draws of a purpose go by. */
function pathOf([what, , where, which]: readonly (string | number)[], { segments, exits }: Scenario): string {
  const tensor = (cut: number): string =>
    cut === 0 ? "model.synthetic.input" : `model.synthetic.segments.${segments[cut - 1]}.output`;
  if (what === "size") return where === "result" ? "model.synthetic.result" : tensor(Number(where));
  if (which === "trunk") return `model.synthetic.segments.${where}.time`;
  if (which === "head") return `model.synthetic.exits.${exits.find((exit) => exit.after === where)?.name}.time`;
  return `${tensor(Number(where))}.${which}`;
}

type ReportList = (path: string, expected: string, got: string, hint?: string | null) => void;

/**
 * Reports lists that are certain to run out: those of segments, heads and tensors that every request of a stream comes to, where it is known how many
 * of them there will be. Lists that may or may not run out are told when they do.
 */
export function checkSequences(scenario: Scenario, report: ReportList): void {
  const { model, policies, streams } = scenario;
  if (model.kind !== "synthetic") return;
  streams.forEach((stream, s) => {
    const requests = arrivalsOf(scenario)[s]!;
    if (requests === null || stream.late === "drop") return;
    for (const policy of policies) {
      for (const { path, values, node } of certain(scenario, model, policy, stream)) {
        const list = values === null ? null : leafFor(values, stream.name, node);
        if (list?.kind !== "sequence" || list.values.length >= requests) continue;
        report(
          path,
          `${requests} values, one for each request of ${streams.length === 1 ? "a replication" : `stream ${stream.name}`}`,
          `a list of ${list.values.length}`,
          streams.length === 1
            ? `add values, or set run.requests to at most ${list.values.length}`
            : `add values, or shorten the trace of ${stream.name}`,
        );
      }
    }
  });
}

/** Requests of each stream in a replication; null where that is not known beforehand. */
function arrivalsOf({ streams, nodes, run }: Scenario): (number | null)[] {
  if (run.requests === null) return streams.map(() => null);
  const given = streams.map((stream) => arrivalsGiven(stream, nodes));
  if (streams.length === 1) return [Math.min(run.requests, given[0] ?? run.requests)];
  const all = given.reduce((sum, n) => (sum === null || n === null ? null : sum + n), 0);
  return all === null || all > run.requests ? streams.map(() => null) : given;
}

interface Use {
  readonly path: string;
  readonly values: Varied | null;
  /** Whose list it is. */
  readonly node: string;
}

/** What every request of a stream asks for under a policy, as far as it is placed beforehand and nothing may be dropped on the way. */
function* certain(
  scenario: Scenario,
  model: SyntheticModel,
  policy: ScenarioPolicy,
  stream: ScenarioStream,
): Generator<Use> {
  const { nodes, links } = scenario;
  const { rule } = policy.exit;
  if (scenario.faults.some(({ inService }) => inService === "drop")) return;
  let at = stream.from;
  for (const [k, group] of (placesOf(scenario, policy, stream) ?? []).entries()) {
    const { name: node, queue } = nodes[group]!;
    const segment = model.segments[k]!;
    if (node !== at) {
      const tensor = k === 0 ? model.input : model.segments[k - 1]!.output;
      const path = k === 0 ? "model.synthetic.input" : `model.synthetic.segments.${model.segments[k - 1]!.name}.output`;
      if (tensor !== null) {
        const isMap = tensor.encode !== null || tensor.decode !== null;
        yield { path: isMap ? `${path}.size` : path, values: tensor.size, node: at };
        yield { path: `${path}.encode`, values: tensor.encode, node: at };
      }
      if (links.some(({ kind, loss }) => kind === "nr-cell" || loss !== null) || mayDrop(nodes[group]!)) return;
      if (tensor !== null) yield { path: `${path}.decode`, values: tensor.decode, node };
      at = node;
    } else if (mayDrop(nodes[group]!)) return;
    yield { path: `model.synthetic.segments.${segment.name}.time`, values: segment.time, node };
    const exit = model.exits.find(({ after }) => after === segment.name);
    if (exit === undefined) continue;
    const isLast = k === model.segments.length - 1;
    if (isLast || rule === "share") yield { path: `model.synthetic.exits.${exit.name}.time`, values: exit.time, node };
    // Batches run a head for all if any member asks; nobody goes on for certain but past exits that nobody leaves at.
    if (!(rule === "never" || (rule === "share" && exit.share === 0)) || queue.batch !== null) return;
  }
}

function mayDrop({ queue, failures }: ScenarioNode): boolean {
  return queue.places < Number.POSITIVE_INFINITY || queue.admit !== null || failures?.inService === "drop";
}
