/** Exact lists that are shorter than the run: found when the scenario is read, or told when one runs out. */
import type { SequenceError } from "../sim/draw.ts";
import { arrivalsGiven } from "./compile-arrivals.ts";
import { leafFor } from "./distribution.ts";
import type { Problem } from "./errors.ts";
import { placesOf } from "./places.ts";
import type { Scenario, ScenarioStream } from "./scenario.ts";
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

/**
 * Reports times of first segments that are certain to run out: of the only stream, where every request reaches that segment.
 * Lists that may or may not run out are told when they do.
 */
export function checkSequences(
  scenario: Scenario,
  report: (path: string, expected: string, got: string, hint?: string | null) => void,
): void {
  const { model, streams, policies, nodes, run } = scenario;
  const [stream] = streams;
  if (model.kind !== "synthetic" || stream === undefined || streams.length > 1 || run.requests === null) return;
  const requests = Math.min(run.requests, arrivalsGiven(stream, nodes) ?? run.requests);
  for (const policy of policies) {
    const group = placesOf(scenario, policy, stream)?.[0];
    const node = group === undefined ? undefined : nodes[group];
    if (node === undefined || mayDrop(stream, node.queue.places)) continue;
    const time = leafFor(model.segments[0]!.time, stream.name, node.name);
    if (time?.kind !== "sequence" || time.values.length >= requests) continue;
    report(
      `model.synthetic.segments.${model.segments[0]!.name}.time`,
      `${requests} values, one for each request of a replication`,
      `a list of ${time.values.length}`,
      `add values, or set run.requests to at most ${time.values.length}`,
    );
  }
}

const mayDrop = ({ late }: ScenarioStream, places: number): boolean =>
  late === "drop" || places < Number.POSITIVE_INFINITY;
