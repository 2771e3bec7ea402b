import { beforeAll, expect, test } from "vitest";
import { newAdam } from "../../src/models/adam.ts";
import { type Backend, loadTrainingBackend } from "../../src/models/backend.ts";
import { Network } from "../../src/models/network.ts";
import { initialWeights, isTrained, parametersOf, sizeOf } from "../../src/models/parameters.ts";
import { randomStream } from "../../src/models/random.ts";
import { TrainingStep } from "../../src/models/training-step.ts";
import { tinyPlan, tinySpec } from "./tiny.ts";

const backends: Backend[] = [];
beforeAll(async () => {
  backends.push(await loadTrainingBackend("cpu"), await loadTrainingBackend("wasm"));
});

const uniform = randomStream(3, "images");
const images = Float32Array.from({ length: 6 * sizeOf(tinySpec.input) }, () => uniform() - 0.5);
const labels = Uint8Array.of(0, 1, 2, 0, 1, 2);

test("wasm and cpu give the same joint losses and gradients, batch norms and residuals included", async () => {
  const [onCpu, onWasm] = await Promise.all(
    [0, 1].map(async (i) => {
      await backends[i]!.activate();
      return new TrainingStep(backends[i]!, tinySpec, tinyPlan).gradients(initialWeights(tinySpec, 5), images, labels);
    }),
  );
  for (const [i, loss] of onCpu!.losses.entries()) expect(onWasm!.losses[i]).toBeCloseTo(loss, 4);
  for (const [name, values] of Object.entries(onCpu!.gradients)) {
    const scale = Math.max(...values.map(Math.abs), 1e-3);
    const worst = Math.max(...values.map((value, i) => Math.abs(onWasm!.gradients[name]![i]! - value) / scale));
    expect(worst, name).toBeLessThan(2e-3);
  }
});

test("gradients equal the slope of the loss between two nearby points", async () => {
  const wasm = backends[1]!;
  await wasm.activate();
  const step = new TrainingStep(wasm, tinySpec, tinyPlan);
  const weights = initialWeights(tinySpec, 5);
  const joint = (): number =>
    step
      .gradients(weights, images, labels)
      .losses.reduce((sum, loss, exit) => sum + tinyPlan.lossWeights[exit]! * loss, 0);
  const { gradients } = step.gradients(weights, images, labels);
  for (const { name } of parametersOf(tinySpec).filter(isTrained)) {
    const gradient = gradients[name]!;
    // Along the gradient the slope is largest against single-precision noise; it is the gradient's own length.
    const length = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const before = weights[name]!.slice();
    const h = (0.02 * Math.sqrt(before.length)) / 4;
    const at = (distance: number): number => {
      weights[name]!.set(before.map((w, i) => w + (distance * gradient[i]!) / length));
      return joint();
    };
    const slope = (at(h / 8) - at(-h / 8)) / (h / 4);
    weights[name]!.set(before);
    expect(Math.abs(slope - length) / length, name).toBeLessThan(0.06);
  }
});

test("a few steps on one batch lower the loss of every exit", async () => {
  const wasm = backends[1]!;
  await wasm.activate();
  const weights = initialWeights(tinySpec, 5);
  const adam = newAdam(
    Object.fromEntries(
      parametersOf(tinySpec)
        .filter(isTrained)
        .map(({ name, shape }) => [name, sizeOf(shape)]),
    ),
  );
  const step = new TrainingStep(wasm, tinySpec, tinyPlan);
  const first = step.run(weights, adam, images, labels, 0.01).losses;
  let last = first;
  for (let i = 0; i < 30; i += 1) last = step.run(weights, adam, images, labels, 0.01).losses;
  for (const [exit, loss] of last.entries()) expect(loss).toBeLessThan(0.5 * first[exit]!);
  expect(wasm.tf.memory().numTensors).toBe(0);
});

test("running moments approach those of the batch, so the folded network agrees with training's", async () => {
  const wasm = backends[1]!;
  await wasm.activate();
  const weights = initialWeights(tinySpec, 5);
  const adam = newAdam(
    Object.fromEntries(
      parametersOf(tinySpec)
        .filter(isTrained)
        .map(({ name, shape }) => [name, sizeOf(shape)]),
    ),
  );
  const step = new TrainingStep(wasm, tinySpec, tinyPlan);
  // Learning rate 0: weights stay, moments close in by 1 % a step.
  for (let i = 0; i < 800; i += 1) step.run(weights, adam, images, labels, 0);
  const expected = step.gradients(weights, images, labels).losses;
  const network = new Network(wasm, tinySpec, weights);
  const outputs = network.run({ from: 0, to: 2, heads: [0, 1], trunk: false }, images, 6);
  outputs.forEach((logits, exit) => {
    let loss = 0;
    labels.forEach((label, row) => {
      const own = logits.subarray(row * 3, row * 3 + 3);
      loss += Math.log(own.reduce((sum, z) => sum + Math.exp(z), 0)) - own[label]!;
    });
    expect(loss / 6).toBeCloseTo(expected[exit]!, 2);
  });
  network.dispose();
});
