/** The parameters of a spec: names, shapes, first values; and what each part costs. */
import { kernelOf, type Layer, outputShape, shapeAfter } from "./layers.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { normalDraw, randomStream } from "./random.ts";
import { scaleConvolutions } from "./scales.ts";

/** One array of weights. `mean` and `variance` are running statistics of a batch norm: kept, not trained by gradient. */
export interface Parameter {
  readonly name: string;
  readonly role: "filter" | "bias" | "scale" | "shift" | "mean" | "variance" | "mix";
  readonly shape: readonly number[];
  /** Inputs that one output sums over; 0 for all but filters. */
  readonly fanIn: number;
}

/** Values by parameter name, each row major. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** Name of a layer's parameters: the path of the layer, such as `stem.0` or `stem.head.1` or `tail.2.body.0`. */
export const layerPath = (parent: string, index: number): string => `${parent}.${index}`;

/** Every parameter in the order they are stored. */
export function parametersOf(spec: NetworkSpec): Parameter[] {
  const all: Parameter[] = [];
  let shape: readonly number[] = spec.input;
  for (const block of spec.blocks) {
    all.push(...ofLayers(block.layers, shape, block.name));
    shape = shapeAfter(block.layers, shape);
    if (block.head !== null) all.push(...ofLayers(block.head, shape, `${block.name}.head`));
  }
  return all;
}

export const isTrained = (parameter: Parameter): boolean => parameter.role !== "mean" && parameter.role !== "variance";

function ofLayers(layers: readonly Layer[], input: readonly number[], path: string): Parameter[] {
  let shape = input;
  return layers.flatMap((layer, index) => {
    const found = ofLayer(layer, shape, layerPath(path, index));
    shape = outputShape(layer, shape);
    return found;
  });
}

function ofLayer(layer: Layer, input: readonly number[], path: string): Parameter[] {
  if (layer.kind === "residual") {
    return [...ofLayers(layer.body, input, `${path}.body`), ...ofLayers(layer.shortcut, input, `${path}.shortcut`)];
  }
  if (layer.kind === "dense") {
    const fanIn = input[0]!;
    return [
      { name: `${path}.filter`, role: "filter", shape: [fanIn, layer.units], fanIn },
      { name: `${path}.bias`, role: "bias", shape: [layer.units], fanIn: 0 },
    ];
  }
  if (layer.kind === "mixed-pool") return [{ name: `${path}.mix`, role: "mix", shape: [1], fanIn: 0 }];
  if (layer.kind === "scales" || layer.kind === "scale-layers") {
    return scaleConvolutions(layer, input).flatMap((each) => ofLayer(each.layer, each.input, `${path}.${each.path}`));
  }
  if (layer.kind !== "conv" && layer.kind !== "depthwise") return [];
  const [height, width] = kernelOf(layer);
  const isConv = layer.kind === "conv";
  const filters = isConv ? layer.filters : input[2]!;
  const shape = [height, width, input[2]!, isConv ? filters : 1];
  const fanIn = height * width * (isConv ? input[2]! : 1);
  const filter: Parameter = { name: `${path}.filter`, role: "filter", shape, fanIn };
  const roles = layer.norm === true ? (["scale", "shift", "mean", "variance"] as const) : (["bias"] as const);
  return [filter, ...roles.map((role) => ({ name: `${path}.${role}`, role, shape: [filters], fanIn: 0 }))];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** First values: filters He-normal (He et al. 2015), scales and variances 1, the rest 0. Each depends on (seed, name) alone. */
export function initialWeights(spec: NetworkSpec, seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    parametersOf(spec).map(({ name, role, shape, fanIn }) => {
      const values = new Float32Array(sizeOf(shape));
      if (role === "scale" || role === "variance") values.fill(1);
      if (role === "filter") {
        const uniform = randomStream(seed, "init", name);
        const sd = Math.sqrt(2 / fanIn);
        for (let i = 0; i < values.length; i += 1) values[i] = sd * normalDraw(uniform);
      }
      return [name, values];
    }),
  );
}

/** What one input costs in a run of layers. */
export interface Cost {
  /** Multiply-accumulates of convolutions and dense layers (1 MAC = 2 FLOP); biases, norms, additions and pooling are not counted. */
  readonly macs: number;
  /** Convolution and dense layers, those of shortcuts included. */
  readonly layers: number;
  /** Trained and running parameters. */
  readonly params: number;
}

/** Exact cost of `layers` on an input of this shape. */
export function costOf(layers: readonly Layer[], input: readonly number[]): Cost {
  let shape = input;
  let macs = 0;
  let count = 0;
  // Not ours to train, so not among the parameters of a spec.
  let foreign = 0;
  for (const layer of layers) {
    const output = outputShape(layer, shape);
    if (layer.kind === "residual") {
      for (const branch of [layer.body, layer.shortcut]) {
        const cost = costOf(branch, shape);
        macs += cost.macs;
        count += cost.layers;
      }
    }
    if (layer.kind === "scales" || layer.kind === "scale-layers") {
      for (const each of scaleConvolutions(layer, shape)) {
        macs += costOf([each.layer], each.input).macs;
        count += 1;
      }
    }
    if (layer.kind === "imported") {
      macs += layer.macs;
      count += layer.layers;
      foreign += layer.params;
    }
    if (layer.kind === "dense") macs += shape[0]! * layer.units;
    if (layer.kind === "conv") macs += sizeOf(output) * sizeOf(kernelOf(layer)) * shape[2]!;
    if (layer.kind === "depthwise") macs += sizeOf(output) * sizeOf(kernelOf(layer));
    if (layer.kind === "dense" || layer.kind === "conv" || layer.kind === "depthwise") count += 1;
    shape = output;
  }
  const params = ofLayers(layers, input, "").reduce((total, parameter) => total + sizeOf(parameter.shape), 0);
  return { macs, layers: count, params: params + foreign };
}
