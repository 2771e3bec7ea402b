/** One step of joint training: the weighted cross-entropy of all exits, its gradients, Adam, and the running moments of batch norms. */
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { type AdamState, adamStep } from "./adam.ts";
import type { Backend } from "./backend.ts";
import { type ChannelMoments, trainingOps } from "./kernels/training-ops.ts";
import { exitBlocks, type NetworkSpec } from "./network-spec.ts";
import { isTrained, parametersOf } from "./parameters.ts";
import { exitLogits } from "./training-graph.ts";
import type { TrainingPlan } from "./zoo.ts";

/** Share of the old running moment that a step keeps. */
const momentum = 0.99;

export interface StepResult {
  /** Mean cross-entropy of each exit over the batch [nats]. */
  readonly losses: readonly number[];
}

export class TrainingStep {
  readonly #backend: Backend;
  readonly #spec: NetworkSpec;
  readonly #plan: TrainingPlan;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #names: readonly string[];
  readonly #decayed: ReadonlySet<string>;

  constructor(backend: Backend, spec: NetworkSpec, plan: TrainingPlan) {
    const exits = exitBlocks(spec).length;
    if (plan.lossWeights.length !== exits) {
      throw new RangeError(`loss weights: expected ${exits}, one per exit, got ${plan.lossWeights.length}`);
    }
    const parameters = parametersOf(spec);
    this.#backend = backend;
    this.#spec = spec;
    this.#plan = plan;
    this.#shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
    this.#names = parameters.filter(isTrained).map(({ name }) => name);
    this.#decayed = new Set(parameters.filter(({ role }) => role === "filter").map(({ name }) => name));
  }

  /**
   * Changes `weights` and `adam` in place.
   * @param images normalised, shape [labels.length, height, width, channels]
   */
  run(
    weights: Readonly<Record<string, Float32Array>>,
    adam: AdamState,
    images: Float32Array,
    labels: Uint8Array,
    learningRate: number,
  ): StepResult {
    const { gradients, losses, moments } = this.gradients(weights, images, labels);
    adamStep(adam, weights, gradients, learningRate, this.#plan.weightDecay, this.#decayed);
    for (const [path, seen] of moments) {
      fade(weights[`${path}.mean`]!, seen.mean);
      fade(weights[`${path}.variance`]!, seen.variance);
    }
    return { losses };
  }

  /** Gradients of the joint loss by name of the trained parameter. */
  gradients(
    weights: Readonly<Record<string, Float32Array>>,
    images: Float32Array,
    labels: Uint8Array,
  ): { gradients: Record<string, Float32Array>; losses: number[]; moments: Map<string, ChannelMoments> } {
    const { tf } = this.#backend;
    const ops = trainingOps(this.#backend);
    const moments = new Map<string, ChannelMoments>();
    const losses: number[] = [];
    const gradients: Record<string, Float32Array> = {};
    tf.engine().startScope();
    try {
      const batch = labels.length;
      const x = tf.tensor(images, [batch, ...this.#spec.input], "float32") as Tensor4D;
      const classes = this.#spec.classes.length;
      const wanted = new Float32Array(batch * classes);
      labels.forEach((label, row) => {
        wanted[row * classes + label] = 1;
      });
      const target = tf.tensor(wanted, [batch, classes], "float32") as Tensor2D;
      const jointLoss = (...tensors: Tensor[]): Tensor => {
        const byName = Object.fromEntries(this.#names.map((name, i) => [name, tensors[i]!]));
        const exits = exitLogits(tf, ops, this.#spec, x, byName, (path, seen) => moments.set(path, seen));
        const each = exits.map((logits) => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1))));
        losses.push(...each.map((loss) => loss.dataSync()[0]!));
        return tf.addN(each.map((loss, i) => tf.mul(loss, this.#plan.lossWeights[i]!)));
      };
      const tensors = this.#names.map((name) => tf.tensor(weights[name]!, [...this.#shapes.get(name)!], "float32"));
      const result = tf.grads(jointLoss)(tensors);
      result.forEach((gradient, i) => {
        gradients[this.#names[i]!] = gradient.dataSync() as Float32Array;
      });
    } finally {
      tf.engine().endScope();
    }
    return { gradients, losses, moments };
  }
}

function fade(running: Float32Array, seen: Float32Array): void {
  for (let c = 0; c < running.length; c += 1) running[c] = momentum * running[c]! + (1 - momentum) * seen[c]!;
}
