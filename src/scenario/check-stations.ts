/** What can be wrong between nodes that serve in a way of their own and the model. */
import type { Work } from "../profile.ts";
import type { BatchTimes } from "../sim/setup.ts";
import { resolveByBatch, takesNoTime } from "./compile-synthetic.ts";
import type { Report } from "./errors.ts";
import type { Reading } from "./reading.ts";
import type { Scenario, ScenarioNode, ScenarioStream, Varied } from "./scenario.ts";

/** No batch may be larger than those whose time is known. @param places node of each segment */
export function checkBatches(
  scenario: Scenario,
  stream: ScenarioStream,
  places: readonly ScenarioNode[],
  to: Reading,
  report: Report,
): void {
  places.forEach((node, k) => {
    const { batch } = node.queue;
    if (batch === null || node.speed.kind === "device") return;
    for (const { path, largest } of knownSizes(scenario, stream, node, k, to)) {
      if (batch.max > largest)
        report(
          `nodes.${node.name}.queue.batch.max`,
          `at most ${largest}, the largest batch whose time ${path} says`,
          String(batch.max),
          scenario.model.kind === "synthetic" ? "such as time: { batch: { 1: 15 ms, 8: 36 ms } }" : null,
        );
    }
  });
}

/** The largest batch size that is known of a segment, and of the head after it. */
function* knownSizes(
  { model, segments }: Scenario,
  stream: ScenarioStream,
  node: ScenarioNode,
  k: number,
  to: Reading,
): Generator<{ path: string; largest: number }> {
  if (model.kind === "profile") {
    const name = node.speed.kind === "profile" ? node.speed.profile : model.profile;
    const { trunk, head } = to.resources.profile(name).profile.segments[k]!;
    const largest = (work: Work): number => work.time.at(-1)!.batch;
    yield { path: `profile ${name}`, largest: Math.min(largest(trunk), head === null ? Infinity : largest(head)) };
    return;
  }
  const segment = model.segments[k]!;
  const exit = model.exits.find(({ after }) => after === segments[k]);
  const largest = (time: Varied): number => {
    const given: BatchTimes | undefined = resolveByBatch(time, node.name, stream.name);
    return given === undefined || takesNoTime(given) ? Infinity : given.sizes.at(-1)!;
  };
  yield { path: `model.synthetic.segments.${segment.name}.time`, largest: largest(segment.time) };
  if (exit !== undefined && exit.time !== null)
    yield { path: `model.synthetic.exits.${exit.name}.time`, largest: largest(exit.time) };
}
