/** Measures a model on this host: times, bytes on the wire, and the exit table. */
import { cpus, loadavg } from "node:os";
import {
  type Codec,
  type CodecCost,
  codecs,
  type ExitTable,
  type Profile,
  type ProfileHost,
  type Segment,
} from "../profile.ts";
import { version } from "../version.ts";
import { type Backend, loadBackend } from "./backend.ts";
import { normalisedRows } from "./batches.ts";
import { type Dataset, type Rows, sliceRows, splitTraining } from "./data/dataset.ts";
import type { EngineName } from "./engine.ts";
import { UserError } from "./errors.ts";
import { measureExitTable } from "./exit-table.ts";
import type { Model } from "./model-folder.ts";
import { Network } from "./network.ts";
import { exitBlocks } from "./network-spec.ts";
import { costOf, sizeOf } from "./parameters.ts";
import { type CodecTimes, timeCodecs } from "./time-codecs.ts";
import { measuredBatches, type NetworkTimes, quietScatter, timeNetwork } from "./time-network.ts";
import { carefulTiming, quickTiming, significant } from "./timing.ts";

export interface ProfileOptions {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly engine: EngineName;
  /** Rough times and a fraction of the rows. */
  readonly quick?: boolean;
  /** Rows of the exit table's calibration split, from the training set's end. */
  readonly calibrationRows?: number;
  readonly onProgress?: (share: number, note: string) => void;
}

/** Calibration rows of a shipped exit table; the training set's end that was not trained on holds more. */
const tableCalibrationRows = 5000;
/** Samples whose tensors are encoded and decoded in turn while codecs are timed. */
export const timedSamples = Math.max(...measuredBatches);

/**
 * Measures times first, then the exit table. The calibration rows lie in the part of the training set that the model never learnt from.
 * @returns a profile and its table; `check` and `host.noisy` tell how far the times are to be trusted
 * @throws UserError when the data set does not fit the model or its engine does not load
 */
export async function profileModel({
  model,
  dataset,
  engine,
  quick = false,
  ...options
}: ProfileOptions): Promise<{ profile: Profile; table: ExitTable }> {
  const { spec } = model;
  if (dataset.shape.join() !== spec.input.join() || dataset.classes.join() !== spec.classes.join()) {
    throw new UserError(`data set ${dataset.name}`, {
      expected: `images of ${spec.input.join(" x ")} in ${spec.classes.length} classes, as ${model.name} takes`,
      got: `${dataset.shape.join(" x ")} in ${dataset.classes.length}`,
    });
  }
  const heldOut = Number(model.training?.calibration_rows ?? tableCalibrationRows);
  const wanted = options.calibrationRows ?? (quick ? 500 : tableCalibrationRows);
  const calibration = splitTraining(dataset.train, Math.min(heldOut, wanted)).calibration;
  const evaluation = quick ? sliceRows(dataset.test, 0, Math.min(1000, dataset.test.count)) : dataset.test;
  const before = loadavg()[0]!;
  const backend = await loadBackend(engine);
  const network = new Network(backend, spec, model.weights);
  const report = options.onProgress ?? (() => {});
  const plan = quick ? quickTiming : carefulTiming;
  const samples = sampleInputs(network, dataset.test);
  const times = timeNetwork(network, samples, plan, (batch) =>
    report(0.4 * (measuredBatches.indexOf(batch) / measuredBatches.length), `times at batch ${batch}`),
  );
  report(0.4, "encode and decode times");
  const costs = timeCodecs(network, samples, timedSamples, plan);
  const host = hostOf(backend, before, times);
  const table = measureExitTable(network, calibration, evaluation, (done, of) =>
    report(0.5 + 0.5 * (done / of), `exit table, row ${done} of ${of}`),
  );
  network.dispose();
  const profile: Profile = {
    format: "offramp/profile",
    version: 1,
    name: model.name,
    model: {
      name: spec.name,
      classes: spec.classes,
      input: { shape: spec.input, bytes: sizeOf(spec.input) },
      params: 0,
      training: model.training,
      weights_sha256: model.weightsSha256,
    },
    host,
    dispatch_overhead_s: times.dispatchOverhead_s,
    check: times.check,
    segments: segmentsOf(network, times, costs, (cut, codec) => meanBytes(table, cut, codec)),
    exits: exitBlocks(spec).map((block) => ({ name: spec.blocks[block]!.name, after: spec.blocks[block]!.name })),
  };
  const params = profile.segments.reduce((sum, { trunk, head }) => sum + trunk.params + (head?.params ?? 0), 0);
  return { profile: { ...profile, model: { ...profile.model, params } }, table };
}

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
      output: cost === undefined ? null : { shape: shapes[i + 1]!, codecs: costsOf(cost, (codec) => bytes(i, codec)) },
    };
  });
}

function costsOf(times: CodecTimes, bytes: (codec: Codec) => number): Record<Codec, CodecCost> {
  const entries = codecs.map((codec) => [codec, { bytes: significant(bytes(codec)), ...times[codec] }]);
  return Object.fromEntries(entries) as Record<Codec, CodecCost>;
}

/** Mean bytes of a cut in a codec over all rows of the table. */
function meanBytes({ wire, samples }: ExitTable, cut: number, codec: Codec): number {
  const cuts = wire!.length / samples / codecs.length;
  let sum = 0;
  for (let row = 0; row < samples; row += 1) sum += wire![(row * cuts + cut) * codecs.length + codecs.indexOf(codec)]!;
  return sum / samples;
}
