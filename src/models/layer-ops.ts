/** Layers that are the same chain of operations in training and in inference. */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";
import type { Padding } from "./layers.ts";

/** Every `stride`-th row and column, and zeros as channels up to `channels`; differentiable. */
export function subsample(tf: Tf, x: Tensor4D, stride: number, channels: number): Tensor4D {
  const kept = stride === 1 ? x : tf.maxPool(x, 1, stride, "same");
  const missing = channels - x.shape[3];
  if (missing === 0) return stride === 1 ? tf.clone(x) : kept;
  return tf.pad(kept, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, missing],
  ]) as Tensor4D;
}

interface Pool {
  readonly kind: "max-pool" | "average-pool" | "mixed-pool";
  readonly size: number;
  readonly stride: number;
  readonly pad?: Padding;
}

/** Maximum or mean of each window; a mean counts the samples inside the image alone. */
export function pooled(tf: Tf, { kind, size, stride, pad = "same" }: Pool, x: Tensor4D): Tensor4D {
  const rounding = roundingOf(pad);
  return kind === "average-pool"
    ? tf.avgPool(x, size, stride, pad, rounding)
    : tf.maxPool(x, size, stride, pad, rounding);
}

/** TensorFlow.js wants to be told to round only where zeros are counted, and refuses to be told elsewhere. */
export const roundingOf = (pad: Padding): "floor" | undefined => (typeof pad === "number" ? "floor" : undefined);

/** s · max + (1 - s) · mean, s the logistic function of `mix`, shape [1]. */
export function mixedPool(tf: Tf, layer: Pool, x: Tensor4D, mix: Tensor): Tensor {
  const share = tf.sigmoid(mix);
  const largest = pooled(tf, { ...layer, kind: "max-pool" }, x);
  const mean = pooled(tf, { ...layer, kind: "average-pool" }, x);
  return tf.add(mean, tf.mul(share, tf.sub(largest, mean)));
}
