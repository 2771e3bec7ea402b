/** The multi-scale layers as convolutions, and how their results are joined: the same in training, in inference and in the reckoning of costs. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";
import { grownBy, type Layer, type Side3, scaleShapes } from "./layers.ts";

type ScaleLayer = Extract<Layer, { kind: "scales" | "scale-layers" }>;
type Conv = Extract<Layer, { kind: "conv" }>;

/** A convolution inside a multi-scale layer. */
export interface ScaleConvolution {
  /** Below the layer's own path, such as `0.1.down`: layer 0, scale 1, from the finer scale. */
  readonly path: string;
  readonly layer: Conv;
  readonly input: Side3;
}

const conv = (filters: number, stride: number): Conv => ({
  kind: "conv",
  filters,
  kernel: 3,
  stride,
  norm: true,
  relu: true,
});

/** Every convolution of a layer in the order they run. @param input shape of the layer's input */
export function scaleConvolutions(layer: ScaleLayer, input: readonly number[]): ScaleConvolution[] {
  if (layer.kind === "scales") {
    const shapes = scaleShapes(layer.filters, input);
    return layer.filters.map((filters, s) => ({
      path: `0.${s}.${s === 0 ? "same" : "down"}`,
      layer: conv(filters, s === 0 ? 1 : 2),
      input: s === 0 ? (input as unknown as Side3) : shapes[s - 1]!,
    }));
  }
  const found: ScaleConvolution[] = [];
  let shapes: readonly Side3[] = layer.shapes;
  for (let n = 0; n < layer.count; n += 1) {
    layer.growth.forEach((growth, s) => {
      found.push({ path: `${n}.${s}.same`, layer: conv(growth, 1), input: shapes[s]! });
      if (s > 0) found.push({ path: `${n}.${s}.down`, layer: conv(growth, 2), input: shapes[s - 1]! });
    });
    shapes = shapes.map(([h, w, c], s) => [h, w, c + grownBy(layer.growth[s]!, s)]);
  }
  return found;
}

/**
 * Runs a multi-scale layer.
 * @param apply runs the convolution of a path
 * @returns the scales, one after another, shape [batch, numbers]
 */
export function runScales(
  tf: Tf,
  layer: ScaleLayer,
  x: Tensor,
  apply: (convolution: ScaleConvolution, x: Tensor) => Tensor,
): Tensor {
  const batch = x.shape[0]!;
  const convolutions = scaleConvolutions(layer, x.shape.slice(1));
  const run = (path: string, input: Tensor): Tensor => apply(convolutions.find((each) => each.path === path)!, input);
  let scales: Tensor[] = [];
  if (layer.kind === "scales") {
    layer.filters.forEach((_, s) => {
      scales.push(s === 0 ? run("0.0.same", x) : run(`0.${s}.down`, scales[s - 1]!));
    });
  } else {
    scales = unpacked(tf, x, layer.shapes);
    for (let n = 0; n < layer.count; n += 1) {
      scales = scales.map((scale, s) => {
        const gained = [run(`${n}.${s}.same`, scale)];
        if (s > 0) gained.push(run(`${n}.${s}.down`, scales[s - 1]!));
        return tf.concat([scale, ...gained], 3);
      });
    }
  }
  return tf.concat(
    scales.map((scale) => tf.reshape(scale, [batch, -1])),
    1,
  );
}

/** Several tensors that are one flat tensor a row. */
export function unpacked(tf: Tf, x: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  const batch = x.shape[0]!;
  let from = 0;
  return shapes.map((shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const part = tf.slice(x, [0, from], [batch, size]);
    from += size;
    return tf.reshape(part, [batch, shape[0]!, shape[1]!, shape[2]!]);
  });
}
