/** Second claim: exits send larger gradients to early layers, and keep a deep network from overfitting. */
import type { Groups, Lines, Point } from "../report/charts/figure.ts";
import type { Kind } from "./deep-net.ts";
import { type Estimate, geometricMeanOf, meanOf, verdictOn } from "./estimate.ts";
import { csv, type Section, shareAxis } from "./study.ts";
import type { DeepRun } from "./train-deep.ts";
import { percentText, pointsText, timesText } from "./words.ts";

/** Geometric mean of a layer's gradients over the epochs, the last included. */
export const overEpochs = (run: DeepRun, layer: number): number =>
  Math.exp(run.gradients.reduce((sum, norms) => sum + Math.log(norms[layer]!), 0) / run.gradients.length);

/** Gradient of the first layer over that of the last: what of it survives the way back. */
export const survival = (norms: readonly number[]): number => norms[0]! / norms.at(-1)!;

export interface Training {
  readonly layers: number;
  /** With over without, of the first layer's gradient over the last's: before training, and over it. */
  readonly atFirst: Estimate;
  readonly during: Estimate;
  /** Accuracy on training rows less that on test rows. */
  readonly gap: Readonly<Record<Kind, Estimate>>;
  /** With less without, paired by seed. */
  readonly gapDifference: Estimate;
  readonly trainAccuracy: Readonly<Record<Kind, Estimate>>;
  readonly testAccuracy: Readonly<Record<Kind, Estimate>>;
  readonly testDifference: Estimate;
}

/** @param runs for every seed one with and one without exits */
export function trainingOf(runs: readonly DeepRun[], confidence: number): Training {
  const of = (kind: Kind): DeepRun[] => runs.filter((run) => run.kind === kind).sort((a, b) => a.seed - b.seed);
  const [yes, no] = [of("with"), of("without")];
  const layers = yes[0]!.gradients[0]!.length;
  const whole = (run: DeepRun): number[] => Array.from({ length: layers }, (_, layer) => overEpochs(run, layer));
  const paired = (figure: (run: DeepRun) => number): number[] => yes.map((run, i) => figure(run) - figure(no[i]!));
  const ratios = (figure: (run: DeepRun) => number): number[] => yes.map((run, i) => figure(run) / figure(no[i]!));
  const gap = (run: DeepRun): number => run.trainAccuracy - run.testAccuracy;
  const both = (figure: (run: DeepRun) => number): Record<Kind, Estimate> => ({
    with: meanOf(yes.map(figure), confidence),
    without: meanOf(no.map(figure), confidence),
  });
  return {
    layers,
    atFirst: geometricMeanOf(
      ratios((run) => survival(run.gradients[0]!)),
      confidence,
    ),
    during: geometricMeanOf(
      ratios((run) => survival(whole(run))),
      confidence,
    ),
    gap: both(gap),
    gapDifference: meanOf(paired(gap), confidence),
    trainAccuracy: both((run) => run.trainAccuracy),
    testAccuracy: both((run) => run.testAccuracy),
    testDifference: meanOf(
      paired((run) => run.testAccuracy),
      confidence,
    ),
  };
}

export function trainingSection(
  runs: readonly DeepRun[],
  { dataset, epochs, confidence }: { readonly dataset: string; readonly epochs: number; readonly confidence: number },
): Section {
  const training = trainingOf(runs, confidence);
  const seeds = runs.length / 2;
  return {
    id: "training",
    title: "Training of a deep network",
    method: `A plain network of ${training.layers} convolutions (no norm, no shortcuts, He's first weights) trained on ${dataset} for ${epochs} epochs with and without three early exits, from ${seeds} seeds. For a seed both begin with the same trunk and see the same rows in the same order; intervals are over seeds, of differences within a seed. Gradients are lengths by layer on fixed training rows, at the beginning of every epoch and at the end.`,
    findings: [
      {
        claim: "before training, early layers see more of the gradient with exits",
        text: `the first layer's gradient over the last's is ${timesText(training.atFirst)} that without exits`,
        verdict: verdictOn(training.atFirst, "above", 1),
      },
      {
        claim: "over the whole training, they still do",
        text: `${timesText(training.during)} that without exits`,
        verdict: verdictOn(training.during, "above", 1),
      },
      {
        claim: "exits narrow the gap between training and test rows",
        text: `${percentText(training.gap.with)} with, ${percentText(training.gap.without)} without: ${pointsText(training.gapDifference)}`,
        verdict: verdictOn(training.gapDifference, "below", 0),
      },
      {
        claim: "the last exit is more accurate for being trained with others",
        text: `${pointsText(training.testDifference)} on test rows`,
        verdict: verdictOn(training.testDifference, "above", 0),
      },
    ],
    figures: [gradientFigure(runs, confidence, training), ratioFigure(runs, confidence, training), gapFigure(training)],
    galleries: [],
    data: { ...training, runs },
    files: {
      "gradients.csv": csv(
        ["exits", "seed", "epoch", "layer", "gradient"],
        runs.flatMap(({ kind, seed, gradients }) =>
          gradients.flatMap((norms, epoch) => norms.map((norm, layer) => [kind, seed, epoch, layer + 1, norm])),
        ),
      ),
      "gap.csv": csv(
        ["exits", "seed", "train_accuracy", "test_accuracy"],
        runs.map(({ kind, seed, trainAccuracy, testAccuracy }) => [kind, seed, trainAccuracy, testAccuracy]),
      ),
    },
  };
}

type OfLayer = (run: DeepRun, layer: number) => number;
const beforeTraining: OfLayer = (run, layer) => run.gradients[0]![layer]!;
const moments = [
  ["over training", overEpochs],
  ["before training", beforeTraining],
] as const;

const convolutions = (layers: number) => ({
  title: "Convolution",
  unit: "count" as const,
  factor: 1,
  symbol: "",
  log: false,
  min: 0.5,
  max: layers + 0.5,
});

function gradientFigure(runs: readonly DeepRun[], confidence: number, { layers }: Training): Lines {
  const curve = (kind: Kind, of: OfLayer): Point[] =>
    Array.from({ length: layers }, (_, layer) => {
      const values = runs.filter((run) => run.kind === kind).map((run) => of(run, layer));
      return { x: layer + 1, y: geometricMeanOf(values, confidence).estimate, low: null, high: null };
    });
  const series = moments.flatMap(([when, of], k) =>
    (["without", "with"] as const).map((kind, i) => ({
      name: `${kind} exits, ${when}`,
      look: { hue: Math.max(0, 2 * k + i - 1), pattern: 2 * k + i, baseline: k === 0 && i === 0 },
      points: curve(kind, of),
    })),
  );
  return {
    kind: "lines",
    id: "gradient-norms",
    title: "Length of the gradient by layer",
    finding: "From the input (left) to the last convolution; geometric means over seeds.",
    reading:
      "A gradient that vanished on its way back would fall towards the left. The next chart says how sure the difference is.",
    x: convolutions(layers),
    y: { title: "Length of the gradient", unit: "count", factor: 1, symbol: "", log: true },
    spread: "whiskers",
    marked: true,
    series,
    limits: [],
    table: layerTable(layers, series),
  };
}

function ratioFigure(runs: readonly DeepRun[], confidence: number, { layers, during }: Training): Lines {
  const of = (kind: Kind): DeepRun[] => runs.filter((run) => run.kind === kind).sort((a, b) => a.seed - b.seed);
  const [yes, no] = [of("with"), of("without")];
  const series = moments.map(([when, figure], k) => ({
    name: when,
    look: { hue: k, pattern: k, baseline: false },
    points: Array.from({ length: layers }, (_, layer): Point => {
      const ratios = yes.map((run, i) => figure(run, layer) / figure(no[i]!, layer));
      const { estimate, low, high } = geometricMeanOf(ratios, confidence);
      return { x: layer + 1, y: estimate, low, high };
    }),
  }));
  const ends = series.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [low ?? y, high ?? y]));
  return {
    kind: "lines",
    id: "gradient-ratio",
    title: "Gradient with exits over gradient without, by layer",
    finding: `Of the last layer's gradient, the first sees ${timesText(during)} as much with exits as without, over training.`,
    reading:
      "Ratios within a seed, geometric means over seeds with their intervals. Above 1: exits send more gradient there.",
    x: convolutions(layers),
    y: {
      title: "With exits / without",
      unit: "count",
      factor: 1,
      symbol: "",
      log: true,
      min: 0.9 * Math.min(1, ...ends),
      max: 1.1 * Math.max(1, ...ends),
    },
    spread: "whiskers",
    marked: true,
    series,
    limits: [{ at: 1, axis: "y", label: "no difference" }],
    table: layerTable(layers, series),
  };
}

const layerTable = (
  layers: number,
  series: readonly { readonly name: string; readonly points: readonly Point[] }[],
): Lines["table"] => ({
  columns: ["convolution", ...series.map(({ name }) => name)],
  rows: Array.from({ length: layers }, (_, layer) => [
    String(layer + 1),
    ...series.map(({ points }) => {
      const { y, low, high } = points[layer]!;
      const range = low === null || high === null ? "" : ` [${low.toPrecision(3)}, ${high.toPrecision(3)}]`;
      return `${y.toPrecision(3)}${range}`;
    }),
  ]),
});

function gapFigure({ trainAccuracy, testAccuracy, gap, gapDifference }: Training): Groups {
  const figures = [
    ["accuracy on training rows", trainAccuracy],
    ["accuracy on test rows", testAccuracy],
    ["gap", gap],
  ] as const;
  const kinds = [
    ["without exits", "without"],
    ["with exits", "with"],
  ] as const;
  return {
    kind: "groups",
    id: "train-test-gap",
    title: "Accuracy of the last exit on training and test rows",
    finding: `The gap with exits less that without: ${pointsText(gapDifference)}.`,
    reading: "Means over seeds, with their intervals. Exits that regularise would make the gap smaller.",
    names: figures.map(([name]) => name),
    x: shareAxis(
      "Share of the rows",
      figures.flatMap(([, figure]) => [figure.with, figure.without]),
    ),
    series: kinds.map(([name, kind], k) => ({
      name,
      look: { hue: k, pattern: k, baseline: k === 0 },
      bars: figures.map(([, figure]) => {
        const { estimate, low, high } = figure[kind];
        return { value: estimate, low, high, mark: null };
      }),
    })),
    mark: "",
    table: {
      columns: ["", ...kinds.map(([name]) => name)],
      rows: figures.map(([name, figure]) => [name, ...kinds.map(([, kind]) => percentText(figure[kind]))]),
    },
  };
}
