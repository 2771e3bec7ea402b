/** Losses over several exits beyond the weighted sum of cross-entropies; all in nats, means over the batch. */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { Tf } from "./backend.ts";

export const crossEntropy = (tf: Tf, logits: Tensor2D, target: Tensor2D): Tensor =>
  tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));

/**
 * How far an exit is from its teacher: T² times the cross-entropy of softmax(z / T) against the teacher's softmax(z_t / T), which differs from
 * Kullback and Leibler's divergence by a constant (Hinton, Vinyals, Dean 2015).
 * @param teacher logits that no gradient goes through
 */
export function imitation(tf: Tf, logits: Tensor2D, teacher: Tensor2D, temperature: number): Tensor {
  const wanted = tf.softmax(tf.div(teacher, temperature)) as Tensor2D;
  return tf.mul(crossEntropy(tf, tf.div(logits, temperature) as Tensor2D, wanted), temperature ** 2);
}

/** Numbers of a gate: constant, logarithm of the top probability, entropy. */
export const gateSize = 3;

/**
 * Loss of the soft combination of exits: each early exit's gate g says how much of what is left it takes, the last exit takes the rest; the
 * cross-entropy of the mixed probabilities plus `price` times the mean share of the network's computation that the mix costs.
 * @param gates [{@link gateSize}] for each early exit
 * @param costs multiply-accumulates until each exit has spoken
 */
export function branchingLoss(
  tf: Tf,
  exits: readonly Tensor2D[],
  gates: readonly Tensor[],
  target: Tensor2D,
  costs: readonly number[],
  price: number,
): Tensor {
  const last = exits.length - 1;
  let left: Tensor = tf.onesLike(tf.sum(target, 1, true));
  let mixed: Tensor = tf.zerosLike(target);
  let cost: Tensor = tf.zerosLike(left);
  exits.forEach((logits, k) => {
    const log = tf.logSoftmax(logits);
    const probability = tf.exp(log);
    let share = left;
    if (k < last) {
      const top = tf.max(log, 1, true);
      const entropy = tf.neg(tf.sum(tf.mul(probability, log), 1, true));
      const features = tf.concat([tf.onesLike(top), top, entropy], 1) as Tensor2D;
      const gate = tf.sigmoid(tf.matMul(features, tf.reshape(gates[k]!, [gateSize, 1]) as Tensor2D));
      share = tf.mul(left, gate);
      left = tf.mul(left, tf.sub(1, gate));
    }
    mixed = tf.add(mixed, tf.mul(share, probability));
    cost = tf.add(cost, tf.mul(share, costs[k]! / costs[last]!));
  });
  const right = tf.sum(tf.mul(target, mixed), 1);
  return tf.add(tf.neg(tf.mean(tf.log(tf.add(right, 1e-7)))), tf.mul(tf.mean(cost), price));
}
