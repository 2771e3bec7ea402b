/** A TensorFlow.js LayersModel (Keras) as an original: nested models unfolded, each layer run by tfjs-layers itself. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type * as TfLayers from "@tensorflow/tfjs-layers";
import type { Tf } from "../backend.ts";
import { UserError } from "../errors.ts";
import type { Cost } from "../parameters.ts";
import { Flow, type FlowNode, flowGraph, nodeOf } from "./flow-graph.ts";
import { asKeras2, renamed } from "./keras3.ts";
import { layerCost } from "./layer-costs.ts";
import type { ModelSource } from "./model-source.ts";
import { type Answer, byDepth, type Original } from "./original.ts";

/** What is read of tfjs-layers' own objects; its types hide half of it. */
interface KerasLayer {
  readonly name: string;
  readonly inboundNodes: readonly KerasNode[];
  readonly weights: readonly { readonly originalName: string; readonly shape: readonly number[] }[];
  activation?: { getClassName(): string };
  readonly layer?: KerasLayer;
  readonly inputs?: readonly Symbolic[];
  readonly outputs?: readonly Symbolic[];
  readonly maskZero?: boolean;
  getClassName(): string;
  apply(x: Tensor | Tensor[], kwargs: object): Tensor | Tensor[];
}
interface KerasNode {
  readonly inputTensors: readonly Symbolic[];
  readonly outputTensors: readonly Symbolic[];
}
interface Symbolic {
  readonly id: number;
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
  readonly sourceLayer: KerasLayer;
  readonly nodeIndex: number;
}

/** Layers that leave a softmax before them a softmax. */
const passing = new Set(["Reshape", "Flatten", "Dropout", "Activation:linear"]);

/**
 * Loads a LayersModel on the active backend.
 * @param sides input shape without the batch, for models that leave it open; null takes the model's own
 * @throws UserError where tfjs-layers can not make the model, or it is of a kind that can not be cut
 */
export async function openLayers(
  tf: Tf,
  source: ModelSource,
  where: string,
  sides: readonly number[] | null,
): Promise<Original> {
  const layers = await import("@tensorflow/tfjs-layers");
  const model = await loaded(tf, layers, source, where);
  const unfolded = unfold(model, where);
  const { calls } = unfolded;
  const kindOf = (name: string): string => {
    const layer = calls.get(name)!;
    const kind = layer.getClassName();
    return kind === "Activation" ? `Activation:${layer.activation?.getClassName()}` : kind;
  };
  const outputs = [...new Set(unfolded.outputs)];
  const graph = flowGraph(unfolded.nodes, unfolded.input, outputs);
  const shape = inputShape(where, unfolded.inputTensor, sides);
  const flow = new Flow(graph);
  const answers = new Map(
    outputs.map((output): [string, Answer] => [output, takeOffActivation(flow, calls, layers, output, where)]),
  );
  const run = (inputs: readonly string[], values: readonly Tensor[], wanted: readonly string[]): Tensor[] => {
    const known = new Map(inputs.map((name, i) => [name, values[i]!]));
    const input = known.get(graph.input);
    if (input !== undefined && unfolded.inputTensor.dtype === "int32") known.set(graph.input, tf.cast(input, "int32"));
    for (const node of flow.between(inputs, wanted)) {
      const read = node.inputs.map((tensor) => known.get(tensor)!);
      const given = calls.get(node.name)!.apply(read.length === 1 ? read[0]! : read, { training: false });
      for (const [k, tensor] of [given].flat().entries()) known.set(k === 0 ? node.name : `${node.name}:${k}`, tensor);
    }
    return wanted.map((tensor) => known.get(tensor)!);
  };
  const shapes = probed(tf, flow, shape, run, kindOf, where);
  const costs = new Map<string, Cost>();
  const cost = (name: string): Cost => {
    let found = costs.get(name);
    if (found === undefined) {
      found = costOfCall(name, calls.get(name), flow, shapes);
      costs.set(name, found);
    }
    return found;
  };
  return {
    flow: new Flow({ ...graph, outputs: byDepth({ cost }, flow, outputs) }),
    shape: (tensor) => shapes.get(tensor)!,
    cost,
    answer: (output) => answers.get(output)!,
    run,
    dispose: () => void model.dispose(),
  };
}

async function loaded(
  tf: Tf,
  layers: typeof TfLayers,
  { json, specs, bytes }: ModelSource,
  where: string,
): Promise<TfLayers.LayersModel> {
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const modelTopology = asKeras2(json.modelTopology) as object;
  try {
    try {
      return await layers.loadLayersModel(
        tf.io.fromMemory({ modelTopology, weightSpecs: [...specs] as never, weightData }),
      );
    } catch (error) {
      if (!/no target variable|weights are not set/.test((error as Error).message)) throw error;
      const model = await layers.models.modelFromJSON({ modelTopology: modelTopology as never });
      const expected = (model as unknown as KerasLayer).weights.map(
        ({ originalName, shape }): [string, readonly number[]] => [originalName, shape],
      );
      const weights = tf.io.decodeWeights(weightData, renamed(specs, expected) as never);
      model.loadWeights(weights);
      tf.dispose(weights);
      return model;
    }
  } catch (error) {
    const { message } = error as Error;
    const unknown = /Unknown (?:layer|\w+): (\S+?)\.? /.exec(message)?.[1];
    throw new UserError(where, {
      expected:
        unknown === undefined ? "a model that TensorFlow.js' layers can load" : "layers that TensorFlow.js knows",
      got: unknown ?? message.split("\n")[0]!.slice(0, 300),
      ...(unknown === undefined
        ? {}
        : { hint: "build it from layers of tfjs-layers 4.22, or convert the model to the graph format" }),
    });
  }
}

interface Unfolded {
  readonly nodes: readonly FlowNode[];
  readonly calls: Map<string, KerasLayer>;
  readonly input: string;
  readonly inputTensor: Symbolic;
  readonly outputs: readonly string[];
}

/** The layers of a model as one flat list, those of nested models among them. */
function unfold(model: TfLayers.LayersModel, where: string): Unfolded {
  const whole = model as unknown as KerasLayer;
  const { inputs = [], outputs = [] } = whole;
  if (inputs.length !== 1 || outputs.length === 0) {
    throw new UserError(where, {
      expected: "a model with one input and an output",
      got: `${inputs.length} inputs (${inputs.map(({ name }) => name).join(", ") || "not built yet"})`,
    });
  }
  const nodes: FlowNode[] = [];
  const calls = new Map<string, KerasLayer>();
  const taken = new Set<string>();
  const free = (name: string, path: string): string => {
    const tries = [name, `${path}${name}`];
    for (let n = 2; ; n += 1) {
      const found = tries.find((each) => !taken.has(each));
      if (found !== undefined) {
        taken.add(found);
        return found;
      }
      tries.push(`${name}@${n}`);
    }
  };
  const visit = (tensor: Symbolic, known: Map<number, string>, path: string): string => {
    const before = known.get(tensor.id);
    if (before !== undefined) return before;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex]!;
    refuse(layer, where);
    const read = node.inputTensors.map((each) => visit(each, known, path));
    if (layer.outputs !== undefined && layer.inputs !== undefined) {
      const inner = new Map(layer.inputs.map((each, k) => [each.id, read[k]!]));
      const results = layer.outputs.map((each) => visit(each, inner, `${path}${layer.name}/`));
      for (const [k, each] of node.outputTensors.entries()) known.set(each.id, results[k]!);
    } else {
      const name = free(layer.name, path);
      nodes.push({ name, kind: layer.getClassName(), inputs: read });
      calls.set(name, layer);
      for (const [k, each] of node.outputTensors.entries()) known.set(each.id, k === 0 ? name : `${name}:${k}`);
    }
    return known.get(tensor.id)!;
  };
  const input = free(inputs[0]!.sourceLayer.name, "");
  nodes.push({ name: input, kind: "InputLayer", inputs: [] });
  const known = new Map([[inputs[0]!.id, input]]);
  const answers = outputs.map((tensor) => visit(tensor, known, ""));
  return { nodes, calls, input, inputTensor: inputs[0]!, outputs: answers.map(nodeOf) };
}

function refuse(layer: KerasLayer, where: string): void {
  const kind = layer.getClassName();
  if (kind === "InputLayer") {
    throw new UserError(where, { expected: "a model with one input", got: `a second input, ${layer.name}` });
  }
  if (kind === "Masking" || layer.maskZero === true) {
    throw new UserError(`${where}: layer ${layer.name}`, {
      expected: "layers without masks: a mask would have to cross a cut beside its tensor",
      got: kind === "Masking" ? kind : `${kind} with mask_zero`,
    });
  }
}

/** The model's input shape without the batch, sides that it leaves open taken from the user's. */
function inputShape(where: string, { shape }: Symbolic, sides: readonly number[] | null): number[] {
  const own = shape.slice(1);
  const fits =
    sides === null
      ? own.every((side) => side !== null)
      : sides.length === own.length && own.every((side, i) => side === null || side === sides[i]);
  if (fits && own.length >= 1 && own.length <= 3) return own.map((side, i) => side ?? sides![i]!);
  throw new UserError(where, {
    expected:
      own.length >= 1 && own.length <= 3
        ? `an input of shape ${own.map((side) => side ?? "?").join("x")}`
        : "an input of [features], [length, channels] or [height, width, channels]",
    got: sides === null ? `shape [${own.map((side) => side ?? "?")}]` : sides.join("x"),
    ...(sides === null && own.includes(null)
      ? { hint: "--input says what it leaves open, such as --input 224x224x3" }
      : {}),
  });
}

/**
 * Takes the softmax or sigmoid off an output, so that it gives logits: rules and temperatures need them, and a probability of 1 has lost what
 * they need.
 */
function takeOffActivation(
  flow: Flow,
  calls: Map<string, KerasLayer>,
  layers: typeof TfLayers,
  output: string,
  where: string,
): Answer {
  let name = output;
  for (;;) {
    const layer = calls.get(name);
    if (layer === undefined) return "logits";
    const activation = layer.getClassName() === "Softmax" ? "softmax" : layer.activation?.getClassName();
    if (activation === "softmax" || activation === "sigmoid") {
      if ([...calls.values()].filter((each) => each === layer).length > 1) {
        throw new UserError(`${where}: layer ${name}`, {
          expected: "an output that is called once",
          got: "a shared layer",
        });
      }
      const linear = layers.layers.activation({ activation: "linear" }) as unknown as KerasLayer;
      if (layer.getClassName() === "Softmax") calls.set(name, linear);
      else if (linear.activation !== undefined) layer.activation = linear.activation;
      return activation === "sigmoid" ? "log-odds" : "logits";
    }
    const kind = layer.getClassName();
    const [before] = flow.node(name).inputs;
    if (before === undefined || !passing.has(kind === "Activation" ? `Activation:${activation}` : kind))
      return "logits";
    name = nodeOf(before);
  }
}

/** Shapes of all tensors, without the batch, from two rows of zeros. */
function probed(
  tf: Tf,
  flow: Flow,
  input: readonly number[],
  run: Original["run"],
  kindOf: (name: string) => string,
  where: string,
): Map<string, readonly number[]> {
  const { graph } = flow;
  const shapes = new Map<string, readonly number[]>([[graph.input, input]]);
  tf.tidy(() => {
    const values = new Map<string, Tensor>([[graph.input, tf.zeros([2, ...input])]]);
    for (const { name, inputs } of graph.nodes) {
      if (inputs.length === 0) continue;
      const names = [
        ...new Set([name, ...graph.nodes.flatMap((node) => node.inputs.filter((each) => nodeOf(each) === name))]),
      ];
      let given: Tensor[];
      try {
        const read = [...new Set(inputs)];
        given = run(
          read,
          read.map((tensor) => values.get(tensor)!),
          names,
        );
      } catch (error) {
        throw new UserError(`${where}: layer ${name}`, {
          expected: "a layer that this engine runs",
          got: `${kindOf(name)}: ${(error as Error).message.split("\n")[0]}`,
        });
      }
      given.forEach((tensor, k) => {
        values.set(names[k]!, tensor);
        shapes.set(names[k]!, tensor.shape.slice(1));
      });
    }
  });
  return shapes;
}

function costOfCall(
  name: string,
  layer: KerasLayer | undefined,
  flow: Flow,
  shapes: ReadonlyMap<string, readonly number[]>,
): Cost {
  if (layer === undefined) return { macs: 0, layers: 0, params: 0 };
  const input = shapes.get(flow.node(name).inputs[0]!)!;
  const output = shapes.get(name)!;
  const weights = layer.weights.map(({ originalName, shape }) => ({ name: originalName.split("/").at(-1)!, shape }));
  if (layer.getClassName() !== "TimeDistributed") return layerCost(name, layer.getClassName(), weights, input, output);
  // The wrapped layer runs once for every step.
  const inner = layerCost(name, layer.layer!.getClassName(), weights, input.slice(1), output.slice(1));
  return { ...inner, macs: inner.macs * input[0]! };
}
