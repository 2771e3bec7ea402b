/** An imported layer on tensors: unpacks what comes in, runs that part of the original, packs what goes out. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import type { Layer } from "../layers.ts";
import type { Original } from "./original.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** @returns a new tensor, or a new view of one: the caller may dispose it without harm to `x` */
export function runImported(
  tf: Tf,
  { inputs, outputs, from, to, logOdds }: Extract<Layer, { kind: "imported" }>,
  original: Original,
  x: Tensor,
): Tensor {
  const results = original.run(inputs, unpack(tf, x, from), outputs).map((tensor) => asFloat(tf, tensor));
  if (logOdds === true) {
    const odds = tf.reshape(results[0]!, [-1, 1]);
    return tf.concat([tf.zerosLike(odds), odds], 1);
  }
  if (results.length === 1) return tf.reshape(results[0]!, [-1, ...to[0]!]);
  return tf.concat(
    results.map((tensor, i) => tf.reshape(tensor, [-1, sizeOf(to[i]!)])),
    1,
  );
}

const asFloat = (tf: Tf, tensor: Tensor): Tensor => (tensor.dtype === "float32" ? tensor : tf.cast(tensor, "float32"));

function unpack(tf: Tf, x: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  if (shapes.length === 1) return [tf.reshape(x, [-1, ...shapes[0]!])];
  const parts = tf.split(x, shapes.map(sizeOf), 1);
  return parts.map((tensor, i) => tf.reshape(tensor, [-1, ...shapes[i]!]));
}
