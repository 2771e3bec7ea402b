/** Measures a model on this host: times, bytes on the wire, and the exit table. */
import { loadavg } from "node:os";
import { type Codec, codecs, type ExitTable, type Profile } from "../profile.ts";
import { loadBackend } from "./backend.ts";
import { type Dataset, sliceRows, splitTraining } from "./data/dataset.ts";
import type { EngineName } from "./engine.ts";
import { UserError } from "./errors.ts";
import { measureExitTable } from "./exit-table.ts";
import { fitDataset } from "./imported/fit-dataset.ts";
import { openOriginal } from "./imported/open.ts";
import type { Model } from "./model-folder.ts";
import { Network } from "./network.ts";
import { exitBlocks, isImported, newHeads } from "./network-spec.ts";
import { sizeOf } from "./parameters.ts";
import { hostOf, sampleInputs, segmentsOf, timedSamples } from "./profile-parts.ts";
import { timeCodecs } from "./time-codecs.ts";
import { measuredBatches, timeNetwork } from "./time-network.ts";
import { carefulTiming, patientTiming, quickTiming } from "./timing.ts";

export interface ProfileOptions {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly engine: EngineName;
  /** Rough times and a fraction of the rows. */
  readonly quick?: boolean;
  /** Three times as many blocks, twice as long. */
  readonly careful?: boolean;
  /** Rows of the exit table's calibration split, from the training set's end. */
  readonly calibrationRows?: number;
  readonly onProgress?: (share: number, note: string) => void;
}

/** Calibration rows of a shipped exit table; the training set's end that was not trained on holds more. */
const tableCalibrationRows = 5000;
/**
 * Measures times first, then the exit table. The calibration rows lie in the part of the training set that the model never learnt from.
 * @returns a profile and its table; `check` and `host.noisy` tell how far the times are to be trusted
 * @throws UserError when the data set does not fit the model or its engine does not load
 */
export async function profileModel({
  model,
  dataset: given,
  engine,
  quick = false,
  careful = false,
  ...options
}: ProfileOptions): Promise<{ profile: Profile; table: ExitTable }> {
  const { spec } = model;
  if (model.training === null && newHeads(spec).length > 0) {
    throw new UserError(`model ${model.name}`, {
      expected: "trained heads",
      got: "heads as they were attached",
      hint: `offramp train ${model.name} --dataset … trains them`,
    });
  }
  const dataset = isImported(spec) ? fitDataset(given, spec) : given;
  const classesFit = isImported(spec) || dataset.classes.join() === spec.classes.join();
  if (dataset.shape.join() !== spec.input.join() || !classesFit) {
    throw new UserError(`data set ${dataset.name}`, {
      expected: `images of ${spec.input.join(" x ")} in ${spec.classes.length} classes, as ${model.name} takes`,
      got: `${dataset.shape.join(" x ")} in ${dataset.classes.length}`,
    });
  }
  const stated = Number(model.training?.calibration_rows);
  const heldOut = Number.isSafeInteger(stated) && stated > 0 ? stated : tableCalibrationRows;
  const wanted = options.calibrationRows ?? (quick ? 500 : tableCalibrationRows);
  // Nothing is known of what a model learnt from that was trained elsewhere.
  const most = model.training === null ? Math.floor(dataset.train.count / 2) : heldOut;
  const calibration = splitTraining(dataset.train, Math.min(heldOut, wanted, most)).calibration;
  const evaluation = quick ? sliceRows(dataset.test, 0, Math.min(1000, dataset.test.count)) : dataset.test;
  const before = loadavg()[0]!;
  const backend = await loadBackend(engine);
  const original = await openOriginal(backend, model.imported);
  const network = new Network(backend, spec, model.weights, original);
  const report = options.onProgress ?? (() => {});
  const plan = quick ? quickTiming : careful ? patientTiming : carefulTiming;
  const samples = sampleInputs(network, dataset.test);
  const times = timeNetwork(network, samples, plan, (batch) =>
    report(0.4 * (measuredBatches.indexOf(batch) / measuredBatches.length), `times at batch ${batch}`),
  );
  report(0.4, "encode and decode times");
  const costs = timeCodecs(network, samples, timedSamples, plan);
  const host = hostOf(backend, before, times);
  const table = measureExitTable(
    network,
    calibration,
    evaluation,
    (done, of) => report(0.5 + 0.5 * (done / of), `exit table, row ${done} of ${of}`),
    model.gates,
  );
  network.dispose();
  original?.dispose();
  const profile: Profile = {
    format: "offramp/profile",
    version: 1,
    name: model.name,
    model: {
      name: spec.name,
      classes: dataset.classes,
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

/** Mean bytes of a cut in a codec over all rows of the table. */
function meanBytes({ wire, samples }: ExitTable, cut: number, codec: Codec): number {
  const cuts = wire!.length / samples / codecs.length;
  let sum = 0;
  for (let row = 0; row < samples; row += 1) sum += wire![(row * cuts + cut) * codecs.length + codecs.indexOf(codec)]!;
  return sum / samples;
}
