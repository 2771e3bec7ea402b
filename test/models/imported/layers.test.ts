import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadBackend } from "../../../src/models/backend.ts";
import { UserError } from "../../../src/models/errors.ts";
import { type ImportModelOptions, importModel, listCuts } from "../../../src/models/imported/import-model.ts";
import { renamed } from "../../../src/models/imported/keras3.ts";
import { openOriginal } from "../../../src/models/imported/open.ts";
import { loadModel, type Model, saveModel } from "../../../src/models/model-folder.ts";
import { Network } from "../../../src/models/network.ts";
import { exitBlocks, tensorSizes } from "../../../src/models/network-spec.ts";
import { sizeOf } from "../../../src/models/parameters.ts";
import { randomStream } from "../../../src/models/random.ts";
import { segmentCosts } from "../../../src/models/segment-costs.ts";
import { branchedNet, engine, exitedNet, nestedNet, randomNet, residualNet, usual, written } from "./nets.ts";

beforeAll(async () => {
  await engine();
});

const rows = 3;
const noise = (size: number): Float32Array => {
  const uniform = randomStream(5, "samples");
  return Float32Array.from({ length: rows * size }, () => 2 * uniform() - 0.5);
};

type Saveable = Pick<Model, "spec" | "weights" | "imported">;

/** Logits of every exit when each segment is handed what the one before sent. */
async function bySegments({ spec, weights, imported = null }: Saveable): Promise<Float32Array[]> {
  const backend = await loadBackend("wasm");
  const original = await openOriginal(backend, imported);
  const network = new Network(backend, spec, weights, original);
  let sent: Float32Array = noise(sizeOf(spec.input));
  const logits = spec.blocks.flatMap(({ head }, block) => {
    const heads = head === null ? [] : [block];
    const results = network.run({ from: block, to: block + 1, heads, trunk: true }, sent, rows);
    sent = results.at(-1)!;
    return head === null ? [] : [results[0]!];
  });
  network.dispose();
  original?.dispose();
  return logits;
}

const softmax = (logits: Float32Array, classes: number): number[] => [
  ...(tf.tidy(() => tf.softmax(tf.tensor2d(logits, [rows, classes]))).dataSync() as Float32Array),
];

/** What tfjs itself says, one array for each output. */
const predicted = (model: LayersModel): number[][] =>
  tf.tidy(() => {
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const x = tf.tensor(noise(sizeOf(shape)) as Float32Array<ArrayBuffer>, [rows, ...shape]);
    return [model.predict(x)].flat().map((output) => [...output.dataSync()]);
  });

const expectClose = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(worst).toBeLessThan(1e-5);
};

describe("segments one after another give what the whole model gives in tfjs", () => {
  test.each([
    ["a residual net, cut at every layer in turn", () => residualNet(12), 10],
    ["two branches and a concatenation, cut at every layer in turn", branchedNet, 3],
  ] as const)("%s", async (_, build, classes) => {
    const model = build();
    const { path } = await written(model);
    const { cuts } = await listCuts(path, null, "wasm");
    const [expected] = predicted(model);
    expect(cuts.length).toBeGreaterThan(8);
    for (const cut of cuts) {
      const { model: imported } = await importModel(usual(path, { cuts: [cut.after] }));
      const [first] = imported.spec.blocks;
      expect(tensorSizes(first!, []).reduce((a, b) => a + b, 0)).toBe(cut.size);
      expectClose(softmax((await bySegments(imported))[0]!, classes), expected!);
    }
  });

  test("many cuts at once, inside residual blocks too, and exits of ours beside", async () => {
    const model = residualNet();
    const { path } = await written(model);
    const options = { exits: { after: ["block1_out", "block2_conv1"] }, cuts: ["relu0", "block1_conv1", "block2_bn2"] };
    const { model: imported, difference } = await importModel(usual(path, options));
    expect(imported.spec.blocks.map(({ name }) => name)).toEqual([
      "relu0",
      "block1-conv1",
      "block1-out",
      "block2-conv1",
      "block2-bn2",
      "predictions",
    ]);
    expect(difference).toBeLessThan(1e-5);
    const logits = await bySegments(imported);
    expect(logits).toHaveLength(3);
    expectClose(softmax(logits[2]!, 10), predicted(model)[0]!);
  });

  test("a nested model on a series, recurrent layers, one sigmoid as two classes", async () => {
    const model = nestedNet();
    const { path } = await written(model);
    const { model: imported } = await importModel(usual(path, { exits: { after: ["base_conv1", "each"] } }));
    expect(imported.spec.input).toEqual([16, 1, 3]);
    const logits = await bySegments(imported);
    expect(imported.spec.classes).toEqual(["0", "1"]);
    const second = softmax(logits[2]!, 2).filter((_, i) => i % 2 === 1);
    expectClose(second, predicted(model)[0]!);
  });

  test("a model's own outputs are exits in order of their cost, with the heads it came with", async () => {
    const model = exitedNet();
    const { path } = await written(model);
    const { model: imported } = await importModel(usual(path));
    const { spec } = imported;
    expect(exitBlocks(spec).map((block) => spec.blocks[block]!.name)).toEqual(["early", "middle", "last"]);
    const [early, middle, last] = await bySegments(imported);
    const [whole, first, second] = predicted(model);
    expectClose(softmax(early!, 4), first!);
    expectClose([...middle!], second!);
    expectClose(softmax(last!, 4), whole!);
    // 8 · 12; the head 12 · 6 + 6 · 4. Then 12 · 12; the head on both, 24 · 4. Then 12 · 12; the last head 12 · 4.
    expect(segmentCosts(spec).map(({ trunk, head }) => [trunk.macs, head!.macs])).toEqual([
      [96, 96],
      [144, 96],
      [144, 48],
    ]);
    // What the middle head reads of the tensors before is carried to where it runs.
    expect(segmentCosts(spec).map(({ tensors }) => tensors.length)).toEqual([1, 2, 0]);
  });

  test("small networks of any shape, with any cuts", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(4)), { minLength: 2, maxLength: 9 }),
        fc.nat(),
        async (steps, pick) => {
          const model = randomNet(steps);
          const { path } = await written(model);
          const { cuts } = await listCuts(path, null, "wasm");
          const chosen = cuts.filter((_, i) => (pick >> (i % 20)) % 2 === 1).map(({ after }) => after);
          const { model: imported } = await importModel(
            usual(path, {
              exits: "every",
              cuts: chosen.filter((name) => cuts.some((cut) => cut.after === name && !cut.endsBlock)),
            }),
          );
          const logits = await bySegments(imported);
          expectClose(softmax(logits.at(-1)!, 3), predicted(model)[0]!);
          model.dispose();
        },
      ),
      { numRuns: 12, seed: 4 },
    );
  });
});

test("multiplications, parameters and bytes of a residual net are those computed by hand", async () => {
  const { path } = await written(residualNet());
  const { cuts, macs, params } = await listCuts(path, null, "wasm");
  const at = (name: string) => cuts.find(({ after }) => after === name)!;
  // 28·28 · 9 · 6; then two of 14·14 · 9 · 6 · 6; then 7·7 · 9 · 6 · 12, 7·7 · 9 · 12 · 12 and the projection 7·7 · 6 · 12; last 12 · 10.
  expect(at("pool0").macs).toBe(42_336);
  expect(at("block1_out").macs).toBe(42_336 + 2 * 63_504);
  expect(at("block2_out").macs).toBe(169_344 + 31_752 + 63_504 + 3528);
  expect(macs).toBe(268_128 + 120);
  // A norm holds four numbers for each channel; only the last layer has a bias.
  expect(params).toBe(54 + 24 + 2 * (324 + 24) + 648 + 48 + 1296 + 48 + 72 + 130);
  // Inside a block the shortcut crosses beside the branch: 14·14·6 and 7·7·12 numbers.
  expect(at("block2_conv1")).toMatchObject({ tensors: ["block1_out", "block2_conv1"], size: 1176 + 588 });
  // Blocks end where one tensor crosses and the next convolution begins; not before the classifier, where the model's own exit is.
  expect(cuts.filter(({ endsBlock }) => endsBlock).map(({ after }) => after)).toEqual(["pool0", "block1_out"]);
});

test("what is saved is read back to the same numbers; a changed original is refused", async () => {
  const { path } = await written(branchedNet(), 2000);
  const { model } = await importModel(usual(path, { exits: { after: ["join"] }, head: "conv" }));
  const place = mkdtempSync(join(tmpdir(), "offramp-imported-"));
  const saved = saveModel(place, model);
  const back = loadModel(place);
  expect(back.weightsSha256).toBe(saved.weightsSha256);
  expect(back.spec).toEqual(model.spec);
  expect(await bySegments(back)).toEqual(await bySegments(saved));
  const file = join(place, "original.bin");
  const bytes = readFileSync(file);
  bytes[100] = bytes[100]! ^ 1;
  writeFileSync(file, bytes);
  expect(() => loadModel(place)).toThrow("the model that was imported");
});

describe("what Keras 3 wrote is read as the same model", () => {
  type Layer = { class_name: string; name: string; config: Record<string, unknown>; inbound_nodes: unknown[] };
  /** The JSON of a functional model as Keras 3 spells it. */
  const inKeras3 = (json: Record<string, unknown>): Record<string, unknown> => {
    const config = (
      json.modelTopology as {
        model_config?: never;
        config: { layers: Layer[]; input_layers: unknown[]; output_layers: unknown[] };
      }
    ).config;
    const newer = config.layers.map((layer) => {
      const { batch_input_shape: shape, ...rest } = layer.config;
      const tensors = (layer.inbound_nodes as [string, number, number][][]).map((reads) => {
        const args = reads.map(([name, call, tensor]) => ({
          class_name: "__keras_tensor__",
          config: { shape: [], keras_history: [name, call, tensor] },
        }));
        return { args: args.length === 1 ? args : [args], kwargs: {} };
      });
      const dtype = { module: "keras", class_name: "DTypePolicy", config: { name: "float32" } };
      const own =
        layer.class_name === "InputLayer" ? { ...rest, batch_shape: shape, dtype: "float32" } : { ...rest, dtype };
      return {
        ...layer,
        module: "keras.layers",
        registered_name: null,
        build_config: { input_shape: [] },
        config: own,
        inbound_nodes: tensors,
      };
    });
    const model = {
      class_name: "Functional",
      config: {
        ...config,
        layers: newer,
        input_layers: (config.input_layers as unknown[][])[0],
        output_layers: (config.output_layers as unknown[][])[0],
      },
    };
    return { ...json, modelTopology: { keras_version: "3.8.0", backend: "tensorflow", model_config: model } };
  };

  test.each([
    ["under the same names", (name: string) => name],
    ["under the model's name", (name: string) => `functional_1/${name}`],
  ])("weights %s", async (_, rename) => {
    const model = branchedNet();
    const { path, json } = await written(model);
    const newer = inKeras3(json);
    for (const { weights } of newer.weightsManifest as { weights: { name: string }[] }[])
      for (const weight of weights) weight.name = rename(weight.name);
    writeFileSync(path, JSON.stringify(newer));
    const { model: imported } = await importModel(usual(path, { cuts: ["left_dw"] }));
    expectClose(softmax((await bySegments(imported))[0]!, 3), predicted(model)[0]!);
  });
});

test("weights of recurrent and wrapped layers go by the names that tfjs expects, each to a place of its shape", () => {
  const spec = (name: string, ...shape: number[]) => ({ name, shape, dtype: "float32" });
  const expected: [string, number[]][] = [
    ["both/forward_forward_lstm/kernel", [3, 8]],
    ["both/backward_backward_lstm/kernel", [3, 8]],
    ["gru/kernel", [2, 6]],
    ["dense/kernel", [4, 2]],
  ];
  const given = [
    spec("backward_lstm/lstm_cell/kernel", 3, 8),
    spec("forward_lstm/lstm_cell/kernel", 3, 8),
    spec("net/gru/gru_cell/kernel", 2, 6),
    spec("dense/kernel", 4, 2),
    spec("net/other/kernel", 4, 2),
  ];
  expect(renamed(given, expected).map(({ name }) => name)).toEqual([
    "both/backward_backward_lstm/kernel",
    "both/forward_forward_lstm/kernel",
    "gru/kernel",
    "dense/kernel",
    "net/other/kernel",
  ]);
});

describe("a mistake is the user's, and says what to do", () => {
  const importing = async (build: () => LayersModel, more: Partial<ImportModelOptions>): Promise<unknown> =>
    importModel(usual((await written(build())).path, more));
  const changed = async (change: (json: Record<string, never>, place: string) => void): Promise<unknown> => {
    const { path, json } = await written(branchedNet(), 4000);
    change(json as never, dirname(path));
    if (existsSync(path)) writeFileSync(path, JSON.stringify(json));
    return importModel(usual(path, { exits: "every" }));
  };
  type Weights = { weightsManifest: { weights: { name: string; dtype: string }[]; paths: string[] }[] };
  test.each<[string, () => Promise<unknown>, string]>([
    [
      "a layer that is not there",
      () => importing(residualNet, { exits: { after: ["block1_adds"] } }),
      "did you mean block1_add?",
    ],
    ["a name near to none", () => importing(residualNet, { cuts: ["stage9"] }), "--list-cuts names them all"],
    ["the input", () => importing(residualNet, { cuts: ["image"] }), "the input itself"],
    ["the last output", () => importing(residualNet, { cuts: ["predictions"] }), "an exit already"],
    [
      "a layer of a head",
      () => importing(exitedNet, { cuts: ["early_hidden"] }),
      "one inside an early exit's own head",
    ],
    [
      "a place twice",
      () => importing(residualNet, { exits: { after: ["pool0"] }, cuts: ["pool0"] }),
      "got       it twice",
    ],
    ["nowhere to cut", () => importing(residualNet, {}), "--exits or --cuts"],
    ["a fraction in the last block", () => importing(residualNet, { exits: { fractions: [0.99] } }), "its last block"],
    [
      "two fractions in a block",
      () => importing(residualNet, { exits: { fractions: [0.3, 0.5] } }),
      "different blocks",
    ],
    [
      "too few names",
      () => importing(branchedNet, { cuts: ["join"], classes: ["a", "b"] }),
      "3 names, one for each class",
    ],
    ["an input of another shape", () => importing(branchedNet, { cuts: ["join"], input: [12, 12, 1] }), "12x12x3"],
    [
      "means of other channels",
      () => importing(branchedNet, { cuts: ["join"], scale: { mean: [1, 2], sd: [1] } }),
      "3 channels",
    ],
    ["a shard that is gone", () => changed((_, place) => rmSync(join(place, "group1-shard2of4.bin"))), "no such file"],
    [
      "a shard cut short",
      () => changed((_, place) => truncateSync(join(place, "group1-shard4of4.bin"), 10)),
      "group1-shard4of4.bin\n  expected  14020 bytes of weights in it and 3 more",
    ],
    [
      "a weight that is no number",
      () =>
        changed((_, place) => {
          const file = join(place, "group1-shard1of4.bin");
          const bytes = readFileSync(file);
          bytes.writeFloatLE(Number.NaN, 8);
          writeFileSync(file, bytes);
        }),
      "weight stem/kernel",
    ],
    [
      "a shard elsewhere",
      () => changed((json) => ((json as unknown as Weights).weightsManifest[0]!.paths[0] = "../x.bin")),
      '"../x.bin"',
    ],
    [
      "no manifest",
      () => changed((json) => delete (json as Record<string, unknown>).weightsManifest),
      "weightsManifest",
    ],
    ["no topology", () => changed((json) => delete (json as Record<string, unknown>).modelTopology), "modelTopology"],
    ["no model there", () => importModel(usual("/no/such/model.json")), "no such file"],
    ["Keras' own file", () => importModel(usual("net.h5")), "tensorflowjs_converter"],
    [
      "an unknown layer",
      () =>
        changed((json) => {
          const text = JSON.stringify(json).replaceAll('"SeparableConv2D"', '"FancyConv2D"');
          Object.assign(json, JSON.parse(text));
        }),
      "FancyConv2D",
    ],
  ])("%s", async (_, work, message) => {
    const error = await work().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
  });
});
