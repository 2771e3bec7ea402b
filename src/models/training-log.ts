import type { EpochRecord } from "./checkpoint.ts";

/** The log as csv: a line per epoch, `loss` joint figures apart by exit. Losses in nats, accuracies 0 to 1, on rows never trained on. */
export function trainingLog(records: readonly EpochRecord[], exits: readonly string[]): string {
  const columns = ["train_loss", "calibration_loss", "calibration_accuracy"].flatMap((kind) =>
    exits.map((exit) => `${kind}.${exit}`),
  );
  const lines = records.map((record) =>
    [
      record.epoch,
      record.learningRate.toPrecision(6),
      ...record.trainLoss.map(rounded),
      ...record.calibrationLoss.map(rounded),
      ...record.calibrationAccuracy.map(rounded),
    ].join(","),
  );
  return `${[["epoch", "learning_rate", ...columns].join(","), ...lines].join("\n")}\n`;
}

/** Empty where an exit did not learn in that epoch; a checkpoint's JSON holds null for it. */
const rounded = (value: number | null): string => (value === null || Number.isNaN(value) ? "" : value.toFixed(5));
