/** A multi-exit network as data: the whole model, any contiguous part of it and its costs all derive from one spec. */

import { checkLayers, type Layer, shapeAfter } from "./layers.ts";

export { type Layer, outputShape, shapeAfter } from "./layers.ts";

/** A trunk segment and the exit that may follow it. */
export interface Block {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** Ends in one logit per class. Null where no exit follows; the last block always has one. */
  readonly head: readonly Layer[] | null;
}

export interface NetworkSpec {
  readonly name: string;
  /** [height, width, channels] of 8-bit samples. */
  readonly input: readonly [number, number, number];
  readonly classes: readonly string[];
  /** The network sees (sample - mean) / sd, per channel, on the 0 to 255 scale. */
  readonly normalise: { readonly mean: readonly number[]; readonly sd: readonly number[] };
  readonly blocks: readonly Block[];
}

/** Added to a variance before its root, in training and when folded for inference; tfjs and Keras use the same. */
export const normEpsilon = 1e-3;

/** Input shape of every block, then the output shape of the last: blocks + 1 shapes, without the batch. */
export function cutShapes(spec: NetworkSpec): number[][] {
  const shapes: number[][] = [[...spec.input]];
  for (const block of spec.blocks) shapes.push(shapeAfter(block.layers, shapes.at(-1)!));
  return shapes;
}

/** Indices of the blocks that an exit follows, in order. */
export function exitBlocks(spec: NetworkSpec): number[] {
  return spec.blocks.flatMap((block, index) => (block.head === null ? [] : [index]));
}

/** Whether the trunk is a model made elsewhere, which is run and never trained. */
export function isImported(spec: Pick<NetworkSpec, "blocks">): boolean {
  return spec.blocks.some(({ layers, head }) => [...layers, ...(head ?? [])].some(({ kind }) => kind === "imported"));
}

/** Blocks whose heads are ours: those that training can change in an imported model. */
export function newHeads(spec: Pick<NetworkSpec, "blocks">): number[] {
  return spec.blocks.flatMap(({ head }, block) =>
    head?.some(({ kind }) => kind !== "imported") === true ? [block] : [],
  );
}

/** Sizes of the tensors that the output of a block is made of, one after another. */
export function tensorSizes(block: Block, shape: readonly number[]): number[] {
  const last = block.layers.at(-1);
  const product = (sides: readonly number[]): number => sides.reduce((size, side) => size * side, 1);
  return last?.kind === "imported" ? last.to.map(product) : [product(shape)];
}

/**
 * Checks that shapes fit and every head ends in one logit per class.
 * @throws RangeError naming the block at fault
 */
export function checkSpec(spec: NetworkSpec): void {
  if (spec.blocks.length === 0 || spec.blocks.at(-1)!.head === null) {
    throw new RangeError(`network ${spec.name}: expected a last block with a head`);
  }
  const names = spec.blocks.map((block) => block.name);
  const wrong = names.find((name, index) => !/^[a-z][a-z0-9-]*$/.test(name) || names.indexOf(name) !== index);
  if (wrong !== undefined)
    throw new RangeError(`network ${spec.name}: block name ${JSON.stringify(wrong)} is malformed or repeated`);
  for (const { name, layers, head } of spec.blocks) {
    checkLayers(layers, `block ${name}`);
    if (head !== null) checkLayers(head, `head ${name}`);
  }
  const channels = spec.input[2];
  const { mean, sd } = spec.normalise;
  if (mean.length !== channels || sd.length !== channels || !sd.every((value) => value > 0)) {
    throw new RangeError(`network ${spec.name}: expected a mean and a positive sd for each of ${channels} channels`);
  }
  let shape: number[] = [...spec.input];
  for (const block of spec.blocks) {
    shape = shapeAfter(block.layers, shape);
    if (block.head === null) continue;
    const logits = shapeAfter(block.head, shape);
    if (logits.length !== 1 || logits[0] !== spec.classes.length) {
      throw new RangeError(
        `network ${spec.name}: head ${block.name} gives [${logits}], expected [${spec.classes.length}]`,
      );
    }
  }
}
