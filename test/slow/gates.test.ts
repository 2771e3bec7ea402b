import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareExperiment } from "../../src/experiment/prepare.ts";
import { runExperiment } from "../../src/experiment/run.ts";
import { loadModel } from "../../src/models/model-folder.ts";
import { profileModel } from "../../src/models/profile-model.ts";
import { saveProfile } from "../../src/models/save-profile.ts";
import { train } from "../../src/models/train.ts";
import { readNpz } from "../../src/npz.ts";
import { ScenarioError } from "../../src/scenario/errors.ts";
import { fileResources } from "../../src/scenario/files.ts";
import { tinyDataset, tinyPlan, tinySpec } from "../models/tiny.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "offramp-gates-"));

test("gates go from training into the model, the table and a run, where a low threshold lets everybody leave", async () => {
  const out = folder();
  const dataset = tinyDataset();
  await train({
    name: "tiny",
    spec: tinySpec,
    dataset,
    plan: { ...tinyPlan, epochs: 2, gates: true },
    out,
  });
  const model = loadModel(out);
  expect(model.gates!.map(({ exit }) => exit)).toEqual(["first"]);
  const measured = await profileModel({ model, dataset, engine: "wasm", quick: true, calibrationRows: 20 });
  const place = folder();
  saveProfile(place, measured.profile, measured.table);
  const { halt, logits } = readNpz(readFileSync(join(place, "exits.npz")));
  expect(halt!.shape).toEqual(logits!.shape.slice(0, 2));
  const scores = Array.from(halt!.data, Number);
  expect(scores.every((score, at) => (at % 2 === 1 ? Number.isNaN(score) : score > 0 && score < 1))).toBe(true);

  const scenario = (rule: string): string => `version: 1
model: { profile: ${place} }
nodes: { device: {} }
workload: { device: { arrivals: { periodic: 1 s } } }
policies: { a: { exit: ${rule}, place: { rule: only, node: device } } }
run: { requests: 200, warmup: 0, replications: 1 }
`;
  const shareAtFirst = async (threshold: number): Promise<number> => {
    const text = scenario(`{ rule: gate, score: stored, threshold: ${threshold} }`);
    const experiment = prepareExperiment(text, { resources: fileResources(place) });
    const { result } = await runExperiment(experiment, { version: "0" });
    return result.policies[0]!.exits[0]!.share!.estimate;
  };
  expect(await shareAtFirst(0)).toBe(1);
  expect(await shareAtFirst(1)).toBe(0);

  // Without stored scores, and where the last exit would have to have some, the rule is refused.
  const resources = fileResources(process.cwd());
  const refuse = (text: string): void => {
    expect(() => prepareExperiment(text, { resources })).toThrow(ScenarioError);
    expect(() => prepareExperiment(text, { resources })).toThrow(/a table that says the halt/);
  };
  refuse(scenario("{ rule: gate, score: stored }").replace(place, "b-lenet-fashion"));
  refuse(scenario("{ rule: gate, score: stored, otherwise: most-confident }"));
});
