/** One step of training: the loss of the exits that learn, its gradients, the optimiser, and the running moments of batch norms. */
import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { type AdamState, adamStep, sgdStep } from "./adam.ts";
import type { Backend } from "./backend.ts";
import { branchingLoss, crossEntropy, gateSize, imitation } from "./exit-losses.ts";
import type { Original } from "./imported/original.ts";
import { type ChannelMoments, trainingOps } from "./kernels/training-ops.ts";
import { Network } from "./network.ts";
import { cutShapes, exitBlocks, isImported, type NetworkSpec, newHeads } from "./network-spec.ts";
import { costOf, isTrained, parametersOf } from "./parameters.ts";
import { exitLogits } from "./training-graph.ts";
import { type Phase, phasesOf } from "./training-methods.ts";
import type { TrainingPlan } from "./zoo.ts";

/** Share of the old running moment that a step keeps. */
const momentum = 0.99;
const usualDistillation = { share: 0.5, temperature: 3 };
const usualPrice = 0.3;

export interface StepResult {
  /** Mean cross-entropy of each exit over the batch [nats]; NaN where its head does not learn. */
  readonly losses: readonly number[];
}

/** Names of the gates that `branching` trains beside the network: one for each early exit. They are not part of the model. */
export function gatesOf(spec: NetworkSpec, plan: TrainingPlan): string[] {
  if (plan.method !== "branching") return [];
  return exitBlocks(spec)
    .slice(0, -1)
    .map((block) => `${spec.blocks[block]!.name}.gate`);
}

/** Phases of a plan on a network. @throws RangeError as {@link phasesOf} */
export function phasesFor(spec: NetworkSpec, plan: TrainingPlan): Phase[] {
  if (isImported(spec)) return [headsPhase(spec, plan)];
  return phasesOf(plan.method ?? "joint", plan.epochs, spec.blocks.length, exitBlocks(spec), plan.lossWeights);
}

/** All epochs go to new heads: the trunk and the exits that came with the model stay as they are. */
function headsPhase(spec: NetworkSpec, { epochs, lossWeights, method = "heads" }: TrainingPlan): Phase {
  if (method !== "heads")
    throw new RangeError(`training of new heads on an imported trunk: expected method heads, got ${method}`);
  const trained = newHeads(spec);
  const heads = exitBlocks(spec).map((block) => trained.includes(block));
  return { from: 0, to: epochs, trunk: spec.blocks.map(() => false), heads, lossWeights };
}

export class TrainingStep {
  readonly #backend: Backend;
  readonly #spec: NetworkSpec;
  readonly #plan: TrainingPlan;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #decayed: ReadonlySet<string>;
  readonly #gates: readonly string[];
  readonly #costs: readonly number[];
  #phase: Phase;
  #names: readonly string[] = [];
  #frozen: Network | null = null;
  readonly #original: Original | null;

  /** @param original what imported layers run; the trunk of such a network is frozen */
  constructor(backend: Backend, spec: NetworkSpec, plan: TrainingPlan, original: Original | null = null) {
    this.#original = original;
    const exits = exitBlocks(spec).length;
    if (plan.lossWeights.length !== exits) {
      throw new RangeError(`loss weights: expected ${exits}, one per exit, got ${plan.lossWeights.length}`);
    }
    const parameters = parametersOf(spec);
    this.#backend = backend;
    this.#spec = spec;
    this.#plan = plan;
    this.#gates = gatesOf(spec, plan);
    this.#shapes = new Map([
      ...parameters.map(({ name, shape }) => [name, shape] as const),
      ...this.#gates.map((name) => [name, [gateSize]] as const),
    ]);
    this.#decayed = new Set(parameters.filter(({ role }) => role === "filter").map(({ name }) => name));
    this.#costs = costsToExits(spec);
    this.#phase = phasesFor(spec, plan)[0]!;
    this.#names = this.#learning();
  }

  /** Enters a phase: parts that do not learn in it are frozen as `weights` has them. */
  begin(phase: Phase, weights: Readonly<Record<string, Float32Array>>): void {
    this.#frozen?.dispose();
    this.#phase = phase;
    this.#names = this.#learning();
    this.#frozen = phase.trunk.every(Boolean) ? null : new Network(this.#backend, this.#spec, weights, this.#original);
  }

  dispose(): void {
    this.#frozen?.dispose();
    this.#frozen = null;
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
    const optimise = this.#plan.optimiser === "sgd" ? sgdStep : adamStep;
    optimise(adam, weights, gradients, learningRate, this.#plan.weightDecay, this.#decayed);
    for (const [path, seen] of moments) {
      fade(weights[`${path}.mean`]!, seen.mean);
      fade(weights[`${path}.variance`]!, seen.variance);
    }
    return { losses };
  }

  /** Gradients of the loss by name of the parameters that learn. */
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
    const learning = { ...this.#phase, frozen: this.#frozen, original: this.#original };
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
      const loss = (...tensors: Tensor[]): Tensor => {
        const byName = Object.fromEntries(this.#names.map((name, i) => [name, tensors[i]!]));
        const seen = (path: string, found: ChannelMoments): void => void moments.set(path, found);
        const exits = exitLogits(tf, ops, this.#spec, x, byName, seen, learning);
        const each = exits.map((logits) => (logits === null ? null : crossEntropy(tf, logits, target)));
        losses.push(...each.map((value) => value?.dataSync()[0] ?? Number.NaN));
        return this.#total(exits, each, target, byName);
      };
      const tensors = this.#names.map((name) => tf.tensor(weights[name]!, [...this.#shapes.get(name)!], "float32"));
      const result = tf.grads(loss)(tensors);
      result.forEach((gradient, i) => {
        gradients[this.#names[i]!] = gradient.dataSync() as Float32Array;
      });
    } finally {
      tf.engine().endScope();
    }
    return { gradients, losses, moments };
  }

  #total(
    exits: readonly (Tensor2D | null)[],
    each: readonly (Tensor | null)[],
    target: Tensor2D,
    byName: Readonly<Record<string, Tensor>>,
  ): Tensor {
    const { tf } = this.#backend;
    const { method, distillation = usualDistillation, computePrice = usualPrice } = this.#plan;
    const weights = this.#phase.lossWeights;
    const last = exits.at(-1) ?? null;
    const teacher =
      method === "distillation" && last !== null ? tf.tensor2d(last.dataSync() as Float32Array, last.shape) : null;
    const terms = each.flatMap((loss, k) => {
      if (loss === null) return [];
      if (teacher === null || k === exits.length - 1) return [tf.mul(loss, weights[k]!)];
      const { share, temperature } = distillation;
      const copied = imitation(tf, exits[k]!, teacher, temperature);
      return [tf.mul(tf.add(tf.mul(loss, 1 - share), tf.mul(copied, share)), weights[k]!)];
    });
    if (method === "branching") {
      const gates = this.#gates.map((name) => byName[name]!);
      terms.push(branchingLoss(tf, exits as Tensor2D[], gates, target, this.#costs, computePrice));
    }
    return tf.addN(terms);
  }

  /** Parameters that learn in the phase under way. */
  #learning(): string[] {
    const { trunk, heads } = this.#phase;
    const learns = new Set<string>();
    const exits = exitBlocks(this.#spec);
    this.#spec.blocks.forEach(({ name }, i) => {
      if (trunk[i] === true) learns.add(name);
      if (heads[exits.indexOf(i)] === true) learns.add(`${name}.head`);
    });
    const parameters = parametersOf(this.#spec)
      .filter(isTrained)
      .map(({ name }) => name)
      .filter((name) => {
        const [block, part] = name.split(".");
        return learns.has(part === "head" ? `${block}.head` : block!);
      });
    return [...parameters, ...this.#gates];
  }
}

/** Multiply-accumulates until each exit has spoken, every head before it included. */
function costsToExits(spec: NetworkSpec): number[] {
  const shapes = cutShapes(spec);
  let sum = 0;
  return spec.blocks.flatMap(({ layers, head }, i) => {
    sum += costOf(layers, shapes[i]!).macs;
    if (head === null) return [];
    sum += costOf(head, shapes[i + 1]!).macs;
    return [sum];
  });
}

function fade(running: Float32Array, seen: Float32Array): void {
  for (let c = 0; c < running.length; c += 1) running[c] = momentum * running[c]! + (1 - momentum) * seen[c]!;
}
