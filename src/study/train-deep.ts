/** Trains the deep network once and watches the gradients of its layers on the way. */
import { setImmediate } from "node:timers/promises";
import { learningRateAt, newAdam } from "../models/adam.ts";
import type { Backend } from "../models/backend.ts";
import { augmentedRows, epochOrder, normalisedRows } from "../models/batches.ts";
import { type Dataset, type Rows, sliceRows } from "../models/data/dataset.ts";
import { logitsOf } from "../models/evaluate.ts";
import { Network } from "../models/network.ts";
import { exitBlocks, type NetworkSpec } from "../models/network-spec.ts";
import { initialWeights, isTrained, parametersOf, sizeOf, type Weights } from "../models/parameters.ts";
import { qualityOf } from "../models/quality.ts";
import { TrainingStep } from "../models/training-step.ts";
import { deepNet, deepPlan, type Kind, trunkFilters } from "./deep-net.ts";

/** One network trained from one seed. */
export interface DeepRun {
  readonly kind: Kind;
  readonly seed: number;
  /** Length of the gradient of each convolution of the trunk, at the beginning of each epoch and at the end. Shape [epochs + 1, layers]. */
  readonly gradients: readonly (readonly number[])[];
  /** Of the last exit, on all training rows and on the test rows. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** Rows that gradients are taken on: the first so many of the training set. */
const probeRows = 256;

/**
 * @param onStep called after every step with the share done of this run
 * @param between called between steps; throws to stop
 */
export async function trainDeep(
  backend: Backend,
  dataset: Dataset,
  { kind, epochs, seed }: { readonly kind: Kind; readonly epochs: number; readonly seed: number },
  onStep: (share: number) => void,
  between: () => void,
): Promise<DeepRun> {
  const spec = deepNet(dataset, kind);
  const plan = deepPlan(kind, epochs, seed);
  const step = new TrainingStep(backend, spec, plan);
  const weights = initialWeights(spec, seed);
  const trained = parametersOf(spec).filter(isTrained);
  const adam = newAdam(Object.fromEntries(trained.map(({ name, shape }) => [name, sizeOf(shape)])));
  const { train } = dataset;
  const size = sizeOf(spec.input);
  const images = new Float32Array(plan.batch * size);
  const labels = new Uint8Array(plan.batch);
  const steps = Math.max(1, Math.floor(train.count / plan.batch));
  const probe = sliceRows(train, 0, Math.min(probeRows, train.count));
  const gradients: number[][] = [];
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    gradients.push(layerGradients(step, spec, weights, probe));
    const order = epochOrder(train.count, seed, epoch);
    for (let at = 0; at < steps; at += 1) {
      // A set smaller than a batch goes round.
      const picked = Uint32Array.from({ length: plan.batch }, (_, i) => order[(at * plan.batch + i) % order.length]!);
      augmentedRows(spec, train, picked, images, plan.augment, seed, epoch);
      picked.forEach((row, i) => {
        labels[i] = train.labels[row]!;
      });
      const rate = learningRateAt(epoch * steps + at, epochs * steps, plan.learningRate, "cosine");
      step.run(weights, adam, images, labels, rate);
      onStep((epoch * steps + at + 1) / (epochs * steps));
      await setImmediate();
      between();
    }
  }
  gradients.push(layerGradients(step, spec, weights, probe));
  step.dispose();
  const network = new Network(backend, spec, weights);
  const accuracy = (rows: Rows): number =>
    qualityOf(logitsOf(network, rows), rows.labels, exitBlocks(spec).length, spec.classes.length).at(-1)!.accuracy;
  const run = { kind, seed, gradients, trainAccuracy: accuracy(train), testAccuracy: accuracy(dataset.test) };
  network.dispose();
  return run;
}

/** Euclidean length of the loss's gradient by the filters of each convolution of the trunk. */
export function layerGradients(step: TrainingStep, spec: NetworkSpec, weights: Weights, probe: Rows): number[] {
  const { gradients } = step.gradients(weights, normalisedRows(spec, probe, 0, probe.count), probe.labels);
  return trunkFilters(spec).map((name) => Math.sqrt(gradients[name]!.reduce((sum, g) => sum + g * g, 0)));
}
