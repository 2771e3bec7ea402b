/** Multiply-accumulates of Keras layers, from the shapes of their weights. */
import { UserError } from "../errors.ts";
import type { Cost } from "../parameters.ts";

/** A layer's weights: the last part of each name, and its shape. */
export interface LayerWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

const product = (shape: readonly number[]): number => shape.reduce((sum, side) => sum * side, 1);

/**
 * Cost of one call on one input. Counted are the multiplications of convolutions, dense and recurrent layers; not biases, norms,
 * additions, pooling, embeddings.
 * @param input shape of the first input, without the batch; `output` likewise
 * @param steps of a recurrent or time-distributed layer; 1 for others
 * @throws UserError for a layer with a kernel whose use is not known
 */
export function layerCost(
  layer: string,
  kind: string,
  weights: readonly LayerWeight[],
  input: readonly number[],
  output: readonly number[],
): Cost {
  const params = weights.reduce((sum, { shape }) => sum + product(shape), 0);
  const named = (name: string): readonly LayerWeight[] => weights.filter((weight) => weight.name === name);
  const kernel = named("kernel")[0]?.shape ?? [];
  const cost = (macs: number, layers: number): Cost => ({ macs, layers, params });
  switch (kind) {
    case "Conv1D":
    case "Conv2D":
    case "Conv3D":
      return cost((product(output) / kernel.at(-1)!) * product(kernel), 1);
    case "Conv2DTranspose":
    case "Conv3DTranspose":
      return cost((product(input) / kernel.at(-1)!) * product(kernel), 1);
    case "DepthwiseConv2D": {
      const filter = named("depthwise_kernel")[0]!.shape;
      return cost((product(output) / (filter.at(-1)! * filter.at(-2)!)) * product(filter), 1);
    }
    case "SeparableConv1D":
    case "SeparableConv2D": {
      const point = named("pointwise_kernel")[0]!.shape;
      return cost(
        (product(output) / point.at(-1)!) * (product(named("depthwise_kernel")[0]!.shape) + product(point)),
        2,
      );
    }
    case "Dense":
      return cost((product(output) / kernel.at(-1)!) * product(kernel), 1);
    case "SimpleRNN":
    case "GRU":
    case "LSTM":
    case "RNN":
    case "Bidirectional": {
      const kernels = [...named("kernel"), ...named("recurrent_kernel")];
      const each = kernels.reduce((sum, { shape }) => sum + product(shape), 0);
      return cost(input[0]! * each, named("kernel").length);
    }
    default:
      if (weights.some(({ name }) => /kernel/.test(name))) {
        throw new UserError(`layer ${layer}`, {
          expected: "a layer whose multiplications can be counted: convolutions, dense and recurrent layers",
          got: kind,
        });
      }
      return cost(0, 0);
  }
}
