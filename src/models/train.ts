/** Joint training of all exits, from first weights or from a checkpoint, to a model folder. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type AdamState, learningRateAt, newAdam } from "./adam.ts";
import { loadTrainingBackend } from "./backend.ts";
import { augmentedRows, epochOrder } from "./batches.ts";
import { type Checkpoint, type EpochRecord, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { type Dataset, type Rows, splitTraining } from "./data/dataset.ts";
import { rowsSha256 } from "./data/sources.ts";
import type { EngineName } from "./engine.ts";
import { InterruptedError, UserError } from "./errors.ts";
import { logitsOf } from "./evaluate.ts";
import { gateSize } from "./exit-losses.ts";
import { prepareFolder, writeWhole } from "./files.ts";
import { fitGates } from "./gates.ts";
import { openOriginal } from "./imported/open.ts";
import type { Original } from "./imported/original.ts";
import { type ImportedModel, type Model, saveModel } from "./model-folder.ts";
import { Network } from "./network.ts";
import { exitBlocks, type NetworkSpec } from "./network-spec.ts";
import { initialWeights, isTrained, parametersOf, sizeOf } from "./parameters.ts";
import { type ExitQuality, qualityOf } from "./quality.ts";
import { trainingLog } from "./training-log.ts";
import { type Phase, phaseAt } from "./training-methods.ts";
import { gatesOf, phasesFor, TrainingStep } from "./training-step.ts";
import type { TrainingPlan } from "./zoo.ts";

export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Share of all steps done, those of an earlier, interrupted run included. */
  readonly done: number;
  /** Share done when this process began. */
  readonly resumedAt: number;
  /** Mean loss of each exit over the epoch so far [nats]. */
  readonly losses: readonly number[];
}

export interface TrainOptions {
  /** Name of the resulting model. */
  readonly name: string;
  readonly spec: NetworkSpec;
  /** The trunk, where it was made elsewhere: its new heads learn. */
  readonly imported?: ImportedModel | null;
  readonly dataset: Dataset;
  readonly plan: TrainingPlan;
  /** Folder of the model, its log and its checkpoint. */
  readonly out: string;
  /** Goes on from the checkpoint in `out`. */
  readonly resume?: boolean;
  /** With `resume`: ends the run where its checkpoint stands, with those weights. */
  readonly finishNow?: boolean;
  /** Begins anew even where `out` holds a model or a checkpoint. */
  readonly force?: boolean;
  readonly engine?: EngineName;
  /** Stops after the step under way, saving a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void;
}

export interface TrainResult {
  readonly model: Model;
  readonly log: readonly EpochRecord[];
  /** Of the weights as saved, on the official test set; one per exit. */
  readonly test: readonly ExitQuality[];
}

export const checkpointFile = "checkpoint.npz";
export const logFile = "training.csv";

/**
 * Trains a network. A run with the same spec, data, plan and engine gives the same weights, interrupted or not.
 * @throws UserError when `out` is occupied, or the checkpoint is of another run
 * @throws InterruptedError when stopped through `signal`; a checkpoint is then saved
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { spec, dataset, plan, out, signal } = options;
  const engine = options.engine ?? "wasm";
  checkPlan(spec, plan);
  const { learn, calibration } = splitTraining(dataset.train, plan.calibrationRows);
  const exits = exitBlocks(spec).map((block) => spec.blocks[block]!.name);
  const rows = rowsSha256(learn);
  let state = startingState(options, engine, rows);
  prepareFolder(out);
  const backend = await loadTrainingBackend(engine);
  const original = await openOriginal(backend, options.imported);
  const step = new TrainingStep(backend, spec, plan, original);
  const phases = phasesFor(spec, plan);
  let entered: Phase | null = null;
  const batch = Math.min(plan.batch, learn.count);
  const steps = Math.floor(learn.count / batch);
  const images = new Float32Array(batch * sizeOf(spec.input));
  const labels = new Uint8Array(batch);
  const checkpoint = join(out, checkpointFile);
  const doneAt = (epoch: number, stepsDone: number): number => (epoch * steps + stepsDone) / (plan.epochs * steps);
  const resumedAt = doneAt(state.epoch, state.step);

  const last = options.finishNow === true ? state.epoch : plan.epochs;
  for (let epoch = state.epoch; epoch < last; epoch += 1) {
    const order = epochOrder(learn.count, plan.seed, epoch);
    const sums = [...state.lossSums];
    let learningRate = 0;
    const phase = phaseAt(phases, epoch);
    if (phase !== entered) {
      // Moments of gradients belong to what learnt before.
      if (epoch === phase.from && state.step === 0 && epoch > 0) state = { ...state, adam: freshAdam(spec, plan) };
      step.begin(phase, state.weights);
      entered = phase;
    }
    for (let at = state.step; at < steps; at += 1) {
      const picked = order.subarray(at * batch, (at + 1) * batch);
      augmentedRows(spec, learn, picked, images, plan.augment, plan.seed, epoch);
      picked.forEach((row, i) => {
        labels[i] = learn.labels[row]!;
      });
      const [now, whole] = [(epoch - phase.from) * steps + at, (phase.to - phase.from) * steps];
      learningRate = learningRateAt(now, whole, plan.learningRate, plan.schedule);
      const { losses } = step.run(state.weights, state.adam, images, labels, learningRate);
      losses.forEach((loss, exit) => {
        sums[exit] = sums[exit]! + loss;
      });
      if (!losses.every((loss, exit) => phase.heads[exit] === false || Number.isFinite(loss))) {
        throw new UserError(`training of ${options.name}`, {
          expected: "finite losses",
          got: `${losses.join(", ")} at epoch ${epoch + 1}, step ${at + 1}`,
          hint: "a smaller --learning-rate",
        });
      }
      const means = sums.map((sum) => sum / (at + 1));
      options.onProgress?.({
        epoch,
        epochs: plan.epochs,
        step: at + 1,
        steps,
        done: doneAt(epoch, at + 1),
        resumedAt,
        losses: means,
      });
      // Lets a signal arrive: steps themselves never leave the engine.
      await setImmediate();
      if (signal?.aborted === true && at + 1 < steps) {
        saveCheckpoint(checkpoint, { ...state, epoch, step: at + 1, lossSums: sums });
        throw new InterruptedError(`stopped in epoch ${epoch + 1} of ${plan.epochs}, saved in ${checkpoint}`);
      }
    }
    const quality = measure(new Network(backend, spec, state.weights, original), calibration);
    const record: EpochRecord = {
      epoch: epoch + 1,
      learningRate,
      trainLoss: sums.map((sum) => sum / steps),
      calibrationLoss: quality.map(({ loss }) => loss),
      calibrationAccuracy: quality.map(({ accuracy }) => accuracy),
    };
    state = { ...state, epoch: epoch + 1, step: 0, lossSums: exits.map(() => 0), log: [...state.log, record] };
    if (plan.patience !== undefined) state = { ...state, best: better(state, record, plan) };
    saveCheckpoint(checkpoint, state);
    writeWhole(join(out, logFile), trainingLog(state.log, exits));
    options.onEpoch?.(record);
    await setImmediate();
    if (state.best !== null && state.epoch - state.best.epoch >= plan.patience!) break;
    if (signal?.aborted === true && epoch + 1 < plan.epochs) {
      throw new InterruptedError(`stopped after epoch ${epoch + 1} of ${plan.epochs}, saved in ${checkpoint}`);
    }
  }
  step.dispose();
  const result = finish(options, backend, state, { learn, calibration, exits, steps, original });
  original?.dispose();
  return result;
}

/** @throws UserError where the plan does not fit the network */
function checkPlan(spec: NetworkSpec, plan: TrainingPlan): void {
  try {
    const phases = phasesFor(spec, plan);
    if (plan.patience !== undefined && phases.length > 1) {
      throw new RangeError(`early stopping: expected a method that trains all exits at once, got ${plan.method}`);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new UserError("training", { got: error.message });
    throw error;
  }
}

/** The better of the weights so far and those now, by the weighted loss on calibration rows. */
function better(state: Checkpoint, record: EpochRecord, plan: TrainingPlan): Checkpoint["best"] {
  const loss = record.calibrationLoss.reduce((sum, value, exit) => sum + plan.lossWeights[exit]! * value, 0);
  if (state.best !== null && state.best.loss <= loss) return state.best;
  const weights = Object.fromEntries(Object.entries(state.weights).map(([name, values]) => [name, values.slice()]));
  return { epoch: record.epoch, loss, weights };
}

function freshAdam(spec: NetworkSpec, plan: TrainingPlan): AdamState {
  const trained = parametersOf(spec).filter(isTrained);
  const sizes = trained.map(({ name, shape }): [string, number] => [name, sizeOf(shape)]);
  return newAdam(
    Object.fromEntries([...sizes, ...gatesOf(spec, plan).map((name): [string, number] => [name, gateSize])]),
  );
}

function finish(
  { name, spec, dataset, plan, out, imported = null }: TrainOptions,
  backend: Awaited<ReturnType<typeof loadTrainingBackend>>,
  state: Checkpoint,
  {
    learn,
    calibration,
    exits,
    steps,
    original,
  }: { learn: Rows; calibration: Rows; exits: readonly string[]; steps: number; original: Original | null },
): TrainResult {
  const weights = state.best?.weights ?? state.weights;
  const rounded = saveModel(out, { name, spec, weights, training: null, imported });
  const network = new Network(backend, spec, rounded.weights, original);
  const byExit = (quality: readonly ExitQuality[]): Record<string, number> =>
    Object.fromEntries(exits.map((exit, i) => [exit, quality[i]!.accuracy]));
  const onCalibration = qualityOf(
    logitsOf(network, calibration),
    calibration.labels,
    exits.length,
    spec.classes.length,
  );
  const gates = plan.gates === true ? { gates: fitGates(network, calibration) } : {};
  const test = measure(network, dataset.test);
  const training = {
    dataset: dataset.name,
    rows: learn.count,
    calibration_rows: calibration.count,
    epochs: state.epoch,
    ...(state.replanned === undefined ? {} : { replanned: state.replanned }),
    // An epoch that was left in the middle.
    ...(state.step > 0
      ? { stopped: { epoch: state.epoch + 1, of: plan.epochs, step: state.step, of_steps: steps } }
      : {}),
    batch: plan.batch,
    steps: steps * state.epoch + state.step,
    seed: plan.seed,
    loss_weights: plan.lossWeights,
    method: plan.method ?? (imported === null ? "joint" : "heads"),
    ...(plan.method === "distillation" ? { distillation: plan.distillation ?? "half, at temperature 3" } : {}),
    ...(plan.method === "branching" ? { compute_price: plan.computePrice ?? 0.3 } : {}),
    ...(state.best === null ? {} : { kept_epoch: state.best.epoch, patience: plan.patience }),
    optimiser: `${plan.optimiser === "sgd" ? "SGD with momentum 0.9, weight decay" : "Adam, decoupled weight decay"}, ${plan.schedule ?? "cosine"} learning rate`,
    learning_rate: plan.learningRate,
    weight_decay: plan.weightDecay,
    augment: plan.augment,
    engine: `${backend.name} ${backend.version}`,
    calibration_accuracy: byExit(onCalibration),
    test_accuracy: byExit(test),
  };
  const model = saveModel(out, { name, spec, weights, training, imported, ...gates });
  rmSync(join(out, checkpointFile), { force: true });
  return { model, log: state.log, test };
}

function measure(network: Network, rows: Rows): ExitQuality[] {
  const { spec } = network;
  const quality = qualityOf(logitsOf(network, rows), rows.labels, exitBlocks(spec).length, spec.classes.length);
  network.dispose();
  return quality;
}

function startingState(
  { name, spec, plan, out, resume, force }: TrainOptions,
  engine: string,
  rows: string,
): Checkpoint {
  const path = join(out, checkpointFile);
  if (resume === true) {
    const found = loadCheckpoint(path);
    const now = { model: name, engine, rows, plan };
    // Another number of epochs is a change of mind about the end: the schedule is that of the new number from here on.
    const [before, after] = [found.plan.epochs, plan.epochs];
    const mayChange = after > found.epoch && phasesFor(spec, plan).length === 1;
    for (const key of ["model", "engine", "rows", "plan"] as const) {
      const then = key === "plan" && mayChange ? { ...found.plan, epochs: after } : found[key];
      const [expected, got] = [JSON.stringify(then), JSON.stringify(now[key])];
      if (expected !== got) throw new UserError(`--resume: ${key} is not that of ${path}`, { expected, got });
    }
    if (before === after) return found;
    const change = { epoch: found.epoch + 1, step: found.step, epochs: [before, after] as const };
    return { ...found, plan, replanned: [...(found.replanned ?? []), change] };
  }
  const occupied = [checkpointFile, "model.json"].find((file) => existsSync(join(out, file)));
  if (occupied !== undefined && force !== true) {
    throw new UserError(`--out ${out}`, {
      expected: "a folder without a training run",
      got: `${occupied} in it`,
      hint: occupied === checkpointFile ? "--resume goes on with it, --force begins anew" : "--force writes over it",
    });
  }
  const lossSums = exitBlocks(spec).map(() => 0);
  const gates = Object.fromEntries(gatesOf(spec, plan).map((gate) => [gate, new Float32Array(gateSize)]));
  const weights = { ...initialWeights(spec, plan.seed), ...gates };
  const adam = freshAdam(spec, plan);
  return { model: name, plan, engine, rows, epoch: 0, step: 0, lossSums, log: [], weights, adam, best: null };
}
