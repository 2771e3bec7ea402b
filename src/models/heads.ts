/** Shapes of early exits' heads. A tensor that is flat already goes straight into the dense layer. */
import type { HeadShape } from "./exit-placement.ts";
import type { Layer } from "./layers.ts";

const dense = (classes: number): Layer => ({ kind: "dense", units: classes });
const isImage = (input: readonly number[]): boolean => input.length === 3;

/** Mean over the image, then a dense layer: least cost, weak where features are still local. */
const pool: HeadShape = (input, classes) =>
  isImage(input) ? [{ kind: "global-average-pool" }, dense(classes)] : [dense(classes)];

/** Learned mix of maximum and mean down to 4 x 4 or less, then a dense layer, as in SDN (Kaya et al. 2019). */
const mixed: HeadShape = (input, classes) => {
  if (!isImage(input)) return [dense(classes)];
  const size = Math.ceil(Math.max(input[0]!, input[1]!) / 4);
  const shrink: Layer[] = size === 1 ? [] : [{ kind: "mixed-pool", size, stride: size }];
  return [...shrink, { kind: "flatten" }, dense(classes)];
};

/**
 * Convolutions of stride 2 that double the channels until the image is 8 x 8 or smaller, then mean and dense: so earlier heads hold more
 * of them, as in BranchyNet (Teerapittayanon et al., ICPR 2016, section V-C).
 */
const conv: HeadShape = (input, classes) => {
  const [height, width, channels] = input;
  const layers: Layer[] = [];
  if (isImage(input)) {
    for (let side = Math.max(height!, width!), filters = channels!; side > 8; side = Math.ceil(side / 2)) {
      filters *= 2;
      layers.push({ kind: "conv", filters, kernel: width === 1 ? [3, 1] : 3, stride: 2, norm: true, relu: true });
    }
  }
  return [...layers, ...pool(input, classes)];
};

/** A 1 x 1 convolution to a quarter of the channels, then as `conv`: cheaper on wide tensors; on a flat one a dense layer of a quarter. */
const bottleneck: HeadShape = (input, classes) => {
  const quarter = Math.max(1, Math.ceil(input.at(-1)! / 4));
  if (!isImage(input)) return [{ kind: "dense", units: quarter, relu: true }, dense(classes)];
  const squeeze: Layer = { kind: "conv", filters: quarter, kernel: 1, norm: true, relu: true };
  return [squeeze, ...conv([input[0]!, input[1]!, quarter], classes)];
};

/** Heads by the name the command line takes. */
export const headShapes: Readonly<Record<"pool" | "mixed" | "conv" | "bottleneck", HeadShape>> = {
  pool,
  mixed,
  conv,
  bottleneck,
};
export type HeadName = keyof typeof headShapes;
