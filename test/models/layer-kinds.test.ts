import { beforeAll, describe, expect, test } from "vitest";
import { type Backend, loadTrainingBackend } from "../../src/models/backend.ts";
import { outputShape } from "../../src/models/layers.ts";
import { Network } from "../../src/models/network.ts";
import { cutShapes, type NetworkSpec } from "../../src/models/network-spec.ts";
import { initialWeights, isTrained, parametersOf, sizeOf } from "../../src/models/parameters.ts";
import { randomStream } from "../../src/models/random.ts";
import { scaleConvolutions } from "../../src/models/scales.ts";
import { TrainingStep } from "../../src/models/training-step.ts";
import { tinyPlan } from "./tiny.ts";

/** The layers that the zoo's larger networks add to those of the tiny one. */
const spec: NetworkSpec = {
  name: "kinds",
  input: [9, 8, 2],
  classes: ["a", "b", "c"],
  normalise: { mean: [0, 0], sd: [1, 1] },
  blocks: [
    {
      name: "separable",
      layers: [
        { kind: "conv", filters: 4, kernel: 3, stride: 2, pad: 1, norm: true, relu: 6 },
        { kind: "depthwise", kernel: 3, stride: 1, norm: true, relu: 6 },
        {
          kind: "residual",
          body: [
            { kind: "depthwise", kernel: 3, relu: true },
            { kind: "conv", filters: 4, kernel: 1 },
          ],
          shortcut: [],
          linear: true,
        },
      ],
      head: [{ kind: "mixed-pool", size: 2, stride: 2 }, { kind: "flatten" }, { kind: "dense", units: 3 }],
    },
    {
      name: "shrunk",
      layers: [
        {
          kind: "residual",
          body: [{ kind: "conv", filters: 6, kernel: [3, 1], stride: 2 }],
          shortcut: [{ kind: "subsample", stride: 2, channels: 6 }],
        },
        { kind: "average-pool", size: 2, stride: 1 },
      ],
      head: [
        { kind: "depthwise", kernel: 2, stride: 2, pad: "valid" },
        { kind: "global-average-pool" },
        { kind: "dense", units: 3 },
      ],
    },
  ],
};
const shapes: [number, number, number][] = [
  [6, 4, 3],
  [3, 2, 4],
];
const scales: NetworkSpec = {
  ...spec,
  name: "scales",
  input: [6, 4, 2],
  blocks: [
    {
      name: "first",
      layers: [
        { kind: "scales", filters: [3, 4] },
        { kind: "scale-layers", shapes, growth: [2, 1], count: 2 },
      ],
      head: [
        {
          kind: "scale",
          shapes: [
            [6, 4, 7],
            [3, 2, 8],
          ],
          index: 1,
        },
        { kind: "global-average-pool" },
        { kind: "dense", units: 3 },
      ],
    },
    {
      name: "second",
      layers: [
        {
          kind: "scale-layers",
          shapes: [
            [6, 4, 7],
            [3, 2, 8],
          ],
          growth: [2, 1],
          count: 1,
        },
      ],
      head: [{ kind: "dense", units: 3 }],
    },
  ],
};

const backends: Backend[] = [];
beforeAll(async () => {
  backends.push(await loadTrainingBackend("cpu"), await loadTrainingBackend("wasm"));
});
const imagesFor = ({ input }: NetworkSpec, count: number): Float32Array => {
  const uniform = randomStream(3, "kinds");
  return Float32Array.from({ length: count * sizeOf(input) }, () => 4 * uniform() - 2);
};

describe.each([spec, scales])("$name", (network) => {
  const images = imagesFor(network, 6);
  const labels = Uint8Array.of(0, 1, 2, 0, 1, 2);
  const gradientsOn = async (backend: Backend) => {
    await backend.activate();
    return new TrainingStep(backend, network, tinyPlan).gradients(initialWeights(network, 5), images, labels);
  };

  test("wasm and cpu give the same losses and gradients", async () => {
    const onCpu = await gradientsOn(backends[0]!);
    const onWasm = await gradientsOn(backends[1]!);
    onCpu.losses.forEach((loss, i) => {
      expect(onWasm.losses[i]).toBeCloseTo(loss, 4);
    });
    for (const { name } of parametersOf(network).filter(isTrained)) {
      const [expected, got] = [onCpu.gradients[name]!, onWasm.gradients[name]!];
      const scale = Math.max(...expected.map(Math.abs), 1e-3);
      const worst = Math.max(...expected.map((value, i) => Math.abs(got[i]! - value) / scale));
      expect(worst, name).toBeLessThan(2e-3);
    }
  });

  test("pieces give bit for bit what the whole gives, and shapes are those reckoned", async () => {
    const wasm = backends[1]!;
    await wasm.activate();
    const net = new Network(wasm, network, initialWeights(network, 1));
    const whole = net.run({ from: 0, to: 2, heads: [0, 1], trunk: true }, images, 6);
    let x = images;
    network.blocks.forEach((_, block) => {
      const [logits, after] = net.run({ from: block, to: block + 1, heads: [block], trunk: true }, x, 6);
      expect(logits).toEqual(whole[block]);
      expect(after!.length).toBe(6 * sizeOf(cutShapes(network)[block + 1]!));
      x = after!;
    });
    expect(x).toEqual(whole[2]);
    net.dispose();
  });
});

test("a pad as wide as the window is refused", () => {
  const layer = { kind: "conv", filters: 1, kernel: [3, 1], pad: 1 } as const;
  expect(() => outputShape(layer, [8, 8, 1])).toThrow("expected a pad below its window [3,1], got 1");
});

test("a layer on scales gains channels: 3 + 2 each on the finer, 4 + 2 x 1 each on the coarser", () => {
  const layer = scales.blocks[0]!.layers[1]!;
  expect(outputShape(layer, [6 * 4 * 3 + 3 * 2 * 4])).toEqual([6 * 4 * 7 + 3 * 2 * 8]);
  expect(scaleConvolutions(layer as never, [96]).map(({ path, input }) => `${path} ${input}`)).toEqual([
    "0.0.same 6,4,3",
    "0.1.same 3,2,4",
    "0.1.down 6,4,3",
    "1.0.same 6,4,5",
    "1.1.same 3,2,6",
    "1.1.down 6,4,5",
  ]);
  expect(() => outputShape(layer, [90])).toThrow("expected [96]");
});
