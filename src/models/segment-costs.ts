/** What each segment of a network costs, and what crosses after it. */
import { cutShapes, type NetworkSpec, newHeads } from "./network-spec.ts";
import { type Cost, costOf, sizeOf } from "./parameters.ts";

export interface SegmentCost {
  readonly name: string;
  readonly trunk: Cost;
  /** Null where no exit follows. */
  readonly head: Cost | null;
  /** Whether the head is one of ours on a model made elsewhere, or part of a network of ours. */
  readonly isNew: boolean;
  /** Shapes of what crosses after it; none after the last. */
  readonly tensors: readonly (readonly number[])[];
  /** Of these as 32-bit floats, for one sample. */
  readonly bytes: number;
}

/** Segments in order. */
export function segmentCosts(spec: NetworkSpec): SegmentCost[] {
  const shapes = cutShapes(spec);
  const fresh = newHeads(spec);
  return spec.blocks.map(({ name, layers, head }, i) => {
    const isLast = i === spec.blocks.length - 1;
    const last = layers.at(-1);
    const crossing = last?.kind === "imported" ? last.to : [shapes[i + 1]!];
    const tensors = isLast ? [] : crossing;
    return {
      name,
      trunk: costOf(layers, shapes[i]!),
      head: head === null ? null : costOf(head, shapes[i + 1]!),
      isNew: fresh.includes(i),
      tensors,
      bytes: 4 * tensors.reduce((sum, shape) => sum + sizeOf(shape), 0),
    };
  });
}
