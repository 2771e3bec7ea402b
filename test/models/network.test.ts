import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Backend, loadBackend } from "../../src/models/backend.ts";
import { classesOf } from "../../src/models/data/dataset.ts";
import { Network } from "../../src/models/network.ts";
import { checkSpec, cutShapes, type Layer, type NetworkSpec } from "../../src/models/network-spec.ts";
import { costOf, initialWeights, parametersOf, sizeOf } from "../../src/models/parameters.ts";
import { randomStream } from "../../src/models/random.ts";
import { zoo } from "../../src/models/zoo.ts";
import { tinySpec } from "./tiny.ts";

const specOf = (name: string): NetworkSpec => ({ ...zoo[name]!.spec, classes: classesOf(zoo[name]!.dataset!) });
const costs = (spec: NetworkSpec) =>
  spec.blocks.map((block, i) => {
    const shapes = cutShapes(spec);
    return {
      name: block.name,
      trunk: costOf(block.layers, shapes[i]!),
      head: costOf(block.head ?? [], shapes[i + 1]!),
    };
  });

describe("costs equal those computed by hand", () => {
  test("b-lenet", () => {
    expect(costs(specOf("b-lenet"))).toEqual([
      {
        name: "stem",
        // 28·28 outputs · 25 taps · 1 · 8; weights 25·8 + 8
        trunk: { macs: 156_800, layers: 1, params: 208 },
        // 7·7 · 9 · 8 · 8 = 28,224 and 392 · 10; weights 9·8·8 + 8 and 392·10 + 10
        head: { macs: 32_144, layers: 2, params: 584 + 3930 },
      },
      {
        name: "body",
        // 14·14 · 25 · 8 · 16
        trunk: { macs: 627_200, layers: 1, params: 3216 },
        // 784 · 10
        head: { macs: 7840, layers: 1, params: 7850 },
      },
      {
        name: "tail",
        // 7·7 · 9 · 16 · 32 = 225,792 and 1,568 · 128 = 200,704
        trunk: { macs: 426_496, layers: 2, params: 4640 + 200_832 },
        head: { macs: 1280, layers: 1, params: 1290 },
      },
    ]);
  });

  test("resnet-8", () => {
    const [stage1, stage2, stage3] = costs(specOf("resnet-8"));
    // 32·32 · 9 · 3 · 16 = 442,368; twice 32·32 · 9 · 16 · 16 = 2,359,296. A norm adds scale, shift, mean, variance of 16.
    expect(stage1!.trunk).toEqual({ macs: 442_368 + 2 * 2_359_296, layers: 3, params: 432 + 64 + 2 * (2304 + 64) });
    // 16·16 · 9 · 16 · 32 = 1,179,648; 8·8 · 9 · 32 · 32 = 589,824; 32 · 10
    expect(stage1!.head).toEqual({ macs: 1_179_648 + 589_824 + 320, layers: 3, params: 4608 + 128 + 9216 + 128 + 330 });
    // 16·16 · 9 · 16 · 32; 16·16 · 9 · 32 · 32; the shortcut 16·16 · 16 · 32
    expect(stage2!.trunk).toEqual({
      macs: 1_179_648 + 2_359_296 + 131_072,
      layers: 3,
      params: 4608 + 9216 + 512 + 3 * 128,
    });
    // 8·8 · 9 · 32 · 48; 48 · 10
    expect(stage2!.head).toEqual({ macs: 884_736 + 480, layers: 2, params: 13_824 + 192 + 490 });
    expect(stage3!.trunk).toEqual({
      macs: 1_179_648 + 2_359_296 + 131_072,
      layers: 3,
      params: 18_432 + 36_864 + 2048 + 3 * 256,
    });
    expect(stage3!.head).toEqual({ macs: 640, layers: 1, params: 650 });
  });

  test("the first head of resnet-8 holds a convolution, and both networks have three exits", () => {
    for (const name of ["b-lenet", "resnet-8"])
      expect(specOf(name).blocks.filter(({ head }) => head !== null)).toHaveLength(3);
    expect(specOf("resnet-8").blocks[0]!.head!.some(({ kind }) => kind === "conv")).toBe(true);
  });

  const reference = process.env.OFFRAMP_ARCH_PROFILES ?? "";
  test.skipIf(!existsSync(join(reference, "mlperf-tiny-resnet8.json")) || reference === "")(
    "resnet-8's trunk has the MACs of MLPerf Tiny's, layer by layer (OFFRAMP_ARCH_PROFILES names the folder)",
    () => {
      const published = JSON.parse(readFileSync(join(reference, "mlperf-tiny-resnet8.json"), "utf8")) as {
        totalMacs: number;
        layers: { name: string; macs: number }[];
      };
      const ofStage = (prefix: RegExp): number =>
        published.layers.reduce((sum, { name, macs }) => sum + (prefix.test(name) ? macs : 0), 0);
      const [stage1, stage2, stage3] = costs(specOf("resnet-8"));
      expect(stage1!.trunk.macs).toBe(ofStage(/^(conv1|s0\.)/));
      expect(stage2!.trunk.macs).toBe(ofStage(/^s1\./));
      expect(stage3!.trunk.macs).toBe(ofStage(/^s2\./));
      expect(stage3!.head.macs).toBe(ofStage(/^fc/));
      expect(stage1!.trunk.macs + stage2!.trunk.macs + stage3!.trunk.macs + stage3!.head.macs).toBe(
        published.totalMacs,
      );
    },
  );
});

test("MLPerf Tiny publishes 12,501,632 MACs for ResNet-8, and so do trunk and last head here", () => {
  const parts = costs(specOf("resnet-8"));
  expect(parts.reduce((sum, { trunk }) => sum + trunk.macs, 0) + parts[2]!.head.macs).toBe(12_501_632);
});

test("a spec's parameters are those its costs count", () => {
  for (const spec of [tinySpec, specOf("b-lenet"), specOf("resnet-8")]) {
    const counted = costs(spec).reduce((sum, { trunk, head }) => sum + trunk.params + head.params, 0);
    expect(parametersOf(spec).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(counted);
  }
});

describe("a spec that is no network is refused, by block", () => {
  const dense: Layer = { kind: "dense", units: 3 };
  const cases: [string, NetworkSpec["blocks"], string][] = [
    ["a last block without a head", [{ name: "a", layers: [], head: null }], "expected a last block with a head"],
    ["a dense layer on an image", [{ name: "a", layers: [], head: [dense] }], "expected a flat input"],
    [
      "a head of the wrong width",
      [{ name: "a", layers: [], head: [{ kind: "flatten" }, { kind: "dense", units: 4 }] }],
      "head a gives [4]",
    ],
    [
      "a filter larger than its input",
      [{ name: "a", layers: [{ kind: "conv", filters: 1, kernel: 9, pad: "valid" }], head: [dense] }],
      "does not fit",
    ],
    [
      "a layer of no kind",
      [{ name: "a", layers: [{ kind: "dropout" } as never], head: [dense] }],
      "block a: unknown layer",
    ],
    [
      "a filter of no size",
      [{ name: "a", layers: [{ kind: "conv", filters: 2, kernel: 0 }], head: [dense] }],
      "expected kernel to be a whole number",
    ],
    [
      "a residual whose branches differ",
      [
        {
          name: "a",
          layers: [{ kind: "residual", body: [{ kind: "conv", filters: 5, kernel: 3 }], shortcut: [] }],
          head: [dense],
        },
      ],
      "its shortcut",
    ],
  ];
  test.each(cases)("%s", (_, blocks, message) => {
    expect(() => checkSpec({ ...tinySpec, blocks })).toThrow(message);
  });
});

describe("a network cut in pieces", () => {
  let wasm: Backend;
  let cpu: Backend;
  beforeAll(async () => {
    cpu = await loadBackend("cpu");
    wasm = await loadBackend("wasm");
  });

  const imagesFor = (spec: NetworkSpec, count: number): Float32Array => {
    const uniform = randomStream(9, "cut");
    return Float32Array.from({ length: count * sizeOf(spec.input) }, () => 2 * uniform() - 1);
  };

  test.each(["b-lenet", "resnet-8"])("%s gives bit for bit what the whole gives", async (name) => {
    await wasm.activate();
    const spec = specOf(name);
    const network = new Network(wasm, spec, initialWeights(spec, 1));
    const images = imagesFor(spec, 3);
    const whole = network.run({ from: 0, to: 3, heads: [0, 1, 2], trunk: false }, images, 3);
    let x = images;
    spec.blocks.forEach((_, block) => {
      x = network.run({ from: block, to: block + 1, heads: [], trunk: true }, x, 3)[0]!;
      const [logits] = network.run({ from: block + 1, to: block + 1, heads: [block], trunk: false }, x, 3);
      expect(logits).toEqual(whole[block]);
    });
    network.dispose();
    expect(wasm.tf.memory().numTensors).toBe(0);
  });

  test("agrees between wasm and cpu to single precision", async () => {
    const images = imagesFor(tinySpec, 2);
    const outputs = await Promise.all([wasm, cpu].map(async (backend) => backend));
    const results: Float32Array[][] = [];
    for (const backend of outputs) {
      await backend.activate();
      results.push(
        new Network(backend, tinySpec, initialWeights(tinySpec, 4)).run(
          { from: 0, to: 2, heads: [0, 1], trunk: true },
          images,
          2,
        ),
      );
    }
    results[0]!.forEach((values, i) => {
      values.forEach((value, k) => {
        expect(value).toBeCloseTo(results[1]![i]![k]!, 4);
      });
    });
  });

  test("refuses an input of the wrong size and weights that are missing", async () => {
    await wasm.activate();
    const weights = initialWeights(tinySpec, 4);
    const network = new Network(wasm, tinySpec, weights);
    expect(() => network.run({ from: 0, to: 1, heads: [], trunk: true }, new Float32Array(5), 1)).toThrow(
      "expected shape [1,8,8,2]",
    );
    const { "first.0.filter": _, ...rest } = weights;
    expect(() => new Network(wasm, tinySpec, rest)).toThrow("weight first.0.filter: expected 72 numbers, got none");
  });
});
