/** The networks that can be built and trained by name, and the training that suits each. */
import type { Schedule } from "./adam.ts";
import { type DatasetName, sources } from "./data/sources.ts";
import { type ExitPlacement, placeExits } from "./exit-placement.ts";
import { type HeadName, headShapes } from "./heads.ts";
import type { Side3 } from "./layers.ts";
import type { Block, NetworkSpec } from "./network-spec.ts";
import type { TrainingMethod } from "./training-methods.ts";
import * as trunks from "./trunks.ts";

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
  /** Joint where not said. */
  readonly method?: TrainingMethod;
  /** Adam where not said; `sgd` has a momentum of 0.9. */
  readonly optimiser?: "adam" | "sgd";
  /** Of the learning rate; a cosine where not said. */
  readonly schedule?: Schedule;
  /** Stops after so many epochs without a lower loss on calibration rows, and keeps the best weights; never where not said. */
  readonly patience?: number;
  /** Of `distillation`: share of an early exit's loss that is imitation, and the temperature of both (assumed 0.5 and 3). */
  readonly distillation?: { readonly share: number; readonly temperature: number };
  /** Of `branching`: price of the whole network's computation [nats] (assumed 0.3). */
  readonly computePrice?: number;
  /** Fits a gate to every early exit on calibration rows when training is done; not where not said. */
  readonly gates?: boolean;
}

/** What of a network may be chosen; the rest is the zoo's. */
export interface BuildOptions {
  /** [height, width, channels]; the default set's where not given. */
  readonly input?: Side3;
  readonly classes: number;
  readonly exits?: ExitPlacement;
  readonly head?: HeadName;
  /** Factor on all channel counts; 1 where not given. */
  readonly width?: number;
}

export interface ZooEntry {
  /** Name of the model folder and the profile. */
  readonly folder: string;
  readonly describe: string;
  /** What it is trained on by default; null where it is meant for the user's own rows. */
  readonly dataset: DatasetName | null;
  /** As built for its default set (or 10 classes of its default input), with its own exits and heads. */
  readonly spec: Omit<NetworkSpec, "classes">;
  readonly training: TrainingPlan;
  /** Unit names that exits may follow, for the default input. */
  readonly units: readonly string[];
  build(options: BuildOptions): Block[];
}

/** Loss weights that rise evenly to 1 at the last exit: later exits weigh more, as in SDN (Kaya et al. 2019). */
export const rampWeights = (exits: number): number[] => Array.from({ length: exits }, (_, k) => (k + 1) / exits);

const cifarPlan: TrainingPlan = {
  epochs: 8,
  batch: 64,
  seed: 0,
  lossWeights: [],
  learningRate: 4e-3,
  weightDecay: 0.02,
  augment: { mirror: true, shift: 3 },
  calibrationRows: 5000,
};
const still = { mirror: false, shift: 0 };

interface Recipe {
  readonly describe: string;
  readonly dataset: DatasetName | null;
  /** Where there is no default set. */
  readonly input?: Side3;
  readonly trunk: trunks.TrunkMaker;
  readonly exits: ExitPlacement;
  /** Null for the network's own. */
  readonly head: HeadName | null;
  readonly training?: Partial<TrainingPlan>;
}

const recipes: Readonly<Record<string, Recipe>> = {
  "b-lenet": {
    describe: "BranchyNet's LeNet, 28 x 28 x 1",
    dataset: "fashion-mnist",
    trunk: trunks.leNet,
    exits: "every",
    head: null,
    training: {
      batch: 128,
      lossWeights: [0.3, 0.3, 1],
      learningRate: 2e-3,
      weightDecay: 0.01,
      augment: { mirror: true, shift: 1 },
    },
  },
  "b-alexnet": {
    describe: "BranchyNet's AlexNet for 32 x 32 x 3",
    dataset: "cifar-10",
    trunk: trunks.alexNet32,
    exits: { after: ["conv1", "conv2"] },
    head: "conv",
    training: { learningRate: 1e-3 },
  },
  "b-alexnet-224": {
    describe: "AlexNet for 224 x 224 x 3, two early exits",
    dataset: null,
    input: [224, 224, 3],
    trunk: trunks.alexNet224,
    exits: { after: ["conv1", "conv2"] },
    head: "conv",
    training: { learningRate: 1e-3 },
  },
  "resnet-8": {
    describe: "MLPerf Tiny's ResNet-8, 32 x 32 x 3",
    dataset: "cifar-10",
    trunk: trunks.resNet8,
    exits: "every",
    head: null,
    training: { epochs: 4, lossWeights: [0.3, 0.3, 1], augment: { mirror: true, shift: 2 } },
  },
  ...Object.fromEntries(
    [20, 56, 110].map((depth): [string, Recipe] => [
      `b-resnet-${depth}`,
      {
        describe: `CIFAR ResNet-${depth}, four early exits`,
        dataset: "cifar-10",
        trunk: trunks.cifarResNet(depth),
        exits: { fractions: [0.1, 0.3, 0.5, 0.7] },
        head: "conv",
      },
    ]),
  ),
  "vgg-16": {
    describe: "VGG-16 with batch norm, 32 x 32 x 3",
    dataset: "cifar-10",
    trunk: trunks.vgg16,
    // The fractions of the computation that SDN places its exits at.
    exits: { fractions: [0.15, 0.3, 0.45, 0.6, 0.75, 0.9] },
    head: "mixed",
  },
  "mobilenet-v1": {
    describe: "MobileNetV1, any image",
    dataset: "cifar-10",
    trunk: trunks.mobileNetV1,
    exits: { fractions: [0.25, 0.5, 0.75] },
    head: "conv",
  },
  "mobilenet-v2": {
    describe: "MobileNetV2, any image",
    dataset: "cifar-10",
    trunk: trunks.mobileNetV2,
    exits: { fractions: [0.25, 0.5, 0.75] },
    head: "bottleneck",
  },
  msdnet: {
    describe: "multi-scale dense network of three scales, like MSDNet",
    dataset: "cifar-10",
    trunk: trunks.msdNet,
    exits: "every",
    head: null,
    training: { lossWeights: [1, 1, 1, 1] },
  },
  mlp: {
    describe: "four dense layers for tables and sensor readings",
    dataset: null,
    input: [1, 1, 16],
    trunk: trunks.perceptron,
    exits: "every",
    head: "pool",
    training: { epochs: 20, batch: 64, learningRate: 2e-3, weightDecay: 0.01, augment: still, calibrationRows: 0 },
  },
  "cnn-1d": {
    describe: "convolutions along time, for key words and activities",
    dataset: null,
    input: [128, 1, 3],
    trunk: trunks.cnn1d,
    exits: "every",
    head: "pool",
    training: { epochs: 20, batch: 64, learningRate: 2e-3, weightDecay: 0.01, augment: still, calibrationRows: 0 },
  },
  "ds-cnn": {
    describe: "MLPerf Tiny's DS-CNN for key words, 49 x 10 x 1",
    dataset: null,
    input: [49, 10, 1],
    trunk: trunks.dsCnn,
    exits: "every",
    head: "pool",
    training: { epochs: 20, augment: still, calibrationRows: 0 },
  },
};

function entryOf(name: string, recipe: Recipe): ZooEntry {
  const source = recipe.dataset === null ? null : sources[recipe.dataset];
  const input = source?.shape ?? recipe.input!;
  const build = (options: BuildOptions): Block[] => {
    const trunk = recipe.trunk({ input: options.input ?? input, classes: options.classes, width: options.width ?? 1 });
    const head = options.head ?? recipe.head;
    return placeExits(trunk, options.exits ?? recipe.exits, head === null ? null : headShapes[head], options.classes);
  };
  const blocks = build({ classes: source?.classes.length ?? 10 });
  const training = { ...cifarPlan, lossWeights: rampWeights(blocks.length), ...recipe.training };
  return {
    folder: recipe.dataset === null ? name : modelName(name, recipe.dataset),
    describe: recipe.describe,
    dataset: recipe.dataset,
    spec: {
      name,
      input,
      normalise: source?.normalise ?? {
        mean: new Array<number>(input[2]).fill(0),
        sd: new Array<number>(input[2]).fill(1),
      },
      blocks,
    },
    training,
    units: recipe.trunk({ input, classes: 2, width: 1 }).units.map((unit) => unit.name),
    build,
  };
}

/** Name of a network's trained model: the network's, then what it was trained on. */
export function modelName(network: string, dataset: string): string {
  const known = Object.hasOwn(sources, dataset) ? sources[dataset as DatasetName].short : dataset;
  return `${network}-${known.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
}

/** Trainable networks by the name `offramp train` takes. */
export const zoo: Readonly<Record<string, ZooEntry>> = Object.fromEntries(
  Object.entries(recipes).map(([name, recipe]) => [name, entryOf(name, recipe)]),
);
