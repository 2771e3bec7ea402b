import type { Dataset, Rows } from "../../src/models/data/dataset.ts";
import type { NetworkSpec } from "../../src/models/network-spec.ts";
import { randomStream } from "../../src/models/random.ts";
import type { TrainingPlan } from "../../src/models/zoo.ts";

/** Every kind of layer in 8 x 8: quick to train, and wrong in all the ways a large network can be. */
export const tinySpec: NetworkSpec = {
  name: "tiny",
  input: [8, 8, 2],
  classes: ["left", "right", "both"],
  normalise: { mean: [100, 120], sd: [50, 60] },
  blocks: [
    {
      name: "first",
      layers: [
        { kind: "conv", filters: 4, kernel: 3, norm: true, relu: true },
        { kind: "max-pool", size: 2, stride: 2 },
      ],
      head: [
        { kind: "conv", filters: 3, kernel: 3, stride: 2, relu: true },
        { kind: "flatten" },
        { kind: "dense", units: 3 },
      ],
    },
    {
      name: "second",
      layers: [
        {
          kind: "residual",
          body: [
            { kind: "conv", filters: 6, kernel: 3, stride: 2, norm: true, relu: true },
            { kind: "conv", filters: 6, kernel: 3, norm: true },
          ],
          shortcut: [{ kind: "conv", filters: 6, kernel: 1, stride: 2, norm: true }],
        },
      ],
      head: [{ kind: "global-average-pool" }, { kind: "dense", units: 3 }],
    },
  ],
};

export const tinyPlan: TrainingPlan = {
  epochs: 3,
  batch: 8,
  seed: 11,
  lossWeights: [0.4, 1],
  learningRate: 0.01,
  weightDecay: 0.01,
  augment: { mirror: false, shift: 1 },
  calibrationRows: 20,
};

/** Images whose brighter side is their class: learnable, and free of any download. */
export function tinyDataset(train = 84, test = 30): Dataset {
  const rows = (count: number, label: string): Rows => {
    const uniform = randomStream(2, label);
    const images = new Uint8Array(count * 128);
    const labels = Uint8Array.from({ length: count }, () => Math.floor(3 * uniform()));
    for (let at = 0; at < images.length; at += 1) {
      const kind = labels[Math.floor(at / 128)]!;
      const left = Math.floor(at / 2) % 8 < 4;
      const bright = kind === 2 || (kind === 0) === left;
      images[at] = (bright ? 140 : 60) + Math.floor(60 * uniform());
    }
    return { count, images, labels };
  };
  return {
    name: "tiny",
    classes: tinySpec.classes,
    shape: [8, 8, 2],
    normalise: tinySpec.normalise,
    train: rows(train, "train"),
    test: rows(test, "test"),
  };
}
