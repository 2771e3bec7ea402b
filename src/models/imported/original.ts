/** A model made elsewhere, loaded: its graph, shapes and costs, and any part of it ready to run. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Cost } from "../parameters.ts";
import type { Flow } from "./flow-graph.ts";

/** What an output says: numbers whose softmax are probabilities, or the log odds of the second of two classes. */
export type Answer = "logits" | "log-odds";

/** What a format supplies. */
export interface Original {
  readonly flow: Flow;
  /** Shape of a tensor, without the batch. */
  shape(tensor: string): readonly number[];
  /** Of one node, on one input. @throws UserError for a kind whose multiplications are not known */
  cost(node: string): Cost;
  /** What the model's own answer at an output is, now that its softmax or sigmoid has been taken off. */
  answer(output: string): Answer;
  /**
   * Computes `outputs` from `inputs`; the caller tidies.
   * @param values as many as `inputs`, each [batch, ...shape]
   * @returns tensors that may be the values themselves
   */
  run(inputs: readonly string[], values: readonly Tensor[], outputs: readonly string[]): Tensor[];
  dispose(): void;
}

/** Cost of several nodes. */
export function totalCost(original: Original, nodes: Iterable<string>): Cost {
  let total: Cost = { macs: 0, layers: 0, params: 0 };
  for (const node of nodes) {
    const cost = original.cost(node);
    total = {
      macs: total.macs + cost.macs,
      layers: total.layers + cost.layers,
      params: total.params + cost.params,
    };
  }
  return total;
}

/** The model's own outputs, the least computation first; the last is where a request ends that leaves nowhere else. */
export function byDepth(original: Pick<Original, "cost">, flow: Flow, outputs: readonly string[]): string[] {
  const macs = (output: string): number => {
    let sum = 0;
    for (const node of flow.upTo(output)) sum += original.cost(node).macs;
    return sum;
  };
  return outputs
    .map((output) => ({ output, macs: macs(output), at: flow.position(output) }))
    .sort((a, b) => a.macs - b.macs || a.at - b.at)
    .map(({ output }) => output);
}
