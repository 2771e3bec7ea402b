/** A deep plain network, with and without early exits: what claims about training are tested on. */
import type { Dataset } from "../models/data/dataset.ts";
import { placeExits, type Trunk, type Unit } from "../models/exit-placement.ts";
import { headShapes } from "../models/heads.ts";
import type { NetworkSpec } from "../models/network-spec.ts";
import { isTrained, parametersOf } from "../models/parameters.ts";
import { conv, dense } from "../models/trunks.ts";
import type { TrainingPlan } from "../models/zoo.ts";

/** Channels of every convolution: narrow, so that depth and not width is what a layer has. */
const channels = 8;
const units = 7;
/** An exit follows these units, beside the last. */
const exitsAfter: readonly number[] = [1, 3, 5];

const nameOf = (unit: number): string => `unit${unit + 1}`;

/** Two convolutions of 3 x 3 and relu a unit; the first and the third halve the image. No norm and no shortcut: those are other remedies. */
function trunkOf({ shape, classes }: Pick<Dataset, "shape" | "classes">): Trunk {
  const unit = (index: number): Unit => ({
    name: nameOf(index),
    layers: [conv(channels, 3, { stride: index === 0 || index === 2 ? 2 : 1 }), conv(channels, 3)],
  });
  return {
    input: shape,
    units: Array.from({ length: units }, (_, index) => unit(index)),
    classifier: [{ kind: "flatten" }, dense(classes.length)],
  };
}

export type Kind = "with" | "without";

/** The same trunk with or without early exits. A trunk's first weights depend on the seed and a layer's name: both begin alike. */
export function deepNet(dataset: Pick<Dataset, "shape" | "classes" | "normalise">, kind: Kind): NetworkSpec {
  const trunk = trunkOf(dataset);
  const all = placeExits(trunk, "every", headShapes.mixed, dataset.classes.length);
  const blocks = all.map((block, index) =>
    index === units - 1 || (kind === "with" && exitsAfter.includes(index)) ? block : { ...block, head: null },
  );
  const { shape, classes, normalise } = dataset;
  return { name: `deep-${kind}-exits`, input: shape, classes, normalise, blocks };
}

/** Filters of the trunk's convolutions, from the input on. */
export function trunkFilters(spec: NetworkSpec): string[] {
  return parametersOf(spec)
    .filter((parameter) => isTrained(parameter) && parameter.role === "filter")
    .map(({ name }) => name)
    .filter((name) => !name.split(".").includes("head"));
}

/** How both are trained; weights of early exits as B-LeNet's. */
export function deepPlan(kind: Kind, epochs: number, seed: number): TrainingPlan {
  return {
    epochs,
    batch: 32,
    seed,
    lossWeights: kind === "with" ? [...exitsAfter.map(() => 0.3), 1] : [1],
    learningRate: 2e-3,
    weightDecay: 0.01,
    augment: { mirror: false, shift: 0 },
    calibrationRows: 0,
  };
}
