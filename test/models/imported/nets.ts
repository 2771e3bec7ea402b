/** Models as users have them: built with tfjs-layers, written as the converter writes them. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { loadBackend } from "../../../src/models/backend.ts";
import type { ImportModelOptions } from "../../../src/models/imported/import-model.ts";

export const folder = mkdtempSync(join(tmpdir(), "offramp-models-"));
let count = 0;

const L = layers.layers;
type Symbolic = layers.SymbolicTensor;
const conv = (name: string, filters: number, more: object = {}) =>
  L.conv2d({ name, filters, kernelSize: 3, padding: "same", useBias: false, kernelInitializer: start(name), ...more });
/** Every filter the same in each run. */
export const start = (name: string) =>
  layers.initializers.glorotUniform({
    seed: [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 9973,
  });
const norm = (name: string) =>
  L.batchNormalization({
    name,
    movingMeanInitializer: layers.initializers.randomUniform({ minval: -0.2, maxval: 0.2, seed: 3 }),
    movingVarianceInitializer: layers.initializers.randomUniform({ minval: 0.5, maxval: 1.5, seed: 4 }),
  });
const relu = (name: string) => L.activation({ name, activation: "relu" });
const put = (layer: layers.layers.Layer, x: Symbolic | Symbolic[]): Symbolic => layer.apply(x) as Symbolic;

/** Two residual blocks, the second with a projection, as Keras users write them; softmax over 10 classes of 28 x 28 x 1. */
export function residualNet(side = 28): layers.LayersModel {
  const input = layers.input({ shape: [side, side, 1], name: "image" });
  let x = put(
    L.maxPooling2d({ name: "pool0", poolSize: 2 }),
    put(relu("relu0"), put(norm("bn0"), put(conv("conv0", 6), input))),
  );
  const block = (n: number, filters: number, strides: number): void => {
    const a = put(
      relu(`block${n}_relu1`),
      put(norm(`block${n}_bn1`), put(conv(`block${n}_conv1`, filters, { strides }), x)),
    );
    const b = put(norm(`block${n}_bn2`), put(conv(`block${n}_conv2`, filters), a));
    const shortcut = strides === 1 ? x : put(conv(`block${n}_proj`, filters, { strides, kernelSize: 1 }), x);
    x = put(relu(`block${n}_out`), put(L.add({ name: `block${n}_add` }), [b, shortcut]));
  };
  block(1, 6, 1);
  block(2, 12, 2);
  const mean = put(L.globalAveragePooling2d({ name: "mean" }), x);
  const answer = put(
    L.dense({ name: "predictions", units: 10, activation: "softmax", kernelInitializer: start("p") }),
    put(L.dropout({ name: "dropout", rate: 0.5 }), mean),
  );
  return layers.model({ inputs: input, outputs: answer, name: "residual" });
}

/** Two branches of other depths, joined by a concatenation; depthwise and separable convolutions; a Softmax layer at the end. */
export function branchedNet(): layers.LayersModel {
  const input = layers.input({ shape: [12, 12, 3], name: "image" });
  const stem = put(
    L.conv2d({ name: "stem", filters: 4, kernelSize: 3, activation: "relu", kernelInitializer: start("stem") }),
    input,
  );
  const left = put(
    L.depthwiseConv2d({ name: "left_dw", kernelSize: 3, padding: "same", depthwiseInitializer: start("dw") }),
    put(
      L.conv2d({ name: "left_1x1", filters: 5, kernelSize: 1, activation: "relu", kernelInitializer: start("l") }),
      stem,
    ),
  );
  const right = put(
    L.separableConv2d({
      name: "right_sep",
      filters: 3,
      kernelSize: 3,
      padding: "same",
      depthwiseInitializer: start("rd"),
      pointwiseInitializer: start("rp"),
    }),
    stem,
  );
  const joined = put(L.concatenate({ name: "join" }), [left, right]);
  const flat = put(L.flatten({ name: "flat" }), put(L.averagePooling2d({ name: "pool", poolSize: 2 }), joined));
  const hidden = put(L.dense({ name: "hidden", units: 16, activation: "relu", kernelInitializer: start("h") }), flat);
  const scores = put(L.dense({ name: "scores", units: 3, kernelInitializer: start("s") }), hidden);
  return layers.model({ inputs: input, outputs: put(L.softmax({ name: "probabilities" }), scores), name: "branched" });
}

/** A pre-trained base inside a Sequential with a new top, as transfer learning leaves it; a series [16, 3], one sigmoid at the end. */
export function nestedNet(): layers.LayersModel {
  const input = layers.input({ shape: [16, 3], name: "series" });
  const base = layers.model({
    inputs: input,
    outputs: put(
      L.conv1d({ name: "base_conv2", filters: 6, kernelSize: 3, activation: "relu", kernelInitializer: start("b2") }),
      put(L.conv1d({ name: "base_conv1", filters: 4, kernelSize: 3, kernelInitializer: start("b1") }), input),
    ),
    name: "base",
  });
  const recurrent = L.lstm({
    units: 5,
    kernelInitializer: start("k"),
    recurrentInitializer: layers.initializers.randomNormal({ stddev: 0.3, seed: 5 }),
  });
  return layers.sequential({
    name: "nested",
    layers: [
      base,
      L.timeDistributed({ name: "each", layer: L.dense({ units: 4, kernelInitializer: start("t") }) }),
      L.bidirectional({ name: "both", layer: recurrent as never, mergeMode: "concat" }),
      L.dense({ name: "sure", units: 1, activation: "sigmoid", kernelInitializer: start("sure") }),
    ],
  });
}

/** Three outputs: exits that the user's own training made. */
export function exitedNet(): layers.LayersModel {
  const input = layers.input({ shape: [8], name: "features" });
  const dense = (name: string, units: number, x: Symbolic, activation?: "relu" | "softmax"): Symbolic =>
    put(
      L.dense({ name, units, kernelInitializer: start(name), ...(activation === undefined ? {} : { activation }) }),
      x,
    );
  const a = dense("a", 12, input, "relu");
  const b = dense("b", 12, a, "relu");
  const early = dense("early", 4, dense("early_hidden", 6, a, "relu"), "softmax");
  const last = dense("last", 4, dense("c", 12, b, "relu"), "softmax");
  const middle = dense("middle", 4, put(L.concatenate({ name: "ab" }), [a, b]));
  return layers.model({ inputs: input, outputs: [last, early, middle], name: "exited" });
}

/**
 * A net of dense layers, sums, concatenations, norms and activations, each on nodes chosen by number from those before it; three classes.
 * @param steps [first operand, second operand, kind] of each layer
 */
export function randomNet(steps: readonly (readonly [number, number, number])[]): layers.LayersModel {
  const input = layers.input({ shape: [4], name: "x" });
  const made: Symbolic[] = [put(L.dense({ name: "d", units: 4, kernelInitializer: start("d") }), input)];
  steps.forEach(([a, b, kind], i) => {
    const [left, right] = [made[a % made.length]!, made[b % made.length]!];
    const name = `n${i}`;
    const dense = (x: Symbolic, suffix: string): Symbolic =>
      put(L.dense({ name: `${name}${suffix}`, units: 4, kernelInitializer: start(name + suffix) }), x);
    if (kind === 0) made.push(dense(left, ""));
    else if (kind === 1) made.push(put(L.add({ name }), left === right ? [left, dense(right, "_b")] : [left, right]));
    else if (kind === 2)
      made.push(dense(put(L.concatenate({ name }), left === right ? [left, dense(right, "_b")] : [left, right]), "_c"));
    else if (kind === 3) made.push(put(norm(name), left));
    else made.push(put(L.activation({ name, activation: "tanh" }), left));
  });
  const all = put(L.concatenate({ name: "all" }), [made.at(-1)!, dense0(made.at(-2)!)]);
  return layers.model({
    inputs: input,
    outputs: put(L.dense({ name: "answer", units: 3, activation: "softmax", kernelInitializer: start("answer") }), all),
  });
}
const dense0 = (x: Symbolic): Symbolic => put(L.dense({ name: "side", units: 2, kernelInitializer: start("side") }), x);

/** Options of an import that a test does not care about. */
export const usual = (path: string, more: Partial<ImportModelOptions> = {}): ImportModelOptions => ({
  path,
  name: "mine",
  exits: null,
  cuts: [],
  head: "pool",
  input: null,
  classes: null,
  scale: { mean: [0], sd: [1] },
  seed: 0,
  engine: "wasm",
  ...more,
});

interface Saved {
  readonly path: string;
  readonly json: Record<string, unknown>;
}

/** Writes a model as the converter does: model.json and shards; in a folder of its own. */
export async function written(model: layers.LayersModel, shardBytes = 1 << 20): Promise<Saved> {
  let found: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (artifacts) => {
      found = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } };
    },
  });
  const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(found!.weightData));
  return writeShards(
    { format: "layers-model", modelTopology: found!.modelTopology },
    found!.weightSpecs!,
    bytes,
    shardBytes,
  );
}

export function writeShards(
  rest: Record<string, unknown>,
  weights: readonly object[],
  bytes: Buffer,
  shardBytes = 1 << 20,
): Saved {
  count += 1;
  const place = join(folder, String(count));
  mkdirSync(place);
  const total = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const paths = Array.from({ length: total }, (_, i) => `group1-shard${i + 1}of${total}.bin`);
  for (const [i, name] of paths.entries())
    writeFileSync(join(place, name), bytes.subarray(i * shardBytes, (i + 1) * shardBytes));
  const json = { ...rest, generatedBy: "test", weightsManifest: [{ paths, weights }] };
  writeFileSync(join(place, "model.json"), JSON.stringify(json));
  return { path: join(place, "model.json"), json };
}

/** Loads the engine that models are built and run on here. */
export const engine = () => loadBackend("wasm");
