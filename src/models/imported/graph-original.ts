/** A TensorFlow.js GraphModel (frozen graph) as an original: cut at named nodes, each part run by tfjs-converter's executor. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../backend.ts";
import { UserError } from "../errors.ts";
import type { Cost } from "../parameters.ts";
import { Flow, type FlowNode, flowGraph, nodeOf } from "./flow-graph.ts";
import type { ModelSource, WeightSpec } from "./model-source.ts";
import { opCost } from "./op-costs.ts";
import { type Answer, byDepth, type Original } from "./original.ts";

/** A node of a TensorFlow graph as JSON has it. */
interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** Operations that leave a softmax before them a softmax. */
const passing = new Set(["Identity", "Reshape", "Squeeze", "StopGradient", "CheckNumerics"]);
const isPlaceholder = (op: string): boolean => op === "Placeholder" || op === "PlaceholderWithDefault";

/**
 * Loads a GraphModel on the active backend.
 * @param sides input shape without the batch, where the graph leaves it open; null takes its own
 * @param named nodes that are exits too where no other output depends on them
 * @throws UserError where it can't be loaded or run, or has several inputs
 */
export async function openGraph(
  tf: Tf,
  source: ModelSource,
  where: string,
  sides: readonly number[] | null,
  named: readonly string[] | null,
): Promise<Original> {
  const topology = source.json.modelTopology as { readonly node: readonly NodeDef[] };
  const defs = new Map(topology.node.map((def) => [def.name, def]));
  const { nodes, input, outputs } = outlined(defs, source, where, named ?? []);
  const graph = flowGraph(nodes, input, outputs);
  const flow = new Flow(graph);
  const taken = outputs.map((output): [string, Answer, string | null] => [output, ...activationOf(flow, output)]);
  const off = new Set(taken.flatMap(([, , node]) => (node === null ? [] : [node])));
  const shorn = {
    ...topology,
    node: topology.node.map((def) => (off.has(def.name) ? { ...def, op: "Identity" } : def)),
  };
  const { loadGraphModel } = await import("@tensorflow/tfjs-converter");
  const { json, specs, bytes } = source;
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let model: Awaited<ReturnType<typeof loadGraphModel>>;
  try {
    model = await loadGraphModel(
      tf.io.fromMemory({ ...json, modelTopology: shorn, weightSpecs: [...specs] as never, weightData }),
    );
  } catch (error) {
    throw new UserError(where, {
      expected: "a graph that TensorFlow.js can load",
      got: (error as Error).message.split("\n")[0]!.slice(0, 300),
    });
  }
  const isWhole = dtypeOf(defs.get(input)!) === "DT_INT32";
  const run = (inputs: readonly string[], values: readonly Tensor[], wanted: readonly string[]): Tensor[] => {
    const given = new Map(inputs.map((name, i) => [name, values[i]!]));
    const missing = [...new Set(wanted.filter((tensor) => !given.has(tensor)))];
    if (missing.length > 0) {
      const read = new Set(flow.between(inputs, missing).flatMap((node) => node.inputs));
      const fed = [...given].filter(([name]) => read.has(name));
      const feed = Object.fromEntries(
        fed.map(([name, tensor]) => [name, isWhole && name === input ? tf.cast(tensor, "int32") : tensor]),
      );
      const results = [model.execute(feed, missing)].flat();
      for (const [i, name] of missing.entries()) given.set(name, results[i]!);
    }
    return wanted.map((tensor) => given.get(tensor)!);
  };
  const shapes = probed(tf, flow, inputShape(defs.get(input)!, source, where, sides), run, where);
  const costs = costsOf(defs, flow, shapes, specs);
  const cost = (name: string): Cost => costs(name);
  const answers = new Map(taken.map(([output, answer]) => [output, answer]));
  return {
    flow: new Flow({ ...graph, outputs: byDepth({ cost }, flow, outputs) }),
    shape: (tensor) => shapes.get(tensor)!,
    cost,
    answer: (output) => answers.get(output)!,
    run,
    dispose: () => model.dispose(),
  };
}

interface Outline {
  readonly nodes: readonly FlowNode[];
  readonly input: string;
  readonly outputs: readonly string[];
}

const plain = (tensor: string): string => tensor.replace(/:0$/, "");

/** The part of the graph that depends on its input; constants and what is computed from them alone go without saying. */
function outlined(
  defs: ReadonlyMap<string, NodeDef>,
  { json }: ModelSource,
  where: string,
  named: readonly string[],
): Outline {
  const read = (def: NodeDef): string[] => (def.input ?? []).filter((name) => !name.startsWith("^")).map(plain);
  const depends = new Map<string, boolean>();
  const visit = (root: string): void => {
    const stack = [root];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const def = defs.get(name);
      if (def === undefined)
        throw new UserError(where, { expected: "inputs that are nodes", got: JSON.stringify(name) });
      const before = read(def).map(nodeOf);
      const waiting = before.filter((each) => !depends.has(each) && !stack.includes(each));
      if (waiting.length > 0) stack.push(...waiting);
      else {
        stack.pop();
        depends.set(name, isPlaceholder(def.op) || before.some((each) => depends.get(each) === true));
      }
    }
  };
  for (const name of defs.keys()) if (!depends.has(name)) visit(name);
  const isLive = (name: string): boolean => depends.get(name) === true;
  const nodes = [...defs.values()]
    .filter(({ name }) => isLive(name))
    .map(
      (def): FlowNode => ({ name: def.name, kind: def.op, inputs: read(def).filter((each) => isLive(nodeOf(each))) }),
    );
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const own = ownOutputs(json, nodes).filter((name) => byName.has(name));
  const needed = (roots: readonly string[]): Set<string> => {
    const found = new Set(roots);
    for (const name of found) for (const each of byName.get(name)!.inputs) found.add(nodeOf(each));
    return found;
  };
  const reached = needed(own);
  const outputs = [...new Set([...own, ...named.filter((name) => byName.has(name) && !reached.has(name))])];
  const inputs = [...needed(outputs)].filter((name) => byName.get(name)!.inputs.length === 0);
  if (inputs.length !== 1 || outputs.length === 0) {
    throw new UserError(where, {
      expected: "a graph with one input and an output",
      got: `${inputs.length} inputs (${inputs.join(", ") || "none"}), ${outputs.length} outputs`,
    });
  }
  return { nodes, input: inputs[0]!, outputs };
}

/** Of the signature, else nodes that no other reads. */
function ownOutputs(json: ModelSource["json"], nodes: readonly FlowNode[]): string[] {
  const signature = (json.signature ?? (json.userDefinedMetadata as Record<string, unknown> | undefined)?.signature) as
    | { outputs?: Record<string, { name?: string }> }
    | undefined;
  const stated = Object.entries(signature?.outputs ?? {}).map(([key, { name }]) => nodeOf(name ?? key));
  if (stated.length > 0) return [...new Set(stated)];
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(nodeOf)));
  return nodes.filter(({ name }) => !read.has(name)).map(({ name }) => name);
}

/** What an output says, and the softmax or sigmoid to take off it. */
function activationOf(flow: Flow, output: string): [Answer, string | null] {
  let name = output;
  for (;;) {
    const { kind, inputs } = flow.node(name);
    if (kind === "Softmax") return ["logits", name];
    if (kind === "Sigmoid") return ["log-odds", name];
    if (!passing.has(kind) || inputs.length === 0) return ["logits", null];
    name = nodeOf(inputs[0]!);
  }
}

const dtypeOf = ({ attr }: NodeDef): string =>
  String((attr?.dtype as { type?: unknown } | undefined)?.type ?? "DT_FLOAT");

interface TensorShape {
  readonly dim?: readonly { readonly size?: string | number }[];
  readonly unknownRank?: boolean;
}

function inputShape(def: NodeDef, { json }: ModelSource, where: string, sides: readonly number[] | null): number[] {
  const signature = json.signature as
    | { inputs?: Record<string, { name?: string; tensorShape?: TensorShape }> }
    | undefined;
  const stated = Object.values(signature?.inputs ?? {}).find(
    ({ name }) => name !== undefined && nodeOf(name) === def.name,
  );
  const shape = stated?.tensorShape?.dim ?? (def.attr?.shape as { shape?: TensorShape } | undefined)?.shape?.dim;
  const own = shape?.slice(1).map(({ size }) => (Number(size) > 0 ? Number(size) : null)) ?? null;
  const batch = shape === undefined ? -1 : Number(shape[0]?.size ?? -1);
  if (batch > 0) {
    throw new UserError(`${where}: input ${def.name}`, {
      expected: "a batch that is left open: several samples run at once, in training and in servers",
      got: `a batch of ${batch}`,
      hint: "export the model with a dynamic batch",
    });
  }
  const isOpen = own === null || own.includes(null);
  const fits = sides === null ? !isOpen : own === null || matches(own, sides);
  const rank = own?.length ?? sides?.length ?? 0;
  if (fits && rank >= 1 && rank <= 3) return [...(sides ?? (own as number[]))];
  throw new UserError(`${where}: input ${def.name}`, {
    expected:
      own === null
        ? "--input: its shape, which the graph leaves open"
        : `an input of shape ${own.map((side) => side ?? "?").join("x")}, of at most three sides`,
    got: sides === null ? "none" : sides.join("x"),
    ...(isOpen ? { hint: "such as --input 224x224x3" } : {}),
  });
}

const matches = (own: readonly (number | null)[], sides: readonly number[]): boolean =>
  own.length === sides.length && own.every((side, i) => side === null || side === sides[i]);

/** Shapes of all tensors, without the batch, from two rows of zeros. */
function probed(
  tf: Tf,
  { graph }: Flow,
  input: readonly number[],
  run: Original["run"],
  where: string,
): Map<string, readonly number[]> {
  const names = [...new Set(graph.nodes.flatMap(({ name, inputs }) => [...inputs, name]))];
  const shapes = new Map<string, readonly number[]>();
  tf.tidy(() => {
    let given: Tensor[];
    try {
      given = run([graph.input], [tf.zeros([2, ...input])], names);
    } catch (error) {
      throw new UserError(where, {
        expected: "a graph that this engine runs at once, without loops and operations whose results vary in shape",
        got: (error as Error).message.split("\n")[0]!.slice(0, 300),
      });
    }
    for (const [i, name] of names.entries()) shapes.set(name, given[i]!.shape.slice(1));
    const ofNode = (name: string): Tensor => given[names.indexOf(name)]!;
    const fixed = graph.outputs.find((name) => ofNode(name).shape[0] !== 2);
    if (fixed !== undefined) {
      throw new UserError(`${where}: output ${fixed}`, {
        expected: "a row for each of 2 samples",
        got: `shape [${ofNode(fixed).shape}]`,
        hint: "export the model with a dynamic batch",
      });
    }
  });
  return shapes;
}

/** Costs by node, worked out when first asked for. */
function costsOf(
  defs: ReadonlyMap<string, NodeDef>,
  flow: Flow,
  shapes: ReadonlyMap<string, readonly number[]>,
  specs: readonly WeightSpec[],
): (name: string) => Cost {
  const weights = new Map(specs.map((spec) => [spec.name, spec]));
  const found = new Map<string, Cost>();
  const constants = (name: string): WeightSpec[] => {
    if (flow.has(name)) return [];
    const spec = weights.get(name);
    return spec !== undefined ? [spec] : (defs.get(name)?.input ?? []).flatMap((each) => constants(nodeOf(each)));
  };
  const cost = (name: string): Cost => {
    const def = defs.get(name)!;
    const { inputs } = flow.node(name);
    if (inputs.length === 0) return { macs: 0, layers: 0, params: 0 };
    const read = (def.input ?? []).filter((each) => !each.startsWith("^")).map(nodeOf);
    const own = read.flatMap(constants);
    // Axes, paddings and shapes are whole numbers; single numbers are settings, such as a norm's epsilon.
    const learnt = own.filter(({ dtype, shape }) => dtype === "float32" && shape.length > 0);
    const params = learnt.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
    const filter = read.slice(1, 2).flatMap(constants)[0]?.shape ?? null;
    const shape = { input: shapes.get(inputs[0]!)!, output: shapes.get(name)!, filter };
    return opCost(name, def.op, shape, params);
  };
  return (name) => {
    const known = found.get(name) ?? cost(name);
    found.set(name, known);
    return known;
  };
}
