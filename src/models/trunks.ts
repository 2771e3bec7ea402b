/** Well-known networks as trunks: units that exits may follow. Widths are multiplied by `width` where a network has one. */
import type { Trunk, Unit } from "./exit-placement.ts";
import type { Layer, Padding, Relu, Side3 } from "./layers.ts";
import { grownShapes, scaleShapes } from "./layers.ts";

export interface TrunkOptions {
  /** [height, width, channels] */
  readonly input: Side3;
  readonly classes: number;
  /** Factor on all channel counts. */
  readonly width: number;
}

/** A trunk for an input, so many classes and a width. */
export type TrunkMaker = (options: TrunkOptions) => Trunk;

export const dense = (units: number, relu = false): Layer => ({ kind: "dense", units, relu });
export const conv = (filters: number, kernel: number | [number, number], more: object = {}): Layer => ({
  kind: "conv",
  filters,
  kernel,
  relu: true,
  ...more,
});
export const normed = (filters: number, kernel: number, stride = 1, relu: Relu = true): Layer => ({
  kind: "conv",
  filters,
  kernel,
  stride,
  norm: true,
  relu,
});
const maxPool = (size: number, stride: number, pad: Padding = "same"): Layer => ({
  kind: "max-pool",
  size,
  stride,
  pad,
});
const mean: Layer = { kind: "global-average-pool" };
const flatten: Layer = { kind: "flatten" };
const scaled = (filters: number, width: number): number => Math.max(1, Math.round(filters * width));

/**
 * LeNet with the heads of BranchyNet's B-LeNet (Teerapittayanon, McDanel and Kung, ICPR 2016), whose branches also hold a convolution and a
 * dense layer.
 */
export const leNet: TrunkMaker = ({ input, classes, width }) => {
  const c = (filters: number): number => scaled(filters, width);
  return {
    input,
    units: [
      { name: "stem", layers: [conv(c(8), 5), maxPool(2, 2)] },
      { name: "body", layers: [conv(c(16), 5), maxPool(2, 2)] },
      { name: "tail", layers: [conv(c(32), 3), flatten, dense(c(128), true)] },
    ],
    classifier: [dense(classes)],
    heads: (unit) => (unit === 0 ? [conv(c(8), 3, { stride: 2 }), flatten, dense(classes)] : [flatten, dense(classes)]),
  };
};

const projected = (filters: number, stride = 1): Layer => ({
  kind: "residual",
  body: [normed(filters, 3, stride), normed(filters, 3, 1, false)],
  shortcut: stride === 1 ? [] : [normed(filters, 1, stride, false)],
});

/**
 * ResNet-8 of MLPerf Tiny (Banbury et al. 2021; widths 16, 32, 64, 12.5 M MACs); early heads hold convolutions, since shallow features are
 * too local for a global average alone.
 */
export const resNet8: TrunkMaker = ({ input, classes, width }) => {
  const c = (filters: number): number => scaled(filters, width);
  return {
    input,
    units: [
      { name: "stage1", layers: [normed(c(16), 3), projected(c(16))] },
      { name: "stage2", layers: [projected(c(32), 2)] },
      { name: "stage3", layers: [projected(c(64), 2)] },
    ],
    classifier: [mean, dense(classes)],
    heads: (unit) =>
      unit === 0
        ? [normed(c(32), 3, 2), normed(c(32), 3, 2), mean, dense(classes)]
        : [normed(c(48), 3, 2), mean, dense(classes)],
  };
};

/**
 * Residual blocks of a CIFAR ResNet (He et al. 2016, section 4.2): three stages of (depth - 2) / 6, shortcuts without parameters.
 * @throws RangeError when depth is not 6 n + 2
 */
export const cifarResNet =
  (depth: number): TrunkMaker =>
  ({ input, classes, width }) => {
    const perStage = (depth - 2) / 6;
    if (!Number.isInteger(perStage) || perStage < 1)
      throw new RangeError(`a CIFAR ResNet of depth ${depth}: expected 6 n + 2`);
    const units: Unit[] = [];
    for (let stage = 1; stage <= 3; stage += 1) {
      const filters = scaled(16, width) * 2 ** (stage - 1);
      for (let n = 1; n <= perStage; n += 1) {
        const stride = stage > 1 && n === 1 ? 2 : 1;
        const block: Layer = {
          kind: "residual",
          body: [normed(filters, 3, stride), normed(filters, 3, 1, false)],
          shortcut: stride === 1 ? [] : [{ kind: "subsample", stride, channels: filters }],
        };
        units.push({ name: `stage${stage}-${n}`, layers: units.length === 0 ? [normed(filters, 3), block] : [block] });
      }
    }
    return { input, units, classifier: [mean, dense(classes)] };
  };

/**
 * AlexNet for 32 x 32 images after BranchyNet's (Teerapittayanon et al., ICPR 2016): five convolutions, three dense layers, without local
 * response norms.
 */
export const alexNet32: TrunkMaker = ({ input, classes, width }) => {
  const c = (filters: number): number => scaled(filters, width);
  return {
    input,
    units: [
      { name: "conv1", layers: [conv(c(32), 5), maxPool(3, 2)] },
      { name: "conv2", layers: [conv(c(64), 5), maxPool(3, 2)] },
      { name: "conv3", layers: [conv(c(96), 3)] },
      { name: "conv4", layers: [conv(c(96), 3)] },
      { name: "conv5", layers: [conv(c(64), 3), maxPool(3, 2)] },
    ],
    classifier: [flatten, dense(c(256), true), dense(c(128), true), dense(classes)],
  };
};

/** AlexNet for 224 x 224 images, one tower (Krizhevsky 2014, "One weird trick"; 64 filters first, as torchvision has it). */
export const alexNet224: TrunkMaker = ({ input, classes, width }) => {
  const c = (filters: number): number => scaled(filters, width);
  return {
    input,
    units: [
      { name: "conv1", layers: [conv(c(64), 11, { stride: 4, pad: 2 }), maxPool(3, 2, "valid")] },
      { name: "conv2", layers: [conv(c(192), 5, { pad: 2 }), maxPool(3, 2, "valid")] },
      { name: "conv3", layers: [conv(c(384), 3)] },
      { name: "conv4", layers: [conv(c(256), 3)] },
      { name: "conv5", layers: [conv(c(256), 3), maxPool(3, 2, "valid")] },
    ],
    classifier: [flatten, dense(c(4096), true), dense(c(4096), true), dense(classes)],
  };
};

/** Filters of VGG-16's convolutions by stage (Simonyan and Zisserman 2015, configuration D). */
const vggStages = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

/** VGG-16 with batch norms and dense layers of 512, as is usual for 32 x 32 images. */
export const vgg16: TrunkMaker = ({ input, classes, width }) => ({
  input,
  units: vggStages.flatMap((stage, s) =>
    stage.map((filters, n) => {
      const layer = normed(scaled(filters, width), 3);
      const isLast = n === stage.length - 1;
      return { name: `conv${s + 1}-${n + 1}`, layers: isLast ? [layer, maxPool(2, 2)] : [layer] };
    }),
  ),
  classifier: [flatten, dense(scaled(512, width), true), dense(scaled(512, width), true), dense(classes)],
});

const depthwise = (stride: number, relu: Relu): Layer => ({ kind: "depthwise", kernel: 3, stride, norm: true, relu });

/** [filters, stride] of MobileNetV1's separable convolutions (Howard et al. 2017, table 1). */
const v1Blocks: readonly (readonly [number, number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
];

export const mobileNetV1: TrunkMaker = ({ input, classes, width }) => ({
  input,
  units: [
    { name: "conv0", layers: [normed(scaled(32, width), 3, 2)] },
    ...v1Blocks.map(([filters, stride], n) => ({
      name: `block${n + 1}`,
      layers: [depthwise(stride, true), normed(scaled(filters, width), 1)],
    })),
  ],
  classifier: [mean, dense(classes)],
});

/** [expansion, filters, repeats, first stride] of MobileNetV2's bottlenecks (Sandler et al. 2018, table 2). */
const v2Stages: readonly (readonly [number, number, number, number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** Channels in multiples of 8, never more than a tenth below what was asked (as the authors' code rounds them). */
function eights(channels: number): number {
  const near = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return near < 0.9 * channels ? near + 8 : near;
}

export const mobileNetV2: TrunkMaker = ({ input, classes, width }) => {
  let channels = eights(32 * width);
  const units: Unit[] = [{ name: "conv0", layers: [normed(channels, 3, 2, 6)] }];
  for (const [expansion, filters, repeats, firstStride] of v2Stages) {
    for (let n = 0; n < repeats; n += 1) {
      const out = eights(filters * width);
      const stride = n === 0 ? firstStride : 1;
      const expand = expansion === 1 ? [] : [normed(channels * expansion, 1, 1, 6)];
      const body = [...expand, depthwise(stride, 6), normed(out, 1, 1, false)];
      const keeps = stride === 1 && channels === out;
      units.push({
        name: `block${units.length - 1}`,
        layers: keeps ? [{ kind: "residual", body, shortcut: [], linear: true }] : body,
      });
      channels = out;
    }
  }
  units.push({ name: "conv-last", layers: [normed(width > 1 ? eights(1280 * width) : 1280, 1, 1, 6)] });
  return { input, units, classifier: [mean, dense(classes)] };
};

/** Scales, growth by scale and layers a block of the MSDNet below. */
const msdScales = [6, 12, 24] as const;
const msdGrowth = [6, 6, 12] as const;
const msdBlocks = [2, 2, 2, 2] as const;

/**
 * A multi-scale dense network (Huang et al., ICLR 2018) at about the size of its CIFAR version: every layer keeps three scales, and every exit
 * sees the coarsest, so that early exits do not spoil late ones. Without the authors' bottlenecks and their dropping of scales.
 */
export const msdNet: TrunkMaker = ({ input, classes, width }) => {
  const filters = msdScales.map((each) => scaled(each, width));
  const growth = msdGrowth.map((each) => scaled(each, width));
  let shapes = scaleShapes(filters, input);
  const after: (readonly Side3[])[] = [];
  const units = msdBlocks.map((count, n): Unit => {
    const layer: Layer = { kind: "scale-layers", shapes, growth, count };
    shapes = grownShapes(shapes, growth, count);
    after.push(shapes);
    return { name: `block${n + 1}`, layers: n === 0 ? [{ kind: "scales", filters }, layer] : [layer] };
  });
  return { input, units, classifier: coarsest(shapes, classes), heads: (unit) => coarsest(after[unit]!, classes) };
};

/** MSDNet's head on the coarsest scale: two convolutions, mean and dense. */
function coarsest(shapes: readonly Side3[], classes: number): Layer[] {
  const channels = shapes.at(-1)![2];
  return [
    { kind: "scale", shapes, index: shapes.length - 1 },
    normed(channels, 3, 2),
    normed(channels, 3, 2),
    mean,
    dense(classes),
  ];
}

/** Four dense layers for tables and sensor readings. */
export const perceptron: TrunkMaker = ({ input, classes, width }) => ({
  input,
  units: [128, 128, 64, 64].map((units, n) => ({
    name: `dense${n + 1}`,
    layers: n === 0 ? [flatten, dense(scaled(units, width), true)] : [dense(scaled(units, width), true)],
  })),
  classifier: [dense(classes)],
});

/** Convolutions along time for key words and activities: series [length, 1, channels]. */
export const cnn1d: TrunkMaker = ({ input, classes, width }) => ({
  input,
  units: (
    [
      [16, 9],
      [32, 5],
      [64, 5],
      [64, 3],
    ] as const
  ).map(([filters, length], n) => ({
    name: `conv${n + 1}`,
    layers: [
      conv(scaled(filters, width), [length, 1], { norm: true, ...(n === 0 ? {} : { stride: 2 }) }),
      ...(n === 0 ? [maxPool(2, 2)] : []),
    ],
  })),
  classifier: [mean, dense(classes)],
});

/** Depthwise separable network for key words on 49 x 10 spectrograms (Zhang et al. 2018; MLPerf Tiny's DS-CNN). */
export const dsCnn: TrunkMaker = ({ input, classes, width }) => ({
  input,
  units: [
    { name: "conv1", layers: [conv(scaled(64, width), [10, 4], { stride: 2, norm: true })] },
    ...[1, 2, 3, 4].map((n) => ({ name: `separable${n}`, layers: [depthwise(1, true), normed(scaled(64, width), 1)] })),
  ],
  classifier: [mean, dense(classes)],
});
