/** Where a graph can be cut, what crosses there, and which cuts end a block. */
import type { Cut } from "./cut.ts";
import type { Flow } from "./flow-graph.ts";
import { type Original, totalCost } from "./original.ts";

/** Every cut between the input and the last output, in order of computation. */
export function cutsOf(original: Original): Cut[] {
  const { flow } = original;
  const { input, nodes, outputs } = flow.graph;
  const last = outputs.at(-1)!;
  const trunk = flow.upTo(last);
  const classifier = classifierInput(original);
  const cuts = nodes
    .filter(({ name }) => trunk.has(name) && name !== input && name !== last)
    .map(({ name, kind }) => {
      const done = flow.upTo(name);
      const tensors = flow.crossing(done, trunk);
      const size = tensors.reduce((sum, tensor) => sum + sizeOf(original.shape(tensor)), 0);
      return { after: name, kind, tensors, size, macs: totalCost(original, done).macs };
    })
    .filter(({ after, tensors }) => tensors.length > 0 && after !== input);
  const single = cuts.filter(({ after, tensors }) => tensors.length === 1 && tensors[0] === after);
  const end = classifier === null ? null : totalCost(original, flow.upTo(classifier)).macs;
  const ends = new Set<string>();
  single.forEach(({ after, macs }, i) => {
    const isLastOfBlock = single[i + 1]?.macs !== macs;
    if (isLastOfBlock && macs > 0 && (end === null || macs < end)) ends.add(after);
  });
  return cuts.map((cut) => ({ ...cut, endsBlock: ends.has(cut.after) }));
}

/**
 * The tensor that the last convolution or dense layer before the last output reads, where nothing else crosses with it: what comes after it is
 * the model's classifier. Null where there is none.
 */
export function classifierInput(original: Original): string | null {
  const { flow } = original;
  const last = flow.graph.outputs.at(-1)!;
  const trunk = flow.upTo(last);
  const weighted = flow.graph.nodes.filter(({ name }) => trunk.has(name) && original.cost(name).macs > 0).at(-1);
  const tensor = weighted?.inputs[0];
  if (tensor === undefined || tensor === flow.graph.input || tensor.includes(":")) return null;
  const crossing = flow.crossing(flow.upTo(tensor), trunk);
  return crossing.length === 1 && crossing[0] === tensor ? tensor : null;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** The first cut that ends a block where the trunk's cost reaches this fraction of its whole; null where the last block does. */
export function cutAtFraction(cuts: readonly Cut[], fraction: number, flow: Flow, original: Original): Cut | null {
  const whole = totalCost(original, flow.upTo(flow.graph.outputs.at(-1)!)).macs;
  return cuts.find(({ endsBlock, macs }) => endsBlock && macs >= fraction * whole) ?? null;
}
