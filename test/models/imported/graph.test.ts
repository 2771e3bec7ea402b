import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { loadBackend } from "../../../src/models/backend.ts";
import { UserError } from "../../../src/models/errors.ts";
import { type ImportModelOptions, importModel, listCuts } from "../../../src/models/imported/import-model.ts";
import { openOriginal } from "../../../src/models/imported/open.ts";
import { Network } from "../../../src/models/network.ts";
import { normalDraw, randomStream } from "../../../src/models/random.ts";
import { segmentCosts } from "../../../src/models/segment-costs.ts";
import { engine, usual, writeShards } from "./nets.ts";

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: object;
}
const text = (value: string) => ({ s: Buffer.from(value).toString("base64") });
const float = { type: "DT_FLOAT" };
const integers = (...values: number[]) => ({ list: { i: values.map(String) } });
const conv = (strides: number) => ({
  T: float,
  strides: integers(1, strides, strides, 1),
  padding: text("SAME"),
  data_format: text("NHWC"),
  dilations: integers(1, 1, 1, 1),
});

/**
 * The frozen graph of a net with two exits on 8 x 8 x 2, as the converter writes it: NodeDefs with attributes in base64 and constants in the
 * manifest. A convolution; the first exit; a residual block with a depthwise convolution and a norm; the second exit.
 */
const nodes: readonly Node[] = [
  {
    name: "x",
    op: "Placeholder",
    attr: { dtype: float, shape: { shape: { dim: [-1, 8, 8, 2].map((size) => ({ size: String(size) })) } } },
  },
  { name: "stem/conv", op: "Conv2D", input: ["x", "stem/filter"], attr: conv(1) },
  {
    name: "stem/bias_add",
    op: "BiasAdd",
    input: ["stem/conv", "stem/bias"],
    attr: { T: float, data_format: text("NHWC") },
  },
  { name: "stem/relu", op: "Relu", input: ["stem/bias_add"], attr: { T: float } },
  {
    name: "exit1/mean",
    op: "Mean",
    input: ["stem/relu", "axes"],
    attr: { keep_dims: { b: false }, T: float, Tidx: { type: "DT_INT32" } },
  },
  {
    name: "exit1/matmul",
    op: "MatMul",
    input: ["exit1/mean", "exit1/kernel"],
    attr: { transpose_a: { b: false }, transpose_b: { b: false }, T: float },
  },
  { name: "exit1/softmax", op: "Softmax", input: ["exit1/matmul"], attr: { T: float } },
  { name: "Identity", op: "Identity", input: ["exit1/softmax"], attr: { T: float } },
  {
    name: "block/depthwise",
    op: "DepthwiseConv2dNative",
    input: ["stem/relu", "block/depthwise_filter"],
    attr: conv(1),
  },
  { name: "block/point", op: "Conv2D", input: ["block/depthwise", "block/point_filter"], attr: conv(1) },
  {
    name: "block/norm",
    op: "FusedBatchNormV3",
    input: ["block/point", "block/gamma", "block/beta", "block/mean", "block/variance"],
    attr: { T: float, epsilon: { f: 0.001 }, is_training: { b: false }, data_format: text("NHWC") },
  },
  { name: "block/add", op: "AddV2", input: ["block/norm", "stem/relu"], attr: { T: float } },
  {
    name: "pool",
    op: "MaxPool",
    input: ["block/add"],
    attr: {
      T: float,
      ksize: integers(1, 2, 2, 1),
      strides: integers(1, 2, 2, 1),
      padding: text("VALID"),
      data_format: text("NHWC"),
    },
  },
  { name: "flat", op: "Reshape", input: ["pool", "flat_shape"], attr: { T: float, Tshape: { type: "DT_INT32" } } },
  {
    name: "exit2/matmul",
    op: "MatMul",
    input: ["flat", "exit2/kernel_read"],
    attr: { transpose_a: { b: false }, transpose_b: { b: false }, T: float },
  },
  { name: "exit2/kernel_read", op: "Identity", input: ["exit2/kernel"], attr: { T: float } },
  { name: "Identity_1", op: "Softmax", input: ["exit2/matmul"], attr: { T: float } },
];
const constants: Readonly<Record<string, readonly number[]>> = {
  "stem/filter": [3, 3, 2, 4],
  "stem/bias": [4],
  "exit1/kernel": [4, 3],
  "block/depthwise_filter": [3, 3, 4, 1],
  "block/point_filter": [1, 1, 4, 4],
  "block/gamma": [4],
  "block/beta": [4],
  "block/mean": [4],
  "block/variance": [4],
  "exit2/kernel": [64, 3],
};
const whole: Readonly<Record<string, readonly number[]>> = { axes: [1, 2], flat_shape: [-1, 64] };

function graph(change: (nodes: Node[]) => Node[] = (all) => all, signature?: object) {
  const uniform = randomStream(8, "graph");
  const specs: { name: string; shape: readonly number[]; dtype: string }[] = [];
  const bytes: Buffer[] = [];
  for (const [name, shape] of Object.entries(constants)) {
    specs.push({ name, shape, dtype: "float32" });
    const size = shape.reduce((product, side) => product * side, 1);
    const values = Float32Array.from({ length: size }, () => 0.4 * normalDraw(uniform));
    if (name.endsWith("variance")) values.fill(0.7);
    bytes.push(Buffer.from(values.buffer));
  }
  for (const [name, values] of Object.entries(whole)) {
    specs.push({ name, shape: [values.length], dtype: "int32" });
    bytes.push(Buffer.from(Int32Array.from(values).buffer));
  }
  const consts = specs.map(({ name, dtype }) => ({
    name,
    op: "Const",
    attr: { dtype: dtype === "int32" ? { type: "DT_INT32" } : float },
  }));
  const topology = { node: [...consts, ...change([...nodes])], library: {}, versions: { producer: 1 } };
  const rest = { format: "graph-model", modelTopology: topology, ...(signature === undefined ? {} : { signature }) };
  return { ...writeShards(rest, specs, Buffer.concat(bytes)), specs, bytes: Buffer.concat(bytes), rest };
}

beforeAll(async () => {
  await engine();
});

const rows = 3;
const samples = (): Float32Array<ArrayBuffer> => {
  const uniform = randomStream(5, "samples");
  return Float32Array.from({ length: rows * 128 }, () => 2 * uniform() - 0.5);
};

/** What tfjs says of the graph as it was written. */
async function whatTfjsSays({ rest, specs, bytes }: ReturnType<typeof graph>, names: string[]): Promise<number[][]> {
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const model = await loadGraphModel(tf.io.fromMemory({ ...rest, weightSpecs: specs as never, weightData }));
  return tf.tidy(() =>
    [model.execute({ x: tf.tensor(samples(), [rows, 8, 8, 2]) }, names)].flat().map((each) => [...each.dataSync()]),
  );
}

async function bySegments(options: ImportModelOptions): Promise<{ names: string[]; probabilities: number[][] }> {
  const { model } = await importModel(options);
  const original = await openOriginal(await loadBackend("wasm"), model.imported);
  const network = new Network(await loadBackend("wasm"), model.spec, model.weights, original);
  let sent: Float32Array = samples();
  const names: string[] = [];
  const probabilities = model.spec.blocks.flatMap(({ name, head }, block) => {
    const results = network.run(
      { from: block, to: block + 1, heads: head === null ? [] : [block], trunk: true },
      sent,
      rows,
    );
    sent = results.at(-1)!;
    names.push(name);
    return head === null ? [] : [[...tf.tidy(() => tf.softmax(tf.tensor2d(results[0]!, [rows, 3]))).dataSync()]];
  });
  return { names, probabilities };
}

const expectClose = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  expect(found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)).toBeLessThan(1e-5);
};

describe("a frozen graph cut at its nodes gives what tfjs gives for the whole", () => {
  test("its own exits, with the branch of each as a head", async () => {
    const made = graph();
    const [first, second] = await whatTfjsSays(made, ["Identity", "Identity_1"]);
    const { names, probabilities } = await bySegments(usual(made.path));
    expect(names).toEqual(["identity", "identity-1"]);
    expectClose(probabilities[0]!, first!);
    expectClose(probabilities[1]!, second!);
    const { model } = await importModel(usual(made.path));
    // 8·8 · 9 · 2 · 4, the head 4 · 3; depthwise 8·8 · 9 · 4 and 8·8 · 4 · 4, the last 64 · 3. A norm has 4 · 4 parameters.
    expect(
      segmentCosts(model.spec).map(({ trunk, head }) => [trunk.macs, trunk.params, head!.macs, head!.params]),
    ).toEqual([
      [4608, 76, 12, 12],
      [2304 + 1024, 36 + 16 + 16, 192, 192],
    ]);
  });

  test("cut at every node in turn", async () => {
    const made = graph();
    const [first, second] = await whatTfjsSays(made, ["Identity", "Identity_1"]);
    const { cuts } = await listCuts(made.path, null, "wasm");
    expect(cuts.map(({ after }) => after)).toEqual([
      "stem/conv",
      "stem/bias_add",
      "stem/relu",
      "block/depthwise",
      "block/point",
      "block/norm",
      "block/add",
      "pool",
      "flat",
      "exit2/matmul",
    ]);
    // The shortcut crosses beside the branch.
    expect(cuts[4]).toMatchObject({ tensors: ["stem/relu", "block/point"], size: 2 * 256, macs: 4608 + 3328 });
    for (const { after } of cuts.filter((cut) => cut.after !== "stem/relu")) {
      const { probabilities } = await bySegments(usual(made.path, { cuts: [after] }));
      expectClose(probabilities[0]!, first!);
      expectClose(probabilities[1]!, second!);
    }
  });

  test("new heads after nodes of the trunk; an exit given by the name of a node that no output depends on", async () => {
    const signature = { outputs: { answer: { name: "Identity_1:0" } }, inputs: { x: { name: "x:0" } } };
    const made = graph(undefined, signature);
    const [, second] = await whatTfjsSays(made, ["Identity", "Identity_1"]);
    const alone = await bySegments(usual(made.path, { exits: { after: ["block/add"] } }));
    expect(alone.names).toEqual(["block-add", "identity-1"]);
    expectClose(alone.probabilities[1]!, second!);
    const [logits] = await whatTfjsSays(made, ["exit1/softmax"]);
    const named = await bySegments(usual(made.path, { exits: { after: ["exit1/matmul", "block/add"] } }));
    expect(named.names).toEqual(["exit1-matmul", "block-add", "identity-1"]);
    expectClose(named.probabilities[0]!, logits!);
  });
});

describe("a graph that can not be cut is the user's to mend", () => {
  const replaced = (name: string, more: object) => (all: Node[]) =>
    all.map((node) => (node.name === name ? { ...node, ...more } : node));
  const placeholder = (...sides: number[]) => ({
    attr: { dtype: float, shape: { shape: { dim: sides.map((size) => ({ size: String(size) })) } } },
  });
  test.each<[string, () => Promise<unknown>, string]>([
    ["a fixed batch", () => importModel(usual(graph(replaced("x", placeholder(1, 8, 8, 2))).path)), "a dynamic batch"],
    [
      "an open input",
      () => importModel(usual(graph(replaced("x", placeholder(-1, -1, -1, 2))).path)),
      "--input 224x224x3",
    ],
    [
      "two inputs",
      () =>
        importModel(
          usual(graph(replaced("block/norm", { op: "Placeholder", input: [], attr: { dtype: float } })).path),
        ),
      "2 inputs",
    ],
    ["an unknown operation", () => importModel(usual(graph(replaced("stem/relu", { op: "Mystery" })).path)), "Mystery"],
    [
      "a node that is not there",
      () => importModel(usual(graph().path, { cuts: ["block/ad"] })),
      "did you mean block/add?",
    ],
    [
      "a fixed reshape",
      () => importModel(usual(graph(replaced("flat", { input: ["pool", "axes"] })).path)),
      "runs at once",
    ],
  ])("%s", async (_, work, message) => {
    const error = await work().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
  });

  test("a shape that the graph leaves open is taken from the user", async () => {
    const made = graph(replaced("x", placeholder(-1, -1, -1, 2)));
    const { model } = await importModel(usual(made.path, { input: [8, 8, 2] }));
    expect(model.spec.input).toEqual([8, 8, 2]);
  });
});
