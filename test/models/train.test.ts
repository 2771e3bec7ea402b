import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { learningRateAt } from "../../src/models/adam.ts";
import { augmentedRows, epochOrder, normalisedRows } from "../../src/models/batches.ts";
import { InterruptedError, UserError } from "../../src/models/errors.ts";
import { checkpointFile, logFile, type TrainOptions, train } from "../../src/models/train.ts";
import { tinyDataset, tinyPlan, tinySpec } from "./tiny.ts";

const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  name: "tiny",
  spec: tinySpec,
  dataset: tinyDataset(),
  plan: tinyPlan,
  out: mkdtempSync(join(tmpdir(), "offramp-train-")),
  ...more,
});

/** Stops a run after so many steps. */
async function interruptedAfter(steps: number, given: TrainOptions): Promise<void> {
  const stop = new AbortController();
  let done = 0;
  const onProgress = (): void => {
    done += 1;
    if (done === steps) stop.abort();
  };
  await expect(train({ ...given, signal: stop.signal, onProgress })).rejects.toThrow(InterruptedError);
}

test("a run learns: the last exit is right on over nine of ten test rows, and the log has a line per epoch", async () => {
  const given = options({ plan: { ...tinyPlan, epochs: 12 } });
  const { test: quality, log } = await train(given);
  expect(quality.at(-1)!.accuracy).toBeGreaterThan(0.9);
  expect(log).toHaveLength(12);
  const lines = readFileSync(join(given.out, logFile), "utf8").trim().split("\n");
  expect(lines[0]).toBe(
    "epoch,learning_rate,train_loss.first,train_loss.second,calibration_loss.first,calibration_loss.second,calibration_accuracy.first,calibration_accuracy.second",
  );
  expect(lines).toHaveLength(13);
  expect(existsSync(join(given.out, checkpointFile))).toBe(false);
});

test("a run interrupted within an epoch, then between epochs, and resumed gives the files of an uninterrupted one", async () => {
  const whole = options();
  const { model } = await train(whole);
  const parts = options();
  // 64 training rows in batches of 8: 8 steps an epoch. Step 3 is inside the first, step 8 of the rest ends the second.
  await interruptedAfter(3, parts);
  expect(existsSync(join(parts.out, "model.json"))).toBe(false);
  await interruptedAfter(13, { ...parts, resume: true });
  const resumed = await train({ ...parts, resume: true });
  expect(resumed.model.weightsSha256).toBe(model.weightsSha256);
  for (const file of ["weights.bin", "model.json", logFile]) {
    expect(readFileSync(join(parts.out, file)).equals(readFileSync(join(whole.out, file))), file).toBe(true);
  }
});

test("another seed gives other weights, the same seed the same", async () => {
  const one = { ...tinyPlan, epochs: 1 };
  const hashes = [];
  for (const seed of [1, 1, 2]) hashes.push((await train(options({ plan: { ...one, seed } }))).model.weightsSha256);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test("an occupied folder, a resume without a checkpoint, of another plan or of a damaged one are mistakes of the user's", async () => {
  const given = options();
  await expect(train({ ...given, resume: true })).rejects.toThrow(UserError);
  await interruptedAfter(2, given);
  await expect(train(given)).rejects.toThrow("--resume goes on with it");
  const other = { ...given, resume: true, plan: { ...tinyPlan, seed: 5 } };
  await expect(train(other)).rejects.toThrow("--resume: plan is not that of");
  const path = join(given.out, checkpointFile);
  writeFileSync(path, readFileSync(path).subarray(0, 1000));
  await expect(train({ ...given, resume: true })).rejects.toThrow("an undamaged checkpoint");
});

test("as many loss weights as exits are needed", async () => {
  await expect(train(options({ plan: { ...tinyPlan, lossWeights: [1] } }))).rejects.toThrow("expected 2, one per exit");
});

test("an epoch visits every row once, in an order of its own", () => {
  const [first, second] = [epochOrder(50, 1, 0), epochOrder(50, 1, 1)];
  expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect([...second]).not.toEqual([...first]);
  expect([...epochOrder(50, 1, 1)]).toEqual([...second]);
});

test("augmentation mirrors or moves a row and changes nothing where it is switched off", () => {
  const { train: rows } = tinyDataset();
  const picked = Uint32Array.of(3, 1);
  const target = new Float32Array(2 * 128);
  augmentedRows(tinySpec, rows, picked, target, { mirror: false, shift: 0 }, 1, 0);
  expect([...target.subarray(0, 128)]).toEqual([...normalisedRows(tinySpec, rows, 3, 4)]);
  expect([...target.subarray(128)]).toEqual([...normalisedRows(tinySpec, rows, 1, 2)]);
  const mirrored = new Set<string>();
  for (let epoch = 0; epoch < 20; epoch += 1) {
    augmentedRows(tinySpec, rows, picked, target, { mirror: true, shift: 0 }, 1, epoch);
    mirrored.add(target.subarray(0, 128).join());
  }
  expect(mirrored.size).toBe(2);
});

test("the learning rate rises over the first 2 % of steps and falls to 0 along a cosine", () => {
  expect(learningRateAt(0, 1000, 1)).toBe(1 / 20);
  expect(learningRateAt(20, 1000, 1)).toBe(1);
  expect(learningRateAt(510, 1000, 1)).toBeCloseTo(0.5, 12);
  expect(learningRateAt(999, 1000, 1)).toBeLessThan(1e-5);
});
