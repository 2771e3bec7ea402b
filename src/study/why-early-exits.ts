/**
 * Why early exits? Re-tests what Scardapane et al. 2020 (Cognitive Computation, arXiv 2004.12814) say exits are good for, on real data: less
 * inference time, healthier training of deep networks, one network over several tiers, no overthinking.
 */
import { loadTrainingBackend } from "../models/backend.ts";
import { type Dataset, loadDataset, type Rows, sliceRows } from "../models/data/dataset.ts";
import type { Resources } from "../scenario/resources.ts";
import { overthinkingSection, type Samples } from "./overthinking-section.ts";
import { runSpread, spreadProfile, spreadScenario } from "./spread.ts";
import { spreadSection } from "./spread-section.ts";
import type { Section } from "./study.ts";
import { type Measured, type Saved, savingsOfAll, timeSection } from "./time-section.ts";
import { type DeepRun, trainDeep } from "./train-deep.ts";
import { trainingSection } from "./training-section.ts";

export interface StudyPlan {
  /** Known set, or a path of the user's rows: what the deep network is trained on. */
  readonly dataset: string;
  /** Folder of a known set. */
  readonly data: string | undefined;
  readonly epochs: number;
  /** At least 2: a difference without an interval is none. */
  readonly seeds: number;
  /** The first seed, and that of the simulation. */
  readonly seed: number;
  /** Of all training rows; fewer where they are quickly to be had. */
  readonly mostRows: number;
  /** Of each replication of the simulation. */
  readonly requests: number;
  readonly confidence: number;
}

export const usualPlan: StudyPlan = {
  dataset: "fashion-small",
  data: undefined,
  epochs: 8,
  seeds: 5,
  seed: 0,
  mostRows: Number.POSITIVE_INFINITY,
  requests: 5000,
  confidence: 0.95,
};
/** To see the study at work: its intervals are too wide for conclusions. */
export const quickPlan: StudyPlan = { ...usualPlan, epochs: 3, seeds: 3, mostRows: 480, requests: 1000 };

export const profiles: readonly string[] = ["b-lenet-fashion", "b-lenet-mnist", "resnet-8-cifar10", spreadProfile];

/** The model whose test samples are the data set's, where that is one of these. */
const modelOf: Readonly<Record<string, string>> = {
  "fashion-small": "b-lenet-fashion",
  "fashion-mnist": "b-lenet-fashion",
  mnist: "b-lenet-mnist",
};

/** Share of the study's work that is not training (assumed; for the time left). */
const shareOfRest = 0.12;

/**
 * @param onProgress with the share done
 * @param between called between steps; throws to stop
 */
export async function whyEarlyExits(
  plan: StudyPlan,
  resources: Resources,
  onProgress: (share: number, note: string) => void,
  between: () => void,
): Promise<Section[]> {
  const { confidence } = plan;
  const dataset = loadDataset(plan.dataset, plan.data);
  const models = profiles.map((name) => measured(name, resources));
  onProgress(0, "answers of the shipped models");
  const saved = savingsOfAll(models, confidence);
  between();
  const scenario = spreadScenario(thresholdsOf(saved), { ...plan, replications: 5 });
  const spread = await runSpread(scenario, resources, (share) =>
    onProgress(shareOfRest * (0.3 + 0.7 * share), "one network over three tiers"),
  );
  const runs: DeepRun[] = [];
  const backend = await loadTrainingBackend("wasm");
  const rows = fewer(dataset, plan.mostRows);
  const kinds = ["without", "with"] as const;
  for (let i = 0; i < plan.seeds; i += 1) {
    for (const [k, kind] of kinds.entries()) {
      const seed = plan.seed + i;
      const onStep = (share: number): void => {
        const done = (i * kinds.length + k + share) / (plan.seeds * kinds.length);
        onProgress(shareOfRest + (1 - shareOfRest) * done, `deep network ${kind} exits, seed ${seed}`);
      };
      runs.push(await trainDeep(backend, rows, { kind, epochs: plan.epochs, seed }, onStep, between));
    }
  }
  return [
    timeSection(saved),
    trainingSection(runs, { ...plan, dataset: describe(rows) }),
    spreadSection(spread, scenario, confidence),
    overthinkingSection(models, saved, samplesOf(dataset, models), confidence),
  ];
}

export const limits: readonly string[] = [
  "Times were measured on one shared virtual machine, and blocks of the residual networks scattered by more than 30 %; intervals hold for the answers, not for the machine.",
  "The deep network is small and so are its rows by default: what a remedy does for larger ones may differ; --data, --epochs and --seeds go further.",
  "Batch norm and shortcuts, the usual remedies for vanishing gradients today, are left out of the deep network on purpose.",
  "Several claims are tested at once and each interval stands for itself: at 95 %, one in twenty misses.",
];

function measured(name: string, resources: Resources): Measured {
  const { profile, table } = resources.profile(name);
  const { calibration, rows, labels, scores } = table();
  if (calibration === null) throw new Error(`profile ${name}: no calibration rows`);
  return { name, profile, calibration, evaluation: { rows, labels, scores }, classes: profile.model.classes };
}

function thresholdsOf(saved: readonly Saved[]): Record<string, number> {
  const { thresholds, exits } = saved.find(({ name }) => name === spreadProfile)!;
  // Rounded up, so that no more leave than what was found.
  return Object.fromEntries(thresholds.map((value, k) => [exits[k]!, Math.min(1, Math.ceil(value * 1e4) / 1e4)]));
}

function fewer(dataset: Dataset, mostRows: number): Dataset {
  const cut = (rows: Rows): Rows => sliceRows(rows, 0, Math.min(rows.count, mostRows));
  return { ...dataset, train: cut(dataset.train), test: dataset.test };
}

const describe = ({ name, train, test }: Dataset): string => `${train.count} rows of ${name} (${test.count} test rows)`;

/** The set's test rows, if they are the first evaluation rows of a model's profile, as their labels tell. */
function samplesOf({ name, test, shape }: Dataset, models: readonly Measured[]): Samples | null {
  const model = models.find((each) => each.name === modelOf[name]);
  if (model === undefined || !(test.images instanceof Uint8Array)) return null;
  const rows = Math.min(test.count, model.evaluation.rows);
  for (let row = 0; row < rows; row += 1) if (model.evaluation.labels[row] !== test.labels[row]) return null;
  return { model: model.name, images: test.images, shape, rows };
}
