/** Operations of training that come in two forms: made of TensorFlow.js operations for any backend, and as one operation each on the wasm heap. */
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Backend, Tf } from "../backend.ts";
import { normEpsilon } from "../network-spec.ts";
import { wasmTrainingOps } from "./wasm-training-ops.ts";

/** Mean and biased variance of every channel over the batch. */
export interface ChannelMoments {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface ConvOptions {
  readonly stride: number;
  readonly pad: "same" | "valid" | number;
  readonly relu: boolean;
  /** Then the maximum of every 2 x 2 window; wants `relu`, and an even height and width. */
  readonly pool: boolean;
  /** Nothing before `x` learns: it is given no gradient. */
  readonly inert: boolean;
}

/** Channels are the last axis; all are differentiable in their tensors. */
export interface TrainingOps {
  /** x + bias, then relu if asked for. */
  addBias(x: Tensor, bias: Tensor1D, relu: boolean): Tensor;
  /** Convolution, bias, then relu and pooling if asked for. */
  conv(x: Tensor4D, filter: Tensor4D, bias: Tensor1D, options: ConvOptions): Tensor4D;
  /** Batch norm with the batch's own moments, then relu if asked for. `seen` is called with those moments. */
  norm(x: Tensor, scale: Tensor1D, shift: Tensor1D, relu: boolean, seen: (moments: ChannelMoments) => void): Tensor;
  /** relu(a + b), shapes equal. */
  addRelu(a: Tensor, b: Tensor): Tensor;
}

/** The fast form on wasm, else the general one. */
export function trainingOps(backend: Backend): TrainingOps {
  return backend.name === "wasm" ? wasmTrainingOps(backend.tf) : generalTrainingOps(backend.tf);
}

/** From TensorFlow.js' own operations and gradients: slow on wasm, right everywhere, the oracle of the other. */
export function generalTrainingOps(tf: Tf): TrainingOps {
  const activated = (y: Tensor, relu: boolean): Tensor => (relu ? tf.relu(y) : y);
  return {
    addBias: (x, bias, relu) => activated(tf.add(x, bias), relu),
    conv: (x, filter, bias, { stride, pad, relu, pool }) => {
      const rounding = typeof pad === "number" ? "floor" : undefined;
      const y = activated(tf.add(tf.conv2d(x, filter, stride, pad, "NHWC", 1, rounding), bias), relu) as Tensor4D;
      return pool ? tf.maxPool(y, 2, 2, "valid") : y;
    },
    norm: (x, scale, shift, relu, seen) => {
      const axes = x.shape.map((_, axis) => axis).slice(0, -1);
      const mean = tf.mean(x, axes);
      const centred = tf.sub(x, mean);
      const variance = tf.mean(tf.square(centred), axes);
      seen({ mean: mean.dataSync() as Float32Array, variance: variance.dataSync() as Float32Array });
      const inverse = tf.rsqrt(tf.add(variance, normEpsilon));
      return activated(tf.add(tf.mul(tf.mul(centred, inverse), scale), shift), relu);
    },
    addRelu: (a, b) => tf.relu(tf.add(a, b)),
  };
}
