import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { learningRateAt, newAdam, sgdStep } from "../../src/models/adam.ts";
import { type Backend, loadTrainingBackend } from "../../src/models/backend.ts";
import { InterruptedError } from "../../src/models/errors.ts";
import { branchingLoss, imitation } from "../../src/models/exit-losses.ts";
import { initialWeights } from "../../src/models/parameters.ts";
import { type TrainOptions, train } from "../../src/models/train.ts";
import { phasesOf } from "../../src/models/training-methods.ts";
import { phasesFor, TrainingStep } from "../../src/models/training-step.ts";
import type { TrainingPlan } from "../../src/models/zoo.ts";
import { tinyDataset, tinyPlan, tinySpec } from "./tiny.ts";

let wasm: Backend;
beforeAll(async () => {
  wasm = await loadTrainingBackend("wasm");
});
const options = (plan: Partial<TrainingPlan>): TrainOptions => ({
  name: "tiny",
  spec: tinySpec,
  dataset: tinyDataset(),
  plan: { ...tinyPlan, epochs: 12, ...plan },
  out: mkdtempSync(join(tmpdir(), "offramp-method-")),
});

describe("every method learns: both exits are right on more than four of five test rows", () => {
  test.each<[string, Partial<TrainingPlan>]>([
    ["layer-wise", { method: "layer-wise", epochs: 24 }],
    ["heads on a frozen trunk", { method: "heads", epochs: 24 }],
    ["distillation", { method: "distillation" }],
    ["branching", { method: "branching" }],
    ["joint, by gradient descent in steps", { optimiser: "sgd", schedule: "steps", learningRate: 0.02 }],
  ])("%s", async (_, plan) => {
    const { test: quality } = await train(options(plan));
    for (const { accuracy } of quality) expect(accuracy).toBeGreaterThan(0.8);
  });
});

describe("what does not learn stays as it was", () => {
  const images = Float32Array.from({ length: 6 * 128 }, (_, i) => Math.sin(i));
  const labels = Uint8Array.of(0, 1, 2, 0, 1, 2);
  /** Names of arrays that three steps of a phase change. */
  function changed(method: TrainingPlan["method"], phase: number): string[] {
    const plan = { ...tinyPlan, method: method!, epochs: 4 };
    const step = new TrainingStep(wasm, tinySpec, plan);
    const weights = initialWeights(tinySpec, 1);
    const before = initialWeights(tinySpec, 1);
    const sizes = Object.fromEntries(Object.entries(weights).map(([name, { length }]) => [name, length]));
    step.begin(phasesFor(tinySpec, plan)[phase]!, weights);
    const adam = newAdam(sizes);
    for (let i = 0; i < 3; i += 1) step.run(weights, adam, images, labels, 0.01);
    step.dispose();
    return Object.keys(weights).filter((name) => weights[name]!.some((value, i) => value !== before[name]![i]));
  }
  const parts = (names: readonly string[]): string[] => [
    ...new Set(names.map((name) => (name.includes(".head.") ? `${name.split(".")[0]}.head` : name.split(".")[0]!))),
  ];

  test("layer-wise: the second stage changes the second segment and its head, running statistics included", async () => {
    await wasm.activate();
    expect(parts(changed("layer-wise", 0))).toEqual(["first", "first.head"]);
    expect(parts(changed("layer-wise", 1))).toEqual(["second", "second.head"]);
  });

  test("heads: first the trunk with the last head, then the early head alone", async () => {
    await wasm.activate();
    expect(parts(changed("heads", 0))).toEqual(["first", "second", "second.head"]);
    expect(parts(changed("heads", 1))).toEqual(["first.head"]);
  });

  test("phases share the epochs out, and too few are refused", () => {
    expect(phasesOf("layer-wise", 7, 3, [0, 2], [1, 1]).map(({ from, to, trunk }) => [from, to, trunk])).toEqual([
      [0, 4, [true, false, false]],
      [4, 7, [false, true, true]],
    ]);
    expect(phasesOf("heads", 10, 2, [0, 1], [1, 1]).map(({ from, to }) => [from, to])).toEqual([
      [0, 6],
      [6, 10],
    ]);
    expect(() => phasesOf("layer-wise", 1, 2, [0, 1], [1, 1])).toThrow("expected 2 epochs or more, got 1");
  });
});

test("a run in phases, interrupted in each and resumed, gives the weights of an uninterrupted one", async () => {
  const plan: Partial<TrainingPlan> = { method: "heads", epochs: 3 };
  const whole = await train(options(plan));
  const parts = options(plan);
  // 8 steps an epoch; phases of 2 and 1 epochs.
  for (const stopAt of [5, 14]) {
    const stop = new AbortController();
    let done = 0;
    const onProgress = (): void => {
      done += 1;
      if (done === stopAt) stop.abort();
    };
    const run = train({ ...parts, resume: stopAt > 5, signal: stop.signal, onProgress });
    await expect(run).rejects.toThrow(InterruptedError);
  }
  const resumed = await train({ ...parts, resume: true });
  expect(resumed.model.weightsSha256).toBe(whole.model.weightsSha256);
  // An exit that did not learn in an epoch has no training loss in the log.
  const lines = readFileSync(join(parts.out, "training.csv"), "utf8").trim().split("\n");
  expect(lines[1]!.split(",")[2]).toBe("");
  expect(lines[3]!.split(",")[3]).toBe("");
});

test("a resumed run may be given fewer epochs: it then ends sooner, on the new schedule, and says so", async () => {
  const given = options({ epochs: 4 });
  const stop = new AbortController();
  let done = 0;
  const onProgress = (): void => {
    done += 1;
    if (done === 10) stop.abort();
  };
  await expect(train({ ...given, signal: stop.signal, onProgress })).rejects.toThrow(InterruptedError);
  const shorter = { ...given, plan: { ...given.plan, epochs: 2 }, resume: true };
  await expect(train({ ...shorter, plan: { ...shorter.plan, epochs: 1 } })).rejects.toThrow("plan is not that of");
  const { log, model } = await train(shorter);
  expect(log).toHaveLength(2);
  expect(log[1]!.learningRate).toBeLessThan(1e-3);
  expect(model.training).toMatchObject({ epochs: 2, replanned: [{ epoch: 2, step: 2, epochs: [4, 2] }] });
});

test("an interrupted run may be ended where it stands: its model says at which step", async () => {
  const given = options({ epochs: 4 });
  const stop = new AbortController();
  let done = 0;
  const onProgress = (): void => {
    done += 1;
    if (done === 11) stop.abort();
  };
  await expect(train({ ...given, signal: stop.signal, onProgress })).rejects.toThrow(InterruptedError);
  const { log, model } = await train({ ...given, resume: true, finishNow: true });
  expect(log).toHaveLength(1);
  expect(model.training).toMatchObject({ epochs: 1, steps: 11, stopped: { epoch: 2, of: 4, step: 3, of_steps: 8 } });
});

test("early stopping ends the run and keeps the weights of the best epoch", async () => {
  // So high a rate makes things worse after a while.
  const { log, model } = await train(options({ epochs: 40, patience: 2, schedule: "constant" }));
  const facts = model.training as { epochs: number; kept_epoch: number };
  expect(log.length).toBeLessThan(40);
  expect(facts.epochs).toBe(log.length);
  expect(log.length - facts.kept_epoch).toBe(2);
  const loss = log.map(({ calibrationLoss }) => 0.4 * calibrationLoss[0]! + calibrationLoss[1]!);
  expect(Math.min(...loss)).toBe(loss[facts.kept_epoch - 1]);
  await expect(train(options({ method: "heads", patience: 2 }))).rejects.toThrow("trains all exits at once");
});

test("imitation at temperature 1 is the cross-entropy against the teacher; equal logits leave the teacher's entropy", async () => {
  await wasm.activate();
  const { tf } = wasm;
  const z = tf.tensor2d([[Math.log(3), 0]]);
  // -(3/4 ln 3/4 + 1/4 ln 1/4) = 0.5623
  expect(imitation(tf, z, z, 1).dataSync()[0]).toBeCloseTo(0.5623, 4);
  // At temperature T logits are divided by it and the loss is multiplied by T squared.
  const doubled = tf.mul(z, 2) as typeof z;
  expect(imitation(tf, doubled, doubled, 2).dataSync()[0]).toBeCloseTo(4 * 0.5623, 3);
});

test("branching: a gate of one half mixes two exits evenly and pays for the mean computation", async () => {
  await wasm.activate();
  const { tf } = wasm;
  const first = tf.tensor2d([[Math.log(3), 0]]);
  const second = tf.tensor2d([[0, 0]]);
  const target = tf.tensor2d([[1, 0]]);
  const gates = [tf.zeros([3])];
  const loss = branchingLoss(tf, [first, second], gates, target, [10, 40], 2).dataSync()[0];
  // Mixed probability of the right class: (3/4 + 1/2) / 2 = 5/8; cost: half at 1/4, half at 1, that is 5/8.
  expect(loss).toBeCloseTo(-Math.log(5 / 8) + 2 * (5 / 8), 5);
});

test("gradient descent with momentum: v = 0.9 v + g + decay w, w falls by the rate times v", () => {
  const weights = { a: Float32Array.of(1) };
  const state = newAdam({ a: 1 });
  sgdStep(state, weights, { a: Float32Array.of(2) }, 0.1, 0.5, new Set(["a"]));
  // v = 2 + 0.5; w = 1 - 0.25
  expect(weights.a[0]).toBeCloseTo(0.75, 6);
  sgdStep(state, weights, { a: Float32Array.of(0) }, 0.1, 0, new Set());
  // v = 2.25; w = 0.75 - 0.225
  expect(weights.a[0]).toBeCloseTo(0.525, 6);
});

test("the schedule of steps divides the rate by ten at a half and at three quarters; a constant one stays", () => {
  const at = (step: number): number => learningRateAt(step, 1000, 1, "steps");
  expect([at(499), at(500), at(749), at(750)]).toEqual([1, 0.1, 0.1, 0.01]);
  expect(learningRateAt(999, 1000, 1, "constant")).toBe(1);
});
