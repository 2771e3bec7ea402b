import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type Backend, loadTrainingBackend, type Tf } from "../../src/models/backend.ts";
import { type ChannelMoments, generalTrainingOps, type TrainingOps } from "../../src/models/kernels/training-ops.ts";
import { wasmTrainingOps } from "../../src/models/kernels/wasm-training-ops.ts";
import { normalDraw, randomStream } from "../../src/models/random.ts";

let wasm: Backend;
let cpu: Backend;
beforeAll(async () => {
  cpu = await loadTrainingBackend("cpu");
  wasm = await loadTrainingBackend("wasm");
});

/** Normal numbers, the same for both engines. */
function numbers(shape: readonly number[], label: string, shift = 0): Float32Array {
  const uniform = randomStream(1, label);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normalDraw(uniform) + shift);
}

/** Gradients of sum(f(x, ...) · r) for fixed random r, on one engine. */
async function gradients(
  backend: Backend,
  inputs: readonly { shape: number[]; values: Float32Array }[],
  f: (tf: Tf, ...tensors: Tensor[]) => Tensor,
): Promise<Float32Array[]> {
  await backend.activate();
  const { tf } = backend;
  const tensors = inputs.map(({ shape, values }) => tf.tensor(values, shape));
  const scalar = (...xs: Tensor[]): Tensor => {
    const y = f(tf, ...xs);
    return tf.sum(tf.mul(y, tf.tensor(numbers(y.shape, "weights"), y.shape)));
  };
  return tf
    .grads(scalar)(tensors)
    .map((gradient) => gradient.dataSync() as Float32Array);
}

function expectClose(got: readonly Float32Array[], expected: readonly Float32Array[], tolerance: number): void {
  expect(got.length).toBe(expected.length);
  got.forEach((values, k) => {
    expect(values.length).toBe(expected[k]!.length);
    values.forEach((value, i) => {
      const limit = tolerance * Math.max(1, Math.abs(expected[k]![i]!));
      if (!(Math.abs(value - expected[k]![i]!) <= limit)) {
        throw new Error(`array ${k}, element ${i}: ${value}, expected ${expected[k]![i]} within ${limit}`);
      }
    });
  });
}

const convolutions = [1, 2, 3].flatMap((stride) =>
  (["same", "valid", 1] as const).flatMap((pad) =>
    [
      { size: [2, 8, 8, 3], kernel: 3 },
      { size: [3, 9, 7, 2], kernel: 5 },
      { size: [2, 7, 8, 4], kernel: 2 },
      { size: [2, 8, 7, 3], kernel: 1 },
    ]
      // TensorFlow.js itself refuses a numeric pad that the size and stride do not divide.
      .filter(
        ({ size, kernel }) => pad !== 1 || [size[1]!, size[2]!].every((side) => (side + 2 - kernel) % stride === 0),
      )
      .map(({ size, kernel }) => ({ stride, pad, size, kernel })),
  ),
);

describe("gradients of a convolution on wasm equal the cpu engine's, element by element", () => {
  test.each(convolutions)(
    "stride $stride, pad $pad, filter $kernel, input $size",
    async ({ stride, pad, size, kernel }) => {
      const filter = [kernel, kernel, size[3]!, 4];
      const inputs = [
        { shape: size, values: numbers(size, "x") },
        { shape: filter, values: numbers(filter, "filter") },
      ];
      const convolve = (tf: Tf, x: Tensor, w: Tensor): Tensor => tf.conv2d(x as Tensor4D, w as Tensor4D, stride, pad);
      expectClose(await gradients(wasm, inputs, convolve), await gradients(cpu, inputs, convolve), 1e-4);
    },
  );
});

test("a convolution with a filter shorter than its stride on one side gives on wasm what it gives on cpu", async () => {
  const sizes: [[number, number], number | [number, number]][] = [
    [[3, 1], 2],
    [[1, 3], 2],
    [[5, 1], 2],
    [
      [1, 3],
      [2, 1],
    ],
    [[1, 1], 2],
    [[9, 1], 3],
  ];
  for (const [kernel, strides] of sizes) {
    for (const pad of ["same", "valid"] as const) {
      const outputs: Float32Array[] = [];
      for (const { tf, activate } of [cpu, wasm]) {
        await activate();
        const x = tf.tensor4d(numbers([2, 10, 8, 3], "x"), [2, 10, 8, 3]);
        const filter = tf.tensor4d(numbers([...kernel, 3, 4], "f"), [...kernel, 3, 4]);
        const plain = tf.conv2d(x, filter, strides, pad);
        outputs.push(plain.dataSync() as Float32Array);
        outputs.push(tf.fused.conv2d({ x, filter, strides, pad }).dataSync() as Float32Array);
      }
      expectClose(outputs.slice(2), outputs.slice(0, 2), 1e-4);
    }
  }
});

describe("gradients of a depthwise convolution on wasm equal the cpu engine's", () => {
  const cases = [1, 2, 3].flatMap((stride) =>
    (["same", "valid"] as const).flatMap((pad) => [1, 2].map((multiplier) => ({ stride, pad, multiplier }))),
  );
  test.each(cases)("stride $stride, pad $pad, $multiplier filters a channel", async ({ stride, pad, multiplier }) => {
    const inputs = [
      { shape: [2, 7, 8, 3], values: numbers([2, 7, 8, 3], "x") },
      { shape: [3, 3, 3, multiplier], values: numbers([3, 3, 3, multiplier], "filter") },
    ];
    const convolve = (tf: Tf, x: Tensor, w: Tensor): Tensor =>
      tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, stride, pad);
    expectClose(await gradients(wasm, inputs, convolve), await gradients(cpu, inputs, convolve), 1e-4);
  });
});

describe("the gradient of max pooling on wasm equals the cpu engine's", () => {
  const cases = [0, -10].flatMap((shift) =>
    (
      [
        [2, 2],
        [3, 2],
        [3, 1],
        [2, 3],
      ] as const
    ).flatMap(([size, stride]) => (["same", "valid"] as const).map((pad) => ({ shift, size, stride, pad }))),
  );
  test.each(cases)(
    "size $size, stride $stride, pad $pad, inputs around $shift",
    async ({ shift, size, stride, pad }) => {
      const shape = [2, 7, 8, 3];
      const inputs = [{ shape, values: numbers(shape, "pool", shift) }];
      const pool = (tf: Tf, x: Tensor): Tensor => tf.maxPool(x as Tensor4D, size, stride, pad);
      const got = await gradients(wasm, inputs, pool);
      expectClose(got, await gradients(cpu, inputs, pool), 1e-6);
      expect(got[0]!.some((value) => value !== 0)).toBe(true);
    },
  );

  test("of equal inputs in a window the first takes the gradient", async () => {
    const inputs = [{ shape: [1, 2, 2, 1], values: Float32Array.of(-3, -3, -3, -3) }];
    const [dx] = await gradients(wasm, inputs, (tf, x) => tf.maxPool(x as Tensor4D, 2, 2, "valid"));
    expect([...dx!].map((value) => value !== 0)).toEqual([true, false, false, false]);
  });
});

describe("one-operation forms on the wasm heap equal chains of operations on the cpu engine", () => {
  const ops = (backend: Backend): TrainingOps =>
    backend === wasm ? wasmTrainingOps(backend.tf) : generalTrainingOps(backend.tf);
  const shape = [3, 4, 5, 6];
  const channel = (label: string): { shape: number[]; values: Float32Array } => ({
    shape: [6],
    values: numbers([6], label),
  });
  const image = (label: string): { shape: number[]; values: Float32Array } => ({
    shape,
    values: numbers(shape, label, 0.3),
  });

  test.each([true, false])("batch norm, relu %s: output, moments and three gradients", async (relu) => {
    const inputs = [image("bn"), channel("scale"), channel("shift")];
    const outputs: Float32Array[] = [];
    const moments: ChannelMoments[] = [];
    const grads: Float32Array[][] = [];
    for (const backend of [wasm, cpu]) {
      grads.push(
        await gradients(backend, inputs, (_, x, scale, shift) => {
          const y = ops(backend).norm(x, scale as never, shift as never, relu, (seen) => moments.push(seen));
          outputs.push(y.dataSync() as Float32Array);
          return y;
        }),
      );
    }
    expectClose(
      [outputs[0]!, moments[0]!.mean, moments[0]!.variance],
      [outputs[1]!, moments[1]!.mean, moments[1]!.variance],
      5e-6,
    );
    expectClose(grads[0]!, grads[1]!, 2e-5);
  });

  test.each([true, false])("bias, relu %s", async (relu) => {
    const inputs = [image("bias-x"), channel("bias")];
    const add = (backend: Backend) => (_: Tf, x: Tensor, bias: Tensor) => ops(backend).addBias(x, bias as never, relu);
    expectClose(await gradients(wasm, inputs, add(wasm)), await gradients(cpu, inputs, add(cpu)), 1e-5);
  });

  const convolutions = (
    [
      [5, 1, "same"],
      [3, 2, "same"],
      [3, 1, "valid"],
      [3, 1, 1],
      [1, 1, "same"],
    ] as const
  ).flatMap(([size, stride, pad]) =>
    (
      [
        [false, false],
        [true, false],
        [true, true],
      ] as const
    ).flatMap(([relu, pool]) => [true, false].map((inert) => ({ size, stride, pad, relu, pool, inert }))),
  );
  test.each(convolutions)(
    "convolution $size, stride $stride, pad $pad, relu $relu, pool $pool, inert $inert",
    async ({ size, inert, ...options }) => {
      // Sides such that every output is 4 x 8 or 4 x 6: even, as pooling wants.
      const side = options.stride === 2 ? 8 : options.pad === "valid" ? 6 : 4;
      const inputs = [
        { shape: [3, side, side + 4, 2], values: numbers([3, side, side + 4, 2], "conv-x") },
        { shape: [size, size, 2, 5], values: numbers([size, size, 2, 5], "conv-w") },
        { shape: [5], values: numbers([5], "conv-b") },
      ];
      const outputs: Float32Array[] = [];
      const grads: Float32Array[][] = [];
      for (const backend of [wasm, cpu]) {
        // An inert input must be a constant of the loss, or its missing gradient would be an error.
        const [image, ...learns] = inputs;
        const constant = (tf: Tf): Tensor => tf.tensor(image!.values, image!.shape);
        const convolve = (_tf: Tf, x: Tensor, w: Tensor, b: Tensor): Tensor => {
          const y = ops(backend).conv(x as Tensor4D, w as Tensor4D, b as never, { ...options, inert });
          outputs.push(y.dataSync() as Float32Array);
          return y;
        };
        grads.push(
          await (inert
            ? gradients(backend, learns, (tf, w, b) => convolve(tf, constant(tf), w!, b!))
            : gradients(backend, inputs, (tf, x, w, b) => convolve(tf, x, w!, b!))),
        );
      }
      expectClose([outputs[0]!], [outputs[1]!], 1e-5);
      expectClose(grads[0]!, grads[1]!, 1e-4);
    },
  );

  test("behind relu and pooling the first of equal inputs takes the gradient, and none where all are below zero", async () => {
    const filter = { shape: [1, 1, 1, 1], values: Float32Array.of(1) };
    const bias = { shape: [1], values: Float32Array.of(0) };
    // Two windows: 2 2 / 2 1 and -1 -1 / -1 -1.
    const image = { shape: [1, 2, 4, 1], values: Float32Array.of(2, 2, -1, -1, 2, 1, -1, -1) };
    const options = { stride: 1, pad: "same" as const, relu: true, pool: true, inert: false };
    const [dx, , db] = await gradients(wasm, [image, filter, bias], (_, x, w, b) =>
      ops(wasm).conv(x as Tensor4D, w as Tensor4D, b as never, options),
    );
    expect([...dx!].map((value) => value !== 0)).toEqual([true, false, false, false, false, false, false, false]);
    expect(db![0]).toBe(dx![0]);
  });

  test("relu of a sum", async () => {
    const inputs = [image("left"), image("right")];
    const add = (backend: Backend) => (_: Tf, a: Tensor, b: Tensor) => ops(backend).addRelu(a, b);
    expectClose(await gradients(wasm, inputs, add(wasm)), await gradients(cpu, inputs, add(cpu)), 1e-6);
  });

  test("a matrix product with transposed operands, and its gradients", async () => {
    const inputs = [
      { shape: [5, 3], values: numbers([5, 3], "a") },
      { shape: [4, 5], values: numbers([4, 5], "b") },
    ];
    const multiply = (tf: Tf, a: Tensor, b: Tensor): Tensor => tf.matMul(a as never, b as never, true, true);
    expectClose(await gradients(wasm, inputs, multiply), await gradients(cpu, inputs, multiply), 1e-5);
  });
});

test("an identity shares memory and outlives the tensor it came from", async () => {
  await wasm.activate();
  const { tf } = wasm;
  const x = tf.tensor1d([1, 2, 3]);
  const copy = tf.clone(x);
  x.dispose();
  expect([...copy.dataSync()]).toEqual([1, 2, 3]);
  copy.dispose();
});
