import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../src/models/errors.ts";
import { fitLogistic, gateFeatures, gateScore } from "../../src/models/gates.ts";
import { loadModel } from "../../src/models/model-folder.ts";
import { train } from "../../src/models/train.ts";
import { tinyDataset, tinyPlan, tinySpec } from "./tiny.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "offramp-gates-"));

test("features are channel means, log of the top probability, margin and entropy", () => {
  // Two places of two channels; odds 1 : 1 : 2 of three classes.
  const features = gateFeatures(Float32Array.of(1, 10, 3, 30), [1, 2, 2], Float32Array.of(0, 0, Math.LN2));
  const entropy = -(0.5 * Math.log(0.5) + 2 * 0.25 * Math.log(0.25));
  for (const [i, value] of [2, 20, Math.log(0.5), 0.25, entropy].entries()) expect(features[i]).toBeCloseTo(value, 6);
  expect(features).toHaveLength(5);
});

test("a gate on one yes-or-no feature says how often the exit is right for either", () => {
  const right = [true, false, false, false, true, true, true, false];
  const rows = right.map((_, i) => [i < 4 ? 0 : 1]);
  const gate = { exit: "a", ...fitLogistic(rows, right) };
  expect(gateScore(gate, [0])).toBeCloseTo(0.25, 2);
  expect(gateScore(gate, [1])).toBeCloseTo(0.75, 2);
});

test("a feature that never varies, and exits that are always right, leave the fit finite", () => {
  const gate = fitLogistic([[5], [5], [5]], [true, true, true]);
  expect([...gate.mean, ...gate.sd, ...gate.weights].every(Number.isFinite)).toBe(true);
});

test("a model whose gates are not those of its exits is damaged", async () => {
  const out = folder();
  await train({
    name: "tiny",
    spec: tinySpec,
    dataset: tinyDataset(),
    plan: { ...tinyPlan, epochs: 1, gates: true },
    out,
  });
  const path = join(out, "model.json");
  const file = JSON.parse(readFileSync(path, "utf8"));
  for (const gates of [[], [{ ...file.gates[0], exit: "second" }], [{ ...file.gates[0], weights: [1] }]]) {
    writeFileSync(path, JSON.stringify({ ...file, gates }));
    expect(() => loadModel(out)).toThrow(UserError);
  }
});
