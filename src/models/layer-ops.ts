/** Layers that are the same chain of operations in training and in inference. */
import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";

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
