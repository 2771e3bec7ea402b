/** The layers a network is made of, as data, and the shapes they give. */

/** `true` is max(0, x); 6 cuts at 6 too, as MobileNets do. */
export type Relu = boolean | 6;

/** How far a window reaches over the edge: as TensorFlow's "same" and "valid", or so many zeros on every side. */
export type Padding = "same" | "valid" | number;

/** One layer; convolutions and poolings run over [height, width, channels]. */
export type Layer =
  | {
      readonly kind: "conv";
      readonly filters: number;
      /** Side of a square filter, or [height, width]. */
      readonly kernel: number | readonly [number, number];
      readonly stride?: number;
      readonly pad?: Padding;
      /** Batch norm in place of a bias. */
      readonly norm?: boolean;
      readonly relu?: Relu;
    }
  /** One filter for each channel. */
  | {
      readonly kind: "depthwise";
      readonly kernel: number;
      readonly stride?: number;
      readonly pad?: Padding;
      readonly norm?: boolean;
      readonly relu?: Relu;
    }
  | { readonly kind: "max-pool"; readonly size: number; readonly stride: number; readonly pad?: Padding }
  | { readonly kind: "average-pool"; readonly size: number; readonly stride: number; readonly pad?: Padding }
  /** A learned mix of maximum and mean: s · max + (1 - s) · mean, s a logistic function of one trained number (Lee et al. 2016; used by SDN). */
  | { readonly kind: "mixed-pool"; readonly size: number; readonly stride: number; readonly pad?: Padding }
  /** Mean over height and width. */
  | { readonly kind: "global-average-pool" }
  /**
   * Every `stride`-th row and column, then channels of zeros up to `channels`: the shortcut without parameters of He et al. 2016, option A.
   */
  | { readonly kind: "subsample"; readonly stride: number; readonly channels: number }
  | { readonly kind: "flatten" }
  | { readonly kind: "dense"; readonly units: number; readonly relu?: boolean }
  /** relu(body(x) + shortcut(x)), without the relu where `linear`; an empty shortcut is the identity. */
  | {
      readonly kind: "residual";
      readonly body: readonly Layer[];
      readonly shortcut: readonly Layer[];
      readonly linear?: boolean;
    }
  /** An image at several scales, each half the one before; the scales, one after another, are one flat tensor. */
  | { readonly kind: "scales"; readonly filters: readonly number[] }
  /**
   * Layers of a multi-scale dense network (Huang et al. 2018) on the tensor of `scales`: each scale keeps what it has and gains `growth`
   * channels from convolutions of itself and, but for the first, of the next finer scale.
   */
  | {
      readonly kind: "scale-layers";
      readonly shapes: readonly Side3[];
      readonly growth: readonly number[];
      readonly count: number;
    }
  /** One of several scales, as an image. */
  | { readonly kind: "scale"; readonly shapes: readonly Side3[]; readonly index: number }
  /** Part of a model made elsewhere, run as it is: from tensors of its graph to others. Several tensors are one flat tensor, one after another. */
  | {
      readonly kind: "imported";
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
      /** Shapes of the inputs, without the batch. */
      readonly from: readonly (readonly number[])[];
      readonly to: readonly (readonly number[])[];
      readonly macs: number;
      /** Convolution, dense and recurrent layers. */
      readonly layers: number;
      readonly params: number;
      /** The one output is the log odds z of the second of two classes, and becomes the logits [0, z]. */
      readonly logOdds?: boolean;
    };

/** [height, width, channels] */
export type Side3 = readonly [number, number, number];

const numbers: Readonly<Record<Layer["kind"], readonly string[]>> = {
  conv: ["filters", "stride"],
  depthwise: ["kernel", "stride"],
  "max-pool": ["size", "stride"],
  "average-pool": ["size", "stride"],
  "mixed-pool": ["size", "stride"],
  "global-average-pool": [],
  subsample: ["stride", "channels"],
  flatten: [],
  dense: ["units"],
  residual: [],
  scales: [],
  "scale-layers": ["count"],
  scale: [],
  imported: [],
};

/** Height and width of a convolution's filter. */
export function kernelOf({
  kernel,
}: {
  readonly kernel: number | readonly [number, number];
}): readonly [number, number] {
  return typeof kernel === "number" ? [kernel, kernel] : kernel;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Shape of a layer's output, without the batch. @throws RangeError when the layer does not fit its input */
export function outputShape(layer: Layer, input: readonly number[]): number[] {
  if (layer.kind === "flatten") return [sizeOf(input)];
  if (layer.kind === "imported") return afterImported(layer, input);
  if (layer.kind === "scale-layers" || layer.kind === "scale") return afterScales(layer, input);
  if (layer.kind === "dense") {
    if (input.length !== 1) throw new RangeError(`dense layer: expected a flat input, got shape [${input}]`);
    return [layer.units];
  }
  const [height, width, channels] = input;
  if (input.length !== 3)
    throw new RangeError(`${layer.kind} layer: expected [height, width, channels], got [${input}]`);
  if (layer.kind === "global-average-pool") return [channels!];
  if (layer.kind === "scales")
    return [scaleShapes(layer.filters, input).reduce((sum, shape) => sum + sizeOf(shape), 0)];
  if (layer.kind === "residual") {
    const body = shapeAfter(layer.body, input);
    const shortcut = shapeAfter(layer.shortcut, input);
    if (body.join() !== shortcut.join()) {
      throw new RangeError(`residual layer: body gives [${body}] but its shortcut [${shortcut}]`);
    }
    return body;
  }
  if (layer.kind === "subsample") {
    if (layer.channels < channels!) {
      throw new RangeError(`subsample layer: ${layer.channels} channels do not hold [${input}]`);
    }
    return [Math.ceil(height! / layer.stride), Math.ceil(width! / layer.stride), layer.channels];
  }
  const window = layer.kind === "conv" || layer.kind === "depthwise" ? kernelOf(layer) : [layer.size, layer.size];
  const stride = layer.stride ?? 1;
  // A window of nothing but zeros: meaningless, and TensorFlow.js' wasm backend reads beyond its memory.
  if (typeof layer.pad === "number" && layer.pad >= Math.min(...window)) {
    throw new RangeError(`${layer.kind} layer: expected a pad below its window [${window}], got ${layer.pad}`);
  }
  const side = (length: number, size: number): number => {
    const { pad = "same" } = layer;
    const reach = typeof pad === "number" ? length + 2 * pad : length;
    const out = pad === "same" ? Math.ceil(length / stride) : Math.floor((reach - size) / stride) + 1;
    if (out < 1) throw new RangeError(`${layer.kind} layer of side ${size} does not fit input [${input}]`);
    return out;
  };
  return [side(height!, window[0]!), side(width!, window[1]!), layer.kind === "conv" ? layer.filters : channels!];
}

/** Shape after several layers in a row. */
export function shapeAfter(layers: readonly Layer[], input: readonly number[]): number[] {
  return layers.reduce<number[]>((shape, layer) => outputShape(layer, shape), [...input]);
}

/** Shapes of the scales that a `scales` layer makes of an image. */
export function scaleShapes(filters: readonly number[], input: readonly number[]): Side3[] {
  return filters.map((channels, s) => {
    const side = (length: number): number => Math.ceil(length / 2 ** s);
    return [side(input[0]!), side(input[1]!), channels];
  });
}

/** Shapes of the scales after `scale-layers`. */
export function grownShapes(shapes: readonly Side3[], growth: readonly number[], count: number): Side3[] {
  return shapes.map(([height, width, channels], s) => [height, width, channels + count * grownBy(growth[s]!, s)]);
}

/** Channels that a scale gains in one layer: those of its own convolution, and as many from the finer scale. */
export const grownBy = (growth: number, scale: number): number => (scale === 0 ? growth : 2 * growth);

function afterImported(
  { from, to, logOdds }: Extract<Layer, { kind: "imported" }>,
  input: readonly number[],
): number[] {
  const size = from.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (sizeOf(input) !== size) throw new RangeError(`imported layer: expected ${size} numbers, got shape [${input}]`);
  if (logOdds === true) return [2];
  if (to.length === 1) return [...to[0]!];
  return [to.reduce((sum, shape) => sum + sizeOf(shape), 0)];
}

function afterScales(layer: Extract<Layer, { kind: "scale-layers" | "scale" }>, input: readonly number[]): number[] {
  const size = layer.shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (input.length !== 1 || input[0] !== size) {
    throw new RangeError(
      `${layer.kind} layer: expected [${size}], the scales ${JSON.stringify(layer.shapes)}, got [${input}]`,
    );
  }
  if (layer.kind === "scale") {
    const shape = layer.shapes[layer.index];
    if (shape === undefined) throw new RangeError(`scale layer: no scale ${layer.index} of ${layer.shapes.length}`);
    return [...shape];
  }
  if (layer.growth.length !== layer.shapes.length) {
    throw new RangeError(`scale-layers: expected ${layer.shapes.length} growths, got ${layer.growth.length}`);
  }
  return [grownShapes(layer.shapes, layer.growth, layer.count).reduce((sum, shape) => sum + sizeOf(shape), 0)];
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const isName = (value: unknown): boolean => typeof value === "string" && value !== "";
const isList = (value: unknown, of: (each: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(of);
const isShape = (value: unknown): boolean => Array.isArray(value) && value.length === 3 && value.every(isCount);

/** Specs come from files too, so what the types promise is checked. @throws RangeError naming the layer */
export function checkLayers(layers: unknown, where: string): void {
  if (!Array.isArray(layers))
    throw new RangeError(`${where}: expected a list of layers, got ${JSON.stringify(layers)}`);
  for (const layer of layers as Record<string, unknown>[]) {
    const keys = Object.hasOwn(numbers, String(layer?.kind)) ? numbers[layer.kind as Layer["kind"]] : null;
    if (keys === null) throw new RangeError(`${where}: unknown layer ${JSON.stringify(layer)}`);
    for (const key of keys) {
      const value = layer[key] ?? (key === "stride" ? 1 : undefined);
      if (!isCount(value)) {
        throw new RangeError(
          `${where}: ${layer.kind} layer: expected ${key} to be a whole number above 0, got ${value}`,
        );
      }
    }
    checkRest(layer, where);
  }
}

function checkRest(layer: Record<string, unknown>, where: string): void {
  const fail = (what: string): never => {
    throw new RangeError(`${where}: ${layer.kind} layer: expected ${what}, got ${JSON.stringify(layer)}`);
  };
  const { pad, kernel } = layer;
  if (pad !== undefined && pad !== "same" && pad !== "valid" && !(Number.isSafeInteger(pad) && (pad as number) >= 0)) {
    fail("pad same, valid or a number of zeros");
  }
  if (
    layer.kind === "conv" &&
    !isCount(kernel) &&
    !(Array.isArray(kernel) && kernel.length === 2 && kernel.every(isCount))
  ) {
    throw new RangeError(
      `${where}: conv layer: expected kernel to be a whole number above 0, or two, got ${JSON.stringify(kernel)}`,
    );
  }
  if (layer.kind === "residual") {
    checkLayers(layer.body, where);
    checkLayers(layer.shortcut, where);
  }
  if (layer.kind === "imported") {
    const { inputs, outputs, from, to } = layer as Extract<Layer, { kind: "imported" }>;
    const areSides = (shape: unknown): boolean => isList(shape, isCount);
    if (!isList(inputs, isName) || !isList(outputs, isName)) fail("names of tensors");
    if (!isList(from, areSides) || from.length !== inputs.length) fail("a shape for each input");
    if (!isList(to, areSides) || to.length !== outputs.length) fail("a shape for each output");
    const costs = [layer.macs, layer.layers, layer.params];
    if (!costs.every((cost) => typeof cost === "number" && cost >= 0)) fail("macs, layers and params");
  }
  const counts = layer.kind === "scales" ? layer.filters : layer.kind === "scale-layers" ? layer.growth : null;
  if (counts !== null && !(Array.isArray(counts) && counts.length > 0 && counts.every(isCount)))
    fail("counts of channels");
  if (layer.kind === "scale-layers" || layer.kind === "scale") {
    if (!(Array.isArray(layer.shapes) && layer.shapes.every(isShape))) fail("shapes of scales");
  }
}
