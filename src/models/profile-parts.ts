/** Pieces that a first profile and a later measurement on another host share. */
import { cpus, loadavg } from "node:os";
import { type Codec, type CodecCost, codecs, type ProfileHost, type Segment } from "../profile.ts";
import { version } from "../version.ts";
import type { Backend } from "./backend.ts";
import { normalisedRows } from "./batches.ts";
import type { Rows } from "./data/dataset.ts";
import type { Network } from "./network.ts";
import type { Block } from "./network-spec.ts";
import { costOf, sizeOf } from "./parameters.ts";
import type { CodecTimes } from "./time-codecs.ts";
import { measuredBatches, type NetworkTimes, quietScatter } from "./time-network.ts";
import { significant } from "./timing.ts";

/** Samples that are timed: as many as the largest batch; codecs take them in turn. */
export const timedSamples = Math.max(...measuredBatches);

/** The first rows of a set, normalised: as many as the largest batch, rows repeated where there are fewer. */
export function sampleInputs(network: Network, rows: Rows): Float32Array {
  const size = sizeOf(network.shapes[0]!);
  const present = normalisedRows(network.spec, rows, 0, Math.min(rows.count, timedSamples));
  const all = new Float32Array(timedSamples * size);
  for (let at = 0; at < all.length; at += present.length) all.set(present.subarray(0, all.length - at), at);
  return all;
}

/** This machine and engine, and whether the measurement was quiet. */
export function hostOf(backend: Backend, loadBefore: number, times: NetworkTimes): ProfileHost {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    engine: backend.name,
    engine_version: backend.version,
    node: process.versions.node,
    offramp: version,
    date: new Date().toISOString(),
    load_average: [significant(loadBefore), significant(loadavg()[0]!)],
    noisy: times.scatter > quietScatter,
    drift: significant(times.drift),
  };
}

/** Segments of a profile from a network, its measured times and codec costs. */
export function segmentsOf(
  network: Network,
  times: NetworkTimes,
  costs: readonly CodecTimes[],
  bytes: (cut: number, codec: Codec) => number,
): Segment[] {
  const { spec, shapes } = network;
  return spec.blocks.map((block, i) => {
    const cost = costs[i];
    const head = block.head === null ? null : { ...costOf(block.head, shapes[i + 1]!), time: times.heads[i]! };
    return {
      name: block.name,
      trunk: { ...costOf(block.layers, shapes[i]!), time: times.trunks[i]! },
      head,
      output:
        cost === undefined
          ? null
          : { shape: shapes[i + 1]!, ...tensorsOf(block), codecs: costsOf(cost, (codec) => bytes(i, codec)) },
    };
  });
}

/** Shapes of the tensors that cross after a block, where there are several. */
function tensorsOf({ layers }: Block): { tensors?: readonly (readonly number[])[] } {
  const last = layers.at(-1);
  return last?.kind === "imported" && last.to.length > 1 ? { tensors: last.to } : {};
}

function costsOf(times: CodecTimes, bytes: (codec: Codec) => number): Record<Codec, CodecCost> {
  const entries = codecs.map((codec) => [codec, { bytes: significant(bytes(codec)), ...times[codec] }]);
  return Object.fromEntries(entries) as Record<Codec, CodecCost>;
}
