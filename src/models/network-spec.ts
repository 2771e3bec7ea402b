/** A multi-exit network as data: the whole model, any contiguous part of it and its costs all derive from one spec. */

/** One layer; convolutions and poolings run over [height, width, channels]. */
export type Layer =
  | {
      readonly kind: "conv";
      readonly filters: number;
      /** Side of the square filter. */
      readonly kernel: number;
      readonly stride?: number;
      readonly pad?: "same" | "valid";
      /** Batch norm in place of a bias. */
      readonly norm?: boolean;
      readonly relu?: boolean;
    }
  | { readonly kind: "max-pool"; readonly size: number; readonly stride: number; readonly pad?: "same" | "valid" }
  /** Mean over height and width. */
  | { readonly kind: "global-average-pool" }
  /**
   * Every `stride`-th row and column, then channels of zeros up to `channels`: the shortcut without parameters of He et al. 2016, option A.
   */
  | { readonly kind: "subsample"; readonly stride: number; readonly channels: number }
  | { readonly kind: "flatten" }
  | { readonly kind: "dense"; readonly units: number; readonly relu?: boolean }
  /** relu(body(x) + shortcut(x)); an empty shortcut is the identity. */
  | { readonly kind: "residual"; readonly body: readonly Layer[]; readonly shortcut: readonly Layer[] };

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

/** Shape of a layer's output, without the batch. @throws RangeError when the layer does not fit its input */
export function outputShape(layer: Layer, input: readonly number[]): number[] {
  if (layer.kind === "flatten") return [input.reduce((product, side) => product * side, 1)];
  if (layer.kind === "dense") {
    if (input.length !== 1) throw new RangeError(`dense layer: expected a flat input, got shape [${input}]`);
    return [layer.units];
  }
  const [height, width, channels] = input;
  if (input.length !== 3)
    throw new RangeError(`${layer.kind} layer: expected [height, width, channels], got [${input}]`);
  if (layer.kind === "global-average-pool") return [channels!];
  if (layer.kind === "residual") {
    const body = shapeAfter(layer.body, input);
    const shortcut = shapeAfter(layer.shortcut, input);
    if (body.join() !== shortcut.join()) {
      throw new RangeError(`residual layer: body gives [${body}] but its shortcut [${shortcut}]`);
    }
    return body;
  }
  if (layer.kind === "subsample") {
    if (layer.channels < channels!)
      throw new RangeError(`subsample layer: ${layer.channels} channels do not hold [${input}]`);
    return [Math.ceil(height! / layer.stride), Math.ceil(width! / layer.stride), layer.channels];
  }
  const size = layer.kind === "conv" ? layer.kernel : layer.size;
  const stride = layer.stride ?? 1;
  const side = (length: number): number => {
    const out = layer.pad === "valid" ? Math.floor((length - size) / stride) + 1 : Math.ceil(length / stride);
    if (out < 1) throw new RangeError(`${layer.kind} layer of side ${size} does not fit input [${input}]`);
    return out;
  };
  return [side(height!), side(width!), layer.kind === "conv" ? layer.filters : channels!];
}

/** Shape after several layers in a row. */
export function shapeAfter(layers: readonly Layer[], input: readonly number[]): number[] {
  return layers.reduce<number[]>((shape, layer) => outputShape(layer, shape), [...input]);
}

/** Input shape of every block, then the output shape of the last: blocks + 1 shapes, without the batch. */
export function cutShapes(spec: NetworkSpec): number[][] {
  const shapes: number[][] = [[...spec.input]];
  for (const block of spec.blocks) shapes.push(shapeAfter(block.layers, shapes.at(-1)!));
  return shapes;
}

const layerNumbers: Readonly<Record<Layer["kind"], readonly string[]>> = {
  conv: ["filters", "kernel", "stride"],
  "max-pool": ["size", "stride"],
  "global-average-pool": [],
  subsample: ["stride", "channels"],
  flatten: [],
  dense: ["units"],
  residual: [],
};

/** Specs come from files too, so what the types promise is checked. */
function checkLayers(layers: unknown, where: string): void {
  if (!Array.isArray(layers))
    throw new RangeError(`${where}: expected a list of layers, got ${JSON.stringify(layers)}`);
  for (const layer of layers as Record<string, unknown>[]) {
    const numbers = Object.hasOwn(layerNumbers, String(layer?.kind)) ? layerNumbers[layer.kind as Layer["kind"]] : null;
    if (numbers === null) throw new RangeError(`${where}: unknown layer ${JSON.stringify(layer)}`);
    for (const key of numbers) {
      const value = layer[key] ?? (key === "stride" ? 1 : undefined);
      if (!Number.isSafeInteger(value) || (value as number) < 1) {
        throw new RangeError(
          `${where}: ${layer.kind} layer: expected ${key} to be a whole number above 0, got ${value}`,
        );
      }
    }
    if (layer.kind !== "residual") continue;
    checkLayers(layer.body, where);
    checkLayers(layer.shortcut, where);
  }
}

/** Indices of the blocks that an exit follows, in order. */
export function exitBlocks(spec: NetworkSpec): number[] {
  return spec.blocks.flatMap((block, index) => (block.head === null ? [] : [index]));
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
