/** A network ready to run: any contiguous range of trunk segments and any heads, from one set of weights. Batch norms are folded into their convolutions. */
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { Backend, Tf } from "./backend.ts";
import type { Original } from "./imported/original.ts";
import { runImported } from "./imported/run-part.ts";
import { mixedPool, pooled, subsample } from "./layer-ops.ts";
import { kernelOf, type Layer, outputShape } from "./layers.ts";
import { checkSpec, cutShapes, type NetworkSpec, normEpsilon } from "./network-spec.ts";
import { layerPath, parametersOf, sizeOf, type Weights } from "./parameters.ts";
import { runScales, scaleConvolutions, unpacked } from "./scales.ts";

type Step = (x: Tensor) => Tensor;

/** A contiguous part of a network: trunk blocks `from` up to, not including, `to`, and heads of blocks reached. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Blocks whose heads run, in order. A piece with `from` = `to` runs the head of block `from - 1` alone, on that block's output. */
  readonly heads: readonly number[];
  /** Whether the trunk's last tensor is asked for. */
  readonly trunk: boolean;
}

/** A piece bound to its input for timing. */
export interface PreparedCall {
  /** Runs the piece once, without reading the result back. */
  call(): void;
  dispose(): void;
}

export class Network {
  readonly spec: NetworkSpec;
  /** Shape that enters block i, and after the last block; without the batch. */
  readonly shapes: readonly (readonly number[])[];
  readonly #tf: Tf;
  readonly #trunk: readonly Step[];
  readonly #heads: readonly (Step | null)[];
  readonly #constants: Tensor[] = [];
  readonly #original: Original | null;

  /**
   * @param original what a spec with imported layers runs; it must be on this backend and outlive the network
   * @throws RangeError when the spec is not a network or a weight is missing or of the wrong size
   */
  constructor(backend: Backend, spec: NetworkSpec, weights: Weights, original: Original | null = null) {
    this.#original = original;
    checkSpec(spec);
    for (const { name, shape } of parametersOf(spec)) {
      if (weights[name]?.length !== sizeOf(shape)) {
        throw new RangeError(
          `weight ${name}: expected ${sizeOf(shape)} numbers, got ${weights[name]?.length ?? "none"}`,
        );
      }
    }
    this.spec = spec;
    this.#tf = backend.tf;
    this.shapes = cutShapes(spec);
    this.#trunk = spec.blocks.map((block, i) => this.#compile(block.layers, this.shapes[i]!, block.name, weights));
    this.#heads = spec.blocks.map((block, i) =>
      block.head === null ? null : this.#compile(block.head, this.shapes[i + 1]!, `${block.name}.head`, weights),
    );
  }

  /**
   * Runs a piece.
   * @param input normalised samples for `from` = 0, else the output of block `from - 1`; shape [batch, ...]
   * @returns logits [batch, classes] of every head asked for, then the trunk's tensor if asked for
   */
  run(piece: Piece, input: Float32Array, batch: number): Float32Array[] {
    const outputs = this.#tf.tidy(() => this.#apply(piece, this.#tensor(piece, input, batch)));
    return outputs.map((output) => {
      const values = output.dataSync() as Float32Array;
      output.dispose();
      return values;
    });
  }

  /** The trunk layers of one block on tensors, with running statistics: what a frozen part of a network does in training. */
  through(block: number, x: Tensor): Tensor {
    return this.#trunk[block]!(x);
  }

  /** Puts the input in place for repeated timed calls; the backend must be active. */
  prepare(piece: Piece, input: Float32Array, batch: number): PreparedCall {
    const tf = this.#tf;
    const x = this.#tensor(piece, input, batch);
    return {
      call: () => {
        for (const output of tf.tidy(() => this.#apply(piece, x))) output.dispose();
      },
      dispose: () => x.dispose(),
    };
  }

  dispose(): void {
    for (const tensor of this.#constants) tensor.dispose();
    this.#constants.length = 0;
  }

  #tensor(piece: Piece, input: Float32Array, batch: number): Tensor {
    const shape = [batch, ...this.shapes[piece.from]!];
    if (input.length !== sizeOf(shape))
      throw new RangeError(`input of ${input.length} numbers, expected shape [${shape}]`);
    return this.#tf.tensor(input, shape, "float32");
  }

  #apply({ from, to, heads, trunk }: Piece, input: Tensor): Tensor[] {
    const outputs: Tensor[] = [];
    let x = input;
    if (from > 0 && heads.includes(from - 1)) outputs.push(this.#heads[from - 1]!(x));
    for (let block = from; block < to; block += 1) {
      x = this.#trunk[block]!(x);
      if (heads.includes(block)) outputs.push(this.#heads[block]!(x));
    }
    // A piece without layers hands back a copy, so that its caller may dispose what it gets.
    if (trunk) outputs.push(x === input ? this.#tf.clone(x) : x);
    return outputs;
  }

  #constant(values: Float32Array, shape: readonly number[]): Tensor {
    const tensor = this.#tf.tensor(values, [...shape], "float32");
    this.#constants.push(tensor);
    return tensor;
  }

  #compile(layers: readonly Layer[], input: readonly number[], path: string, weights: Weights): Step {
    let shape = input;
    const steps = layers.map((layer, index) => {
      const [step, after] = this.#layer(layer, shape, layerPath(path, index), weights);
      shape = after;
      return step;
    });
    return (x) => steps.reduce((value, step) => step(value), x);
  }

  #layer(layer: Layer, shape: readonly number[], path: string, weights: Weights): [Step, readonly number[]] {
    const tf = this.#tf;
    const after = outputShape(layer, shape);
    const relu = "relu" in layer ? layer.relu : false;
    const activation = relu === true ? "relu" : relu === 6 ? "relu6" : "linear";
    switch (layer.kind) {
      case "conv": {
        const { filter, bias } = foldedConvolution(layer.norm === true, path, weights);
        const filters = this.#constant(filter, [...kernelOf(layer), shape[2]!, layer.filters]) as Tensor4D;
        const biases = this.#constant(bias, [layer.filters]);
        const strides = layer.stride ?? 1;
        const pad = layer.pad ?? "same";
        const rounding = typeof pad === "number" ? { dimRoundingMode: "floor" as const } : {};
        return [
          (x) =>
            tf.fused.conv2d({ x: x as Tensor4D, filter: filters, strides, pad, bias: biases, activation, ...rounding }),
          after,
        ];
      }
      case "depthwise": {
        const { filter, bias } = foldedConvolution(layer.norm === true, path, weights);
        const filters = this.#constant(filter, [...kernelOf(layer), shape[2]!, 1]) as Tensor4D;
        const biases = this.#constant(bias, [shape[2]!]);
        const strides = layer.stride ?? 1;
        const pad = layer.pad ?? "same";
        const rounding = typeof pad === "number" ? { dimRoundingMode: "floor" as const } : {};
        return [
          (x) =>
            tf.fused.depthwiseConv2d({
              x: x as Tensor4D,
              filter: filters,
              strides,
              pad,
              bias: biases,
              activation,
              ...rounding,
            }),
          after,
        ];
      }
      case "dense": {
        const b = this.#constant(weights[`${path}.filter`]!, [shape[0]!, layer.units]);
        const bias = this.#constant(weights[`${path}.bias`]!, [layer.units]);
        return [(x) => tf.fused.matMul({ a: x as Tensor2D, b, bias, activation }), after];
      }
      case "max-pool":
      case "average-pool":
        return [(x) => pooled(tf, layer, x as Tensor4D), after];
      case "mixed-pool": {
        const mix = this.#constant(weights[`${path}.mix`]!, [1]);
        return [(x) => mixedPool(tf, layer, x as Tensor4D, mix), after];
      }
      case "global-average-pool": {
        const [height, width, channels] = shape as [number, number, number];
        return [(x) => tf.reshape(tf.avgPool(x as Tensor4D, [height, width], 1, "valid"), [-1, channels]), after];
      }
      case "subsample":
        return [(x) => subsample(tf, x as Tensor4D, layer.stride, layer.channels), after];
      case "flatten":
        return [(x) => tf.reshape(x, [-1, after[0]!]), after];
      case "residual": {
        const body = this.#compile(layer.body, shape, `${path}.body`, weights);
        const shortcut = this.#compile(layer.shortcut, shape, `${path}.shortcut`, weights);
        if (layer.linear === true) return [(x) => tf.add(body(x), shortcut(x)), after];
        return [(x) => tf.relu(tf.add(body(x), shortcut(x))), after];
      }
      case "imported": {
        const original = this.#original;
        if (original === null) throw new RangeError(`imported layer ${path}: expected the model it is a part of`);
        return [(x) => runImported(tf, layer, original, x), after];
      }
      case "scale":
        return [(x) => unpacked(tf, x, layer.shapes)[layer.index]!, after];
      case "scales":
      case "scale-layers": {
        const steps = new Map(
          scaleConvolutions(layer, shape).map((each) => [
            each.path,
            this.#layer(each.layer, each.input, `${path}.${each.path}`, weights)[0],
          ]),
        );
        return [(x) => runScales(tf, layer, x, (each, input) => steps.get(each.path)!(input)), after];
      }
    }
  }
}

/** Filter and bias that do at once what a convolution and its batch norm do with running statistics. */
export function foldedConvolution(
  norm: boolean,
  path: string,
  weights: Weights,
): { filter: Float32Array; bias: Float32Array } {
  const filter = weights[`${path}.filter`]!;
  if (!norm) return { filter, bias: weights[`${path}.bias`]! };
  const [scale, shift, mean, variance] = ["scale", "shift", "mean", "variance"].map(
    (role) => weights[`${path}.${role}`]!,
  );
  const factor = Float64Array.from(scale!, (value, c) => value / Math.sqrt(variance![c]! + normEpsilon));
  return {
    filter: filter.map((value, i) => value * factor[i % factor.length]!),
    bias: shift!.map((value, c) => value - mean![c]! * factor[c]!),
  };
}
