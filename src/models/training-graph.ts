/** The forward pass of training: all exits at once, batch norms with the batch's own moments. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";
import type { Original } from "./imported/original.ts";
import { runImported } from "./imported/run-part.ts";
import type { ChannelMoments, TrainingOps } from "./kernels/training-ops.ts";
import { mixedPool, pooled, roundingOf, subsample } from "./layer-ops.ts";
import { type Layer, outputShape, type Relu } from "./layers.ts";
import type { Network } from "./network.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { layerPath } from "./parameters.ts";
import { runScales, unpacked } from "./scales.ts";

interface Context {
  readonly tf: Tf;
  readonly ops: TrainingOps;
  readonly weights: Readonly<Record<string, Tensor>>;
  readonly seen: (path: string, moments: ChannelMoments) => void;
  /** Values that nothing before them learns for. */
  readonly inert: WeakSet<Tensor>;
  readonly original: Original | null;
}

/** What learns; the rest of the trunk is run by `frozen`, with its running statistics. */
export interface Learning {
  readonly trunk: readonly boolean[];
  readonly heads: readonly boolean[];
  /** Null where all of the trunk learns. */
  readonly frozen: Network | null;
  /** What imported layers run; null where there are none. */
  readonly original: Original | null;
}

/**
 * Logits of the exits whose heads learn, differentiable in the weights.
 * @param x normalised samples [batch, height, width, channels]
 * @param weights trained parameters by name
 * @param seen called with the moments of each batch norm, by the path of its layer
 * @returns [batch, classes] for each exit in order, null for the rest
 */
export function exitLogits(
  tf: Tf,
  ops: TrainingOps,
  spec: NetworkSpec,
  x: Tensor4D,
  weights: Readonly<Record<string, Tensor>>,
  seen: (path: string, moments: ChannelMoments) => void,
  { trunk, heads, frozen, original }: Learning,
): (Tensor2D | null)[] {
  const inert = new WeakSet<Tensor>([x]);
  const context = { tf, ops, weights, seen, inert, original };
  const logits: (Tensor2D | null)[] = [];
  let value: Tensor = x;
  const deepest = heads.lastIndexOf(true);
  for (const [index, block] of spec.blocks.entries()) {
    if (logits.length > deepest) break;
    if (trunk[index] === true) value = through(context, block.layers, value, block.name);
    else {
      value = frozen!.through(index, value);
      inert.add(value);
    }
    if (block.head === null) continue;
    const learns = heads[logits.length] === true;
    logits.push(learns ? (through(context, block.head, value, `${block.name}.head`) as Tensor2D) : null);
  }
  while (logits.length < heads.length) logits.push(null);
  return logits;
}

function through(context: Context, layers: readonly Layer[], x: Tensor, path: string): Tensor {
  let value = x;
  for (let index = 0; index < layers.length; index += 1) {
    const layer = layers[index]!;
    const pool = poolsAfter(layer, layers[index + 1], value);
    value = apply(context, layer, value, layerPath(path, index), pool);
    if (pool) index += 1;
  }
  return value;
}

/** Whether convolution, relu and the pooling that follows can be one operation. */
function poolsAfter(layer: Layer, next: Layer | undefined, x: Tensor): boolean {
  if (layer.kind !== "conv" || layer.norm === true || layer.relu !== true) return false;
  if (next?.kind !== "max-pool" || next.size !== 2 || next.stride !== 2 || typeof next.pad === "number") return false;
  const [height, width] = outputShape(layer, x.shape.slice(1));
  return height! % 2 === 0 && width! % 2 === 0;
}

function apply(context: Context, layer: Layer, x: Tensor, path: string, pool = false): Tensor {
  const { tf, ops, weights } = context;
  const rounding = "pad" in layer && layer.pad !== undefined ? roundingOf(layer.pad) : undefined;
  const weight = (role: string): Tensor => weights[`${path}.${role}`]!;
  switch (layer.kind) {
    case "conv":
      if (layer.norm !== true) {
        const [filter, bias] = [weight("filter") as Tensor4D, weight("bias") as Tensor1D];
        const { stride = 1, pad = "same" } = layer;
        const y = ops.conv(x as Tensor4D, filter, bias, {
          stride,
          pad,
          relu: layer.relu === true,
          pool,
          inert: context.inert.has(x),
        });
        return layer.relu === 6 ? tf.relu6(y) : y;
      }
      return settled(
        context,
        layer,
        tf.conv2d(
          x as Tensor4D,
          weight("filter") as Tensor4D,
          layer.stride ?? 1,
          layer.pad ?? "same",
          "NHWC",
          1,
          rounding,
        ),
        path,
      );
    case "depthwise":
      return settled(
        context,
        layer,
        tf.depthwiseConv2d(
          x as Tensor4D,
          weight("filter") as Tensor4D,
          layer.stride ?? 1,
          layer.pad ?? "same",
          "NHWC",
          1,
          rounding,
        ),
        path,
      );
    case "dense":
      return ops.addBias(
        tf.matMul(x as Tensor2D, weight("filter") as Tensor2D),
        weight("bias") as Tensor1D,
        layer.relu === true,
      );
    case "max-pool":
    case "average-pool":
      return pooled(tf, layer, x as Tensor4D);
    case "mixed-pool":
      return mixedPool(tf, layer, x as Tensor4D, weight("mix") as Tensor1D);
    case "global-average-pool": {
      const [, height, width, channels] = x.shape as [number, number, number, number];
      return tf.reshape(tf.avgPool(x as Tensor4D, [height, width], 1, "valid"), [-1, channels]);
    }
    case "subsample":
      return subsample(tf, x as Tensor4D, layer.stride, layer.channels);
    case "flatten":
      return tf.reshape(x, [x.shape[0]!, -1]);
    case "residual": {
      const body = through(context, layer.body, x, `${path}.body`);
      const shortcut = through(context, layer.shortcut, x, `${path}.shortcut`);
      return layer.linear === true ? tf.add(body, shortcut) : ops.addRelu(body, shortcut);
    }
    case "imported":
      return imported(context, layer, x);
    case "scale":
      return unpacked(tf, x, layer.shapes)[layer.index]!;
    case "scales":
    case "scale-layers":
      return runScales(tf, layer, x, (each, input) => apply(context, each.layer, input, `${path}.${each.path}`));
  }
}

/** Parts of a model made elsewhere do not learn; what a new head begins with picks one of the tensors that cross. */
function imported({ tf, original }: Context, layer: Extract<Layer, { kind: "imported" }>, x: Tensor): Tensor {
  if (original === null) throw new RangeError("imported layer: expected the model it is a part of");
  return runImported(tf, layer, original, x);
}

/** Bias or norm, then the activation. */
function settled(
  { tf, ops, weights, seen }: Context,
  { norm, relu = false }: { readonly norm?: boolean; readonly relu?: Relu },
  y: Tensor,
  path: string,
): Tensor {
  const weight = (role: string): Tensor1D => weights[`${path}.${role}`]! as Tensor1D;
  const z =
    norm === true
      ? ops.norm(y, weight("scale"), weight("shift"), relu === true, (moments) => seen(path, moments))
      : ops.addBias(y, weight("bias"), relu === true);
  return relu === 6 ? tf.relu6(z) : z;
}
