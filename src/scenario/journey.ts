/** What a request of a stream meets on its way, on average: where the placement rule is known beforehand. */
import { batchMean } from "../sim/batch-times.ts";
import type { Distribution } from "../sim/distribution.ts";
import { attachment } from "../sim/routes.ts";
import type { Setup, Size } from "../sim/setup.ts";
import type { ExitShares } from "./offered-load.ts";

export type Step =
  /** Time on a server of a node group; `visit` counts the stays, each of which holds a server once. */
  | {
      readonly kind: "work";
      readonly group: number;
      readonly visit: number;
      readonly time: Distribution;
      readonly share: number;
    }
  | {
      readonly kind: "send";
      readonly from: number;
      readonly to: number;
      readonly size: Size;
      readonly share: number;
    };

/**
 * Steps in order, each with the share of the stream's requests that come to it; none that nobody comes to.
 * @param places node group of each segment
 */
export function* journey(
  setup: Setup,
  s: number,
  places: readonly number[],
  { leaves, heads }: ExitShares,
): Generator<Step> {
  const { model } = setup;
  const stream = setup.streams[s]!;
  const due = stream.answerTo === "source" ? stream.source : stream.answerTo;
  let [at, visit, here] = [stream.source, 0, 1];
  const work = function* (group: number, time: Distribution | null | undefined): Generator<Step> {
    if (time !== null && time !== undefined && here > 0) yield { kind: "work", group, visit, time, share: here };
  };
  for (const [k, group] of places.entries()) {
    if (group !== at) {
      yield* work(at, model.encode[s]![at]![k]);
      if (here > 0) yield { kind: "send", from: at, to: group, size: model.size[s]![k]!, share: here };
      visit++;
      at = group;
      yield* work(group, model.decode[s]![group]![k]);
    }
    yield* work(group, perRequest(setup, s, group, k, "trunk"));
    const exit = model.exits.findIndex((e) => e.after === k);
    if (exit < 0) continue;
    if (heads.includes(exit)) yield* work(group, perRequest(setup, s, group, exit, "head"));
    const left = leaves[exit]!;
    if (due !== "nowhere" && due !== group && left > 0)
      yield { kind: "send", from: group, to: due, size: model.result[s]!, share: left };
    here = Math.max(0, here - left);
    // Sums of shares round.
    if (here < 1e-12) here = 0;
  }
}

/** Time of a segment or head for one request; its share of the largest batch, where there are batches. */
function perRequest(
  { nodes, model }: Setup,
  s: number,
  group: number,
  index: number,
  which: "trunk" | "head",
): Distribution | undefined {
  const { batch } = nodes[group]!.queue;
  const times = model.batched === null ? null : model.batched[which][s]![group]![index];
  if (!times || batch === null) return model[which][s]![group]![index];
  return { kind: "constant", value: batchMean(times, batch.max) / batch.max };
}

/** Devices of a group attached to each machine of another: one number where all have as many, else by machine; those beyond the list have none. */
export function devicesByMachine(setup: Setup, source: number, group: number): number | Float64Array {
  let machines = setup.nodes[source]!.count;
  let devices: number | Float64Array = 1;
  for (const modulus of attachment(setup, source, group) ?? []) {
    if (typeof devices === "number" && machines % modulus === 0) devices *= machines / modulus;
    else {
      const fewer = new Float64Array(modulus);
      for (let i = 0; i < machines; i++) fewer[i % modulus]! += typeof devices === "number" ? devices : devices[i]!;
      devices = fewer;
    }
    machines = modulus;
  }
  if (typeof devices !== "number" || machines === setup.nodes[group]!.count) return devices;
  return new Float64Array(machines).fill(devices);
}
