/** A training run between two steps, so that it can go on as if it had never stopped. */
import { existsSync, readFileSync } from "node:fs";
import { type NpyArray, readNpz, writeNpz } from "../npz.ts";
import type { AdamState } from "./adam.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./files.ts";
import type { TrainingPlan } from "./zoo.ts";

/** One line of the log: mean losses [nats] and accuracies (0 to 1), one per exit, after an epoch. */
export interface EpochRecord {
  readonly epoch: number;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Over the epoch's augmented training rows, as they were met. */
  readonly trainLoss: readonly number[];
  readonly calibrationLoss: readonly number[];
  readonly calibrationAccuracy: readonly number[];
}

export interface Checkpoint {
  readonly model: string;
  readonly plan: TrainingPlan;
  /** Engine that computed so far: another one rounds otherwise. */
  readonly engine: string;
  /** Hash of the training rows. */
  readonly rows: string;
  /** Epoch under way, from 0, and the steps of it that are done. */
  readonly epoch: number;
  readonly step: number;
  /** Sums over those steps of each exit's loss. */
  readonly lossSums: readonly number[];
  readonly log: readonly EpochRecord[];
  /** Where a resumed run was given another number of epochs: from that epoch (from 1) and step on, the second number in place of the first. */
  readonly replanned?: readonly {
    readonly epoch: number;
    readonly step: number;
    readonly epochs: readonly [number, number];
  }[];
  readonly weights: Record<string, Float32Array>;
  readonly adam: AdamState;
  /** Lowest weighted loss on calibration rows so far and its weights, where a run stops early; null elsewhere. */
  readonly best: {
    readonly epoch: number;
    readonly loss: number;
    readonly weights: Record<string, Float32Array>;
  } | null;
}

/** Writes a checkpoint, whole or not at all. */
export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { weights, adam, best, ...rest } = checkpoint;
  const bestOf = best === null ? null : { epoch: best.epoch, loss: best.loss };
  const state = new TextEncoder().encode(JSON.stringify({ ...rest, adamStep: adam.step, best: bestOf }));
  const arrays: Record<string, NpyArray> = { state: { shape: [state.length], data: state } };
  for (const [kind, values] of Object.entries({
    weights,
    first: adam.first,
    second: adam.second,
    best: best?.weights ?? {},
  })) {
    for (const [name, data] of Object.entries(values)) arrays[`${kind}:${name}`] = { shape: [data.length], data };
  }
  writeWhole(path, writeNpz(arrays, 1));
}

/** @throws UserError when there is no checkpoint or it is damaged */
export function loadCheckpoint(path: string): Checkpoint {
  if (!existsSync(path)) {
    throw new UserError(`checkpoint ${path}`, {
      expected: "a run to resume",
      got: "no such file",
      hint: "leave --resume out to begin a run",
    });
  }
  try {
    const arrays = readNpz(readFileSync(path), path);
    const state = JSON.parse(new TextDecoder().decode(arrays.state?.data as Uint8Array)) as Checkpoint & {
      adamStep: number;
    };
    const ofKind = (kind: string): Record<string, Float32Array> =>
      Object.fromEntries(
        Object.entries(arrays)
          .filter(([key]) => key.startsWith(`${kind}:`))
          .map(([key, { data }]) => [key.slice(kind.length + 1), data as Float32Array]),
      );
    const { adamStep, ...rest } = state;
    return {
      ...rest,
      weights: ofKind("weights"),
      best: rest.best ? { ...rest.best, weights: ofKind("best") } : null,
      adam: { step: adamStep, first: ofKind("first"), second: ofKind("second") },
    };
  } catch (error) {
    throw new UserError(path, { expected: "an undamaged checkpoint", got: (error as Error).message });
  }
}
