/** AlexNet layer by layer (Krizhevsky, Sutskever and Hinton, NIPS 2012, with its two groups; Caffe's 227 x 227), from shapes alone. */

export interface AlexNetLayer {
  readonly name: string;
  readonly macs: number;
  /** Weights, without biases. */
  readonly weights: number;
  /** Elements of the output. */
  readonly elements: number;
  readonly kind: "conv" | "pool" | "dense";
}

const conv = (
  name: string,
  channels: number,
  from: number,
  side: number,
  kernel: number,
  groups: number,
): AlexNetLayer => {
  const weights = (channels * from * kernel * kernel) / groups;
  return { name, macs: weights * side * side, weights, elements: channels * side * side, kind: "conv" };
};
const pool = (name: string, channels: number, side: number): AlexNetLayer => ({
  name,
  macs: 0,
  weights: 0,
  elements: channels * side * side,
  kind: "pool",
});
const dense = (name: string, from: number, to: number): AlexNetLayer => ({
  name,
  macs: from * to,
  weights: from * to,
  elements: to,
  kind: "dense",
});

export const alexnet: readonly AlexNetLayer[] = [
  conv("conv1", 96, 3, 55, 11, 1),
  pool("pool1", 96, 27),
  conv("conv2", 256, 96, 27, 5, 2),
  pool("pool2", 256, 13),
  conv("conv3", 384, 256, 13, 3, 1),
  conv("conv4", 384, 384, 13, 3, 2),
  conv("conv5", 256, 384, 13, 3, 2),
  pool("pool5", 256, 6),
  dense("fc6", 9216, 4096),
  dense("fc7", 4096, 4096),
  dense("fc8", 4096, 1000),
];

/** One byte a pixel and channel. */
export const inputBytes = 3 * 227 * 227;
