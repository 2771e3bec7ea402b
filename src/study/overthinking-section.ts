/** Overthinking: what depth spoils, beside what depth is for. */
import type { Groups } from "../report/charts/figure.ts";
import type { Gallery } from "../report/gallery.ts";
import { verdictOn } from "./estimate.ts";
import { type Overthinking, overthinkingOf } from "./overthinking.ts";
import { csv, type Section, shareAxis } from "./study.ts";
import type { Measured, Saved } from "./time-section.ts";
import { percentText, pointsText } from "./words.ts";

interface Counted extends Overthinking {
  readonly name: string;
  readonly exits: readonly string[];
}

/** Samples of one model, where they are at hand. */
export interface Samples {
  readonly model: string;
  /** 8-bit, shape [rows, height, width, channels]: the first evaluation rows of the model's profile. */
  readonly images: Uint8Array;
  readonly shape: readonly [number, number, number];
  readonly rows: number;
}

export function overthinkingSection(
  models: readonly Measured[],
  saved: readonly Saved[],
  samples: Samples | null,
  confidence: number,
): Section {
  const counted = models.map(({ name, profile, evaluation }) => ({
    name,
    exits: profile.exits.map((exit) => exit.name),
    ...overthinkingOf(evaluation, confidence),
  }));
  return {
    id: "overthinking",
    title: "Overthinking",
    method:
      "Samples of the test set that some early exit gets right and the last exit wrong (destructive overthinking), beside those that only the last exit gets right.",
    findings: counted.flatMap((each, k) => [
      {
        claim: `${each.name}: deeper exits spoil answers that an early exit had right`,
        text: `${percentText(each.overthought.share)} of the samples (${each.overthought.count} of ${each.rows}); only the last exit is right on ${percentText(each.rescued.share)}`,
        verdict: verdictOn(each.overthought.share, "above", 0),
      },
      {
        claim: `${each.name}: leaving early gains accuracy by it`,
        text: `${pointsText(saved[k]!.accuracy)} at the thresholds above; whoever knew the first exit that is right would gain ${pointsText({ estimate: each.oracle.estimate - each.last.estimate, low: null, high: null })}`,
        verdict: verdictOn(saved[k]!.accuracy, "above", 0),
      },
    ]),
    figures: [figureOf(counted)],
    galleries: samples === null ? [] : galleryOf(models, counted, samples),
    data: counted,
    files: {
      "overthinking.csv": csv(
        ["model", "rows", "overthought", "only_last_right", "first_right"],
        counted.map(({ name, rows, overthought, rescued, firstRight }) => [
          name,
          rows,
          overthought.count,
          rescued.count,
          firstRight.count,
        ]),
      ),
    },
  };
}

function figureOf(counted: readonly Counted[]): Groups {
  const bars = (of: (each: Counted) => Overthinking["overthought"]) =>
    counted.map((each) => {
      const { estimate, low, high } = of(each).share;
      return { value: estimate, low, high, mark: null };
    });
  const most = counted.reduce((a, b) => (b.overthought.share.estimate > a.overthought.share.estimate ? b : a));
  return {
    kind: "groups",
    id: "overthinking",
    title: "What the last exit spoils, and what it alone gets right",
    finding: `Most overthinking: ${most.name}, ${percentText(most.overthought.share)} of the samples.`,
    reading: "Shares of all test samples, with Wilson's intervals.",
    names: counted.map(({ name }) => name),
    x: shareAxis(
      "Share of the test samples",
      counted.flatMap((each) => [each.overthought.share, each.rescued.share]),
    ),
    series: [
      {
        name: "right early, wrong at the last exit",
        look: { hue: 1, pattern: 1, baseline: false },
        bars: bars(({ overthought }) => overthought),
      },
      {
        name: "right at the last exit alone",
        look: { hue: 0, pattern: 0, baseline: false },
        bars: bars(({ rescued }) => rescued),
      },
    ],
    mark: "",
    table: {
      columns: ["model", "right early, wrong last", "by exit", "right at the last alone", "right at the first already"],
      rows: counted.map(({ name, exits, overthought, byExit, rescued, firstRight }) => [
        name,
        percentText(overthought.share),
        byExit.map(({ count }, k) => `${exits[k]} ${count}`).join(", "),
        percentText(rescued.share),
        percentText(firstRight.share),
      ]),
    },
  };
}

const mostPictures = 12;

function galleryOf(models: readonly Measured[], counted: readonly Counted[], samples: Samples): Gallery[] {
  const k = models.findIndex(({ name }) => name === samples.model);
  if (k < 0) return [];
  const [{ classes }, { exits, examples }] = [models[k]!, counted[k]!];
  const size = samples.shape.reduce((product, side) => product * side, 1);
  const shown = examples.filter(({ row }) => row < samples.rows).slice(0, mostPictures);
  if (shown.length === 0) return [];
  return [
    {
      id: "overthought-samples",
      title: `Overthought by ${samples.model}`,
      finding: `Right at an early exit (green), wrong at the last (brown); the surest of the first ${samples.rows} test samples.`,
      items: shown.map(({ row, exit, early, late }) => ({
        pixels: samples.images.subarray(row * size, (row + 1) * size),
        shape: samples.shape,
        lines: [`${exits[exit]}: ${classes[early]}`, `${exits.at(-1)}: ${classes[late]}`] as const,
      })),
    },
  ];
}
