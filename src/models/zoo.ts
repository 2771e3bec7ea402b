/** The networks that ship, as data, with the training that made their weights. */
import { type DatasetName, sources } from "./data/sources.ts";
import { placeExits, type Unit } from "./exit-placement.ts";
import { headShapes } from "./heads.ts";
import type { Layer, NetworkSpec } from "./network-spec.ts";

/** How a network is trained; every field can be overridden on the command line. */
export interface TrainingPlan {
  readonly epochs: number;
  /** Rows of one step. */
  readonly batch: number;
  readonly seed: number;
  /** Weight of each exit's cross-entropy in the joint loss. */
  readonly lossWeights: readonly number[];
  /** Peak learning rate of Adam; rises over the first 2 % of steps, then falls to 0 along a cosine. */
  readonly learningRate: number;
  /** Decoupled weight decay of filters, as a fraction of the learning rate (Loshchilov and Hutter 2019). */
  readonly weightDecay: number;
  /** Random changes of each training image: mirrored with probability 1/2, and moved by up to `shift` pixels, zeros moved in. */
  readonly augment: { readonly mirror: boolean; readonly shift: number };
  /** Rows at the training set's end that are never trained on. */
  readonly calibrationRows: number;
}

export interface ZooEntry {
  /** Name of the model folder and the profile. */
  readonly folder: string;
  readonly dataset: DatasetName;
  readonly spec: Omit<NetworkSpec, "classes">;
  readonly training: TrainingPlan;
}

const conv = (filters: number, kernel: number, more: object = {}): Layer => ({
  kind: "conv",
  filters,
  kernel,
  relu: true,
  ...more,
});
const normed = (filters: number, kernel: number, stride = 1, relu = true): Layer => ({
  kind: "conv",
  filters,
  kernel,
  stride,
  norm: true,
  relu,
});
const residual = (filters: number, stride = 1): Layer => ({
  kind: "residual",
  body: [normed(filters, 3, stride), normed(filters, 3, 1, false)],
  shortcut: stride === 1 ? [] : [normed(filters, 1, stride, false)],
});
const classifier = (classes: number): Layer => ({ kind: "dense", units: classes });

/**
 * B-LeNet: a LeNet with two early exits, after Teerapittayanon, McDanel and Kung, "BranchyNet" (ICPR 2016), whose branches also hold a
 * convolution and a dense layer.
 */
const bLeNet: ZooEntry = {
  folder: "b-lenet-fashion",
  dataset: "fashion-mnist",
  spec: {
    name: "b-lenet",
    input: [28, 28, 1],
    // Mean and standard deviation of Fashion-MNIST's training pixels.
    normalise: { mean: [72.94], sd: [90.02] },
    blocks: [
      {
        name: "stem",
        layers: [conv(8, 5), { kind: "max-pool", size: 2, stride: 2 }],
        head: [conv(8, 3, { stride: 2 }), { kind: "flatten" }, classifier(10)],
      },
      {
        name: "body",
        layers: [conv(16, 5), { kind: "max-pool", size: 2, stride: 2 }],
        head: [{ kind: "flatten" }, classifier(10)],
      },
      {
        name: "tail",
        layers: [conv(32, 3), { kind: "flatten" }, { kind: "dense", units: 128, relu: true }],
        head: [classifier(10)],
      },
    ],
  },
  training: {
    epochs: 8,
    batch: 128,
    seed: 0,
    lossWeights: [0.3, 0.3, 1],
    learningRate: 2e-3,
    weightDecay: 0.01,
    augment: { mirror: true, shift: 1 },
    calibrationRows: 5000,
  },
};

/**
 * ResNet-8 of MLPerf Tiny (Banbury et al. 2021; widths 16, 32, 64, 12.5 M MACs) with two early exits, whose heads hold convolutions since
 * shallow features are too local for a global average alone.
 */
const resNet8: ZooEntry = {
  folder: "resnet-8-cifar10",
  dataset: "cifar-10",
  spec: {
    name: "resnet-8",
    input: [32, 32, 3],
    // Means and standard deviations of CIFAR-10's training pixels.
    normalise: { mean: [125.31, 122.95, 113.87], sd: [62.99, 62.09, 66.7] },
    blocks: [
      {
        name: "stage1",
        layers: [normed(16, 3), residual(16)],
        head: [normed(32, 3, 2), normed(32, 3, 2), { kind: "global-average-pool" }, classifier(10)],
      },
      {
        name: "stage2",
        layers: [residual(32, 2)],
        head: [normed(48, 3, 2), { kind: "global-average-pool" }, classifier(10)],
      },
      {
        name: "stage3",
        layers: [residual(64, 2)],
        head: [{ kind: "global-average-pool" }, classifier(10)],
      },
    ],
  },
  training: {
    epochs: 4,
    batch: 64,
    seed: 0,
    lossWeights: [0.3, 0.3, 1],
    learningRate: 4e-3,
    weightDecay: 0.02,
    augment: { mirror: true, shift: 2 },
    calibrationRows: 5000,
  },
};

/** Residual blocks of a CIFAR ResNet (He et al. 2016, section 4.2): three stages of (depth - 2) / 6, shortcuts without parameters. */
function cifarResNet(depth: number, width: number): Unit[] {
  const perStage = (depth - 2) / 6;
  const units: Unit[] = [];
  for (let stage = 1; stage <= 3; stage += 1) {
    const filters = width * 2 ** (stage - 1);
    for (let n = 1; n <= perStage; n += 1) {
      const stride = stage > 1 && n === 1 ? 2 : 1;
      const block: Layer = {
        kind: "residual",
        body: [normed(filters, 3, stride), normed(filters, 3, 1, false)],
        shortcut: stride === 1 ? [] : [{ kind: "subsample", stride, channels: filters }],
      };
      const first = units.length === 0 ? [normed(width, 3)] : [];
      units.push({ name: `stage${stage}-${n}`, layers: [...first, block] });
    }
  }
  return units;
}

/** ResNet-20 at half its width, so that one core trains it in an hour or two, with four early exits a fifth of its cost apart. */
const bResNet20: ZooEntry = {
  folder: "b-resnet-20-cifar10",
  dataset: "cifar-10",
  spec: {
    name: "b-resnet-20",
    input: [32, 32, 3],
    normalise: { mean: [125.31, 122.95, 113.87], sd: [62.99, 62.09, 66.7] },
    blocks: placeExits(
      { input: [32, 32, 3], units: cifarResNet(20, 8), classifier: [{ kind: "global-average-pool" }, classifier(10)] },
      { fractions: [0.1, 0.3, 0.5, 0.7] },
      headShapes.conv!,
      10,
    ),
  },
  training: {
    epochs: 12,
    batch: 64,
    seed: 0,
    lossWeights: [0.2, 0.4, 0.6, 0.8, 1],
    learningRate: 4e-3,
    weightDecay: 0.02,
    augment: { mirror: true, shift: 3 },
    calibrationRows: 5000,
  },
};

/** Name of a network's trained model: the network's, then what it was trained on. */
export function modelName(network: string, dataset: string): string {
  const known = Object.hasOwn(sources, dataset) ? sources[dataset as DatasetName].short : dataset;
  return `${network}-${known.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
}

/** Trainable networks by the name `offramp train` takes. */
export const zoo: Readonly<Record<string, ZooEntry>> = {
  "b-lenet": bLeNet,
  "resnet-8": resNet8,
  "b-resnet-20": bResNet20,
};
