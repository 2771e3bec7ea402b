/** Accuracy against confidence of every exit: on the diagonal an exit knows how often it is right. */
import type { Lines } from "./figure.ts";

interface Curve {
  readonly name: string;
  readonly error: number;
  readonly bins: readonly {
    readonly rows: number;
    readonly confidence: number | null;
    readonly accuracy: number | null;
  }[];
}

/** Bins with fewer rows say little and are not drawn. */
const fewestRows = 10;

/** @param curves one an exit, in order of depth @param what such as "before scaling" */
export function reliabilityFigure(id: string, model: string, what: string, curves: readonly Curve[]): Lines {
  const share = (title: string) => ({
    title,
    unit: "share" as const,
    factor: 0.01,
    symbol: "%",
    log: false,
    min: 0,
    max: 1,
  });
  const ends = [0, 1].map((at) => ({ x: at, y: at, low: null, high: null }));
  return {
    kind: "lines",
    id,
    title: `Reliability of ${model}, ${what}`,
    finding: `Calibration error: ${curves.map(({ name, error }) => `${name} ${(100 * error).toFixed(1)} %`).join(", ")}.`,
    reading: "Evaluation rows by confidence; below the diagonal an exit is surer than it is right.",
    x: share("Confidence"),
    y: share("Accuracy"),
    spread: "whiskers",
    marked: true,
    series: [
      ...curves.map(({ name, bins }, k) => ({
        name,
        look: { hue: k, pattern: k, baseline: false },
        points: bins.flatMap(({ rows, confidence, accuracy }) =>
          rows < fewestRows ? [] : [{ x: confidence!, y: accuracy!, low: null, high: null }],
        ),
      })),
      {
        name: "right as often as sure",
        look: { hue: curves.length, pattern: curves.length, baseline: true },
        points: ends,
      },
    ],
    limits: [],
    table: {
      columns: ["exit", "rows", "confidence", "accuracy"],
      rows: curves.flatMap(({ name, bins }) =>
        bins.flatMap(({ rows, confidence, accuracy }) =>
          rows === 0 ? [] : [[name, String(rows), confidence!.toFixed(3), accuracy!.toFixed(3)]],
        ),
      ),
    },
  };
}
