/** Accuracy of every exit on calibration rows against the epoch of a training run. */
import type { Lines } from "./figure.ts";

interface Epoch {
  readonly epoch: number;
  readonly calibrationAccuracy: readonly number[];
}

/** @param exits names in order of depth @param log one entry an epoch */
export function learningCurves(model: string, exits: readonly string[], log: readonly Epoch[]): Lines {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const last = log.at(-1)!;
  const [from, to] = [log[0]!.epoch, last.epoch];
  const margin = 0.03 * Math.max(1, to - from);
  return {
    kind: "lines",
    id: "training",
    title: `Learning of ${model}`,
    finding: `After ${to} epochs: ${exits.map((exit, k) => `${exit} ${percent(last.calibrationAccuracy[k]!)}`).join(", ")}.`,
    reading: "Accuracy on calibration rows, which no gradient ever sees.",
    x: { title: "Epoch", unit: "count", factor: 1, symbol: "", log: false, min: from - margin, max: to + margin },
    y: { title: "Accuracy", unit: "share", factor: 0.01, symbol: "%", log: false },
    spread: "whiskers",
    marked: log.length <= 30,
    series: exits.map((name, k) => ({
      name,
      look: { hue: k, pattern: k, baseline: false },
      points: log.map(({ epoch, calibrationAccuracy }) => ({
        x: epoch,
        y: calibrationAccuracy[k]!,
        low: null,
        high: null,
      })),
    })),
    limits: [],
    table: {
      columns: ["epoch", ...exits],
      rows: log.map(({ epoch, calibrationAccuracy }) => [String(epoch), ...calibrationAccuracy.map(percent)]),
    },
  };
}
