/** Shapes of early exits' heads. */
import type { HeadShape } from "./exit-placement.ts";
import type { Layer } from "./network-spec.ts";

const dense = (classes: number): Layer => ({ kind: "dense", units: classes });

/** Mean over the image, then a dense layer: least cost, weak where features are still local. */
const pool: HeadShape = (_, classes) => [{ kind: "global-average-pool" }, dense(classes)];

/**
 * Convolutions of stride 2 that double the channels until the image is 8 x 8 or smaller, then mean and dense: so earlier heads hold more
 * of them, as in BranchyNet (Teerapittayanon et al., ICPR 2016, section V-C).
 */
const conv: HeadShape = ([height, width, channels], classes) => {
  const layers: Layer[] = [];
  for (let side = Math.max(height!, width!), filters = channels!; side > 8; side = Math.ceil(side / 2)) {
    filters *= 2;
    layers.push({ kind: "conv", filters, kernel: 3, stride: 2, norm: true, relu: true });
  }
  return [...layers, ...pool([], classes)];
};

/** Heads by the name the command line takes. */
export const headShapes: Readonly<Record<string, HeadShape>> = { pool, conv };
