/** The forward pass of training: all exits at once, batch norms with the batch's own moments. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";
import type { ChannelMoments, TrainingOps } from "./kernels/training-ops.ts";
import { subsample } from "./layer-ops.ts";
import type { Layer, NetworkSpec } from "./network-spec.ts";
import { layerPath } from "./parameters.ts";

interface Context {
  readonly tf: Tf;
  readonly ops: TrainingOps;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly seen: (path: string, moments: ChannelMoments) => void;
}

/**
 * Logits of every exit, differentiable in the weights.
 * @param x normalised samples [batch, height, width, channels]
 * @param weights trained parameters by name
 * @param seen called with the moments of each batch norm, by the path of its layer
 * @returns [batch, classes] for each exit in order
 */
export function exitLogits(
  tf: Tf,
  ops: TrainingOps,
  spec: NetworkSpec,
  x: Tensor4D,
  weights: Readonly<Record<string, Tensor>>,
  seen: (path: string, moments: ChannelMoments) => void,
): Tensor2D[] {
  const context = { tf, ops, weights, seen };
  const logits: Tensor2D[] = [];
  let value: Tensor = x;
  for (const block of spec.blocks) {
    value = through(context, block.layers, value, block.name);
    if (block.head !== null) logits.push(through(context, block.head, value, `${block.name}.head`) as Tensor2D);
  }
  return logits;
}

function through(context: Context, layers: readonly Layer[], x: Tensor, path: string): Tensor {
  return layers.reduce((value, layer, index) => apply(context, layer, value, layerPath(path, index)), x);
}

function apply(context: Context, layer: Layer, x: Tensor, path: string): Tensor {
  const { tf, ops, weights, seen } = context;
  const weight = (role: string): Tensor => weights[`${path}.${role}`]!;
  switch (layer.kind) {
    case "conv": {
      const y = tf.conv2d(x as Tensor4D, weight("filter") as Tensor4D, layer.stride ?? 1, layer.pad ?? "same");
      const relu = layer.relu === true;
      if (layer.norm !== true) return ops.addBias(y, weight("bias") as Tensor1D, relu);
      return ops.norm(y, weight("scale") as Tensor1D, weight("shift") as Tensor1D, relu, (moments) =>
        seen(path, moments),
      );
    }
    case "dense":
      return ops.addBias(
        tf.matMul(x as Tensor2D, weight("filter") as Tensor2D),
        weight("bias") as Tensor1D,
        layer.relu === true,
      );
    case "max-pool":
      return tf.maxPool(x as Tensor4D, layer.size, layer.stride, layer.pad ?? "same");
    case "global-average-pool": {
      const [, height, width, channels] = x.shape as [number, number, number, number];
      return tf.reshape(tf.avgPool(x as Tensor4D, [height, width], 1, "valid"), [-1, channels]);
    }
    case "subsample":
      return subsample(tf, x as Tensor4D, layer.stride, layer.channels);
    case "flatten":
      return tf.reshape(x, [x.shape[0]!, -1]);
    case "residual":
      return ops.addRelu(
        through(context, layer.body, x, `${path}.body`),
        through(context, layer.shortcut, x, `${path}.shortcut`),
      );
  }
}
