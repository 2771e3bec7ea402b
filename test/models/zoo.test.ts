import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cumulativeMacs, placeExits, type Trunk } from "../../src/models/exit-placement.ts";
import { headShapes } from "../../src/models/heads.ts";
import type { Side3 } from "../../src/models/layers.ts";
import { checkSpec, cutShapes, type NetworkSpec } from "../../src/models/network-spec.ts";
import { costOf, isTrained, parametersOf, sizeOf } from "../../src/models/parameters.ts";
import * as trunks from "../../src/models/trunks.ts";
import { modelName, zoo } from "../../src/models/zoo.ts";

const published = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "shared", "data", "arch-profiles");
const has = existsSync(published);

/** A trunk as a network with its last exit alone. */
function plain(trunk: Trunk, classes: number): NetworkSpec {
  const channels = trunk.input[2];
  return {
    name: "plain",
    input: trunk.input,
    classes: Array.from({ length: classes }, (_, c) => String(c)),
    normalise: { mean: new Array<number>(channels).fill(0), sd: new Array<number>(channels).fill(1) },
    blocks: placeExits(trunk, { after: [] }, null, classes),
  };
}
const trained = (spec: NetworkSpec): number =>
  parametersOf(spec)
    .filter(isTrained)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
const macsOf = (spec: NetworkSpec): number => {
  const shapes = cutShapes(spec);
  return spec.blocks.reduce(
    (sum, { layers, head }, i) => sum + costOf(layers, shapes[i]!).macs + costOf(head!, shapes[i + 1]!).macs,
    0,
  );
};

/** Biases that the table counts beside the batch norms, which make them void: one for each of VGG-16's 4,224 filters. */
const voidBiases: Readonly<Record<string, number>> = { "vgg16-cifar10-bn": 4224 };
const cases: [string, trunks.TrunkMaker, Side3, number, number][] = [
  ["resnet20-cifar", trunks.cifarResNet(20), [32, 32, 3], 10, 1],
  ["resnet56-cifar", trunks.cifarResNet(56), [32, 32, 3], 10, 1],
  ["resnet110-cifar", trunks.cifarResNet(110), [32, 32, 3], 10, 1],
  ["alexnet-torchvision", trunks.alexNet224, [224, 224, 3], 1000, 1],
  ["vgg16-cifar10-bn", trunks.vgg16, [32, 32, 3], 10, 1],
  ["mobilenet_v1", trunks.mobileNetV1, [224, 224, 3], 1000, 1],
  ["mlperf-tiny-vww-mobilenet_v1-0.25-96", trunks.mobileNetV1, [96, 96, 3], 2, 0.25],
  ["mobilenet_v2", trunks.mobileNetV2, [224, 224, 3], 1000, 1],
];

describe("MACs, parameters and cuts are those of the published tables, skipped where they are not beside the repository", () => {
  test.skipIf(!has).each(cases)("%s", (file, make, input, classes, width) => {
    const table = JSON.parse(readFileSync(join(published, `${file}.json`), "utf8")) as {
      totalMacs: number;
      totalParams: number;
      layers: { cumMacs: number; cut: boolean }[];
    };
    const trunk = make({ input, classes, width });
    const spec = plain(trunk, classes);
    checkSpec(spec);
    expect(macsOf(spec)).toBe(table.totalMacs);
    expect(trained(spec) + (voidBiases[file] ?? 0)).toBe(table.totalParams);
    const legal = new Set(table.layers.filter(({ cut }) => cut).map(({ cumMacs }) => cumMacs));
    const illegal = cumulativeMacs(trunk).filter((macs) => !legal.has(macs));
    expect(illegal).toEqual([]);
  });

  test.skipIf(!has)("mlperf-tiny-kws-dscnn: its MACs (its convolutions have a bias beside their norm)", () => {
    const spec = plain(trunks.dsCnn({ input: [49, 10, 1], classes: 12, width: 1 }), 12);
    expect(macsOf(spec)).toBe(2_656_768);
  });
});

test("every network of the zoo is one: shapes fit, exits have names of their own, costs add up to its parameters", () => {
  for (const [name, entry] of Object.entries(zoo)) {
    const classes = Array.from({ length: 10 }, (_, c) => String(c));
    const spec = { ...entry.spec, classes };
    checkSpec(spec);
    const shapes = cutShapes(spec);
    const counted = spec.blocks.reduce(
      (sum, { layers, head }, i) => sum + costOf(layers, shapes[i]!).params + costOf(head ?? [], shapes[i + 1]!).params,
      0,
    );
    expect(
      parametersOf(spec).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      name,
    ).toBe(counted);
    expect(entry.training.lossWeights, name).toHaveLength(spec.blocks.length);
  }
});

describe("exits go", () => {
  const trunk = trunks.cifarResNet(20)({ input: [32, 32, 3], classes: 10, width: 0.5 });
  const names = (placement: Parameters<typeof placeExits>[1]): string[] =>
    placeExits(trunk, placement, headShapes.pool, 10).map((block) => block.name);

  test("after every block, each once", () => {
    expect(names("every")).toEqual(trunk.units.map(({ name }) => name));
    expect(names("every")).toHaveLength(9);
  });

  test("after the units named, whatever their order, and at the end", () => {
    expect(names({ after: ["stage2-1", "stage1-2"] })).toEqual(["stage1-2", "stage2-1", "stage3-3"]);
  });

  test("where the computation so far first reaches each fraction", () => {
    // Cumulative MACs in thousands: 1401 2580 3760 4645 5825 7004 7889 9069 10248; a tenth is 1025, half 5124, seven tenths 7174.
    expect(cumulativeMacs(trunk)[0]).toBe(32 * 32 * 9 * 8 * (3 + 8 + 8));
    expect(names({ fractions: [0.1, 0.5, 0.7] })).toEqual(["stage1-1", "stage2-2", "stage3-1", "stage3-3"]);
  });

  test.each([
    [{ after: ["nowhere"] }, 'exit after "nowhere": expected one of stage1-1'],
    [{ after: ["stage1-1", "stage1-1"] }, "got twice"],
    [{ fractions: [1.5] }, "a fraction between 0 and 1"],
  ])("%j is refused", (placement, message) => {
    expect(() => names(placement)).toThrow(message);
  });

  test("the segments hold the trunk's layers in order, cut and all", () => {
    const blocks = placeExits(trunk, { fractions: [0.3, 0.7] }, headShapes.conv, 10);
    expect(blocks.flatMap((block) => block.layers)).toEqual(trunk.units.flatMap((unit) => unit.layers));
  });
});

describe("heads on 32 x 32 x 16 cost", () => {
  const cost = (name: keyof typeof headShapes) => costOf(headShapes[name]([32, 32, 16], 10), [32, 32, 16]);
  test("pool: a dense layer of 16 x 10", () => expect(cost("pool")).toEqual({ macs: 160, layers: 1, params: 170 }));
  // 8 x 8 windows leave 4 x 4 x 16 = 256 numbers; one number says how they mix.
  test("mixed: a dense layer of 256 x 10", () =>
    expect(cost("mixed")).toEqual({ macs: 2560, layers: 1, params: 2571 }));
  // 16·16 · 9 · 16 · 32, then 8·8 · 9 · 32 · 64, then 64 · 10.
  test("conv: two convolutions and a dense layer", () => expect(cost("conv").macs).toBe(1_179_648 + 1_179_648 + 640));
  // 32·32 · 16 · 4; 16·16 · 9 · 4 · 8; 8·8 · 9 · 8 · 16; 16 · 10.
  test("bottleneck: four channels first", () => expect(cost("bottleneck").macs).toBe(65_536 + 73_728 + 73_728 + 160));
  test("on a flat tensor each is dense layers alone", () => {
    expect(costOf(headShapes.conv([64], 10), [64]).macs).toBe(640);
    expect(costOf(headShapes.bottleneck([64], 10), [64]).macs).toBe(64 * 16 + 160);
  });
});

test("a trained model is named for its network and what it learnt from", () => {
  expect(modelName("b-lenet", "fashion-mnist")).toBe("b-lenet-fashion");
  expect(modelName("mlp", "My Data_2")).toBe("mlp-my-data-2");
});
