/** Time that exits save at equal accuracy, from the measured times and the answers of a profile. */
import { type ScoredRows, thresholdsFor } from "../experiment/exit-calibration.ts";
import type { Profile } from "../profile.ts";
import { type Estimate, meanOf } from "./estimate.ts";

/** Seconds for one request at batch 1. */
export interface Times {
  /** Until each exit has spoken: the trunk so far and every head on the way. */
  readonly until: readonly number[];
  /** The same trunk with its last head alone: the network without exits. */
  readonly plain: number;
}

/** Central times of a profile. */
export function timesOf({ segments }: Pick<Profile, "segments">): Times {
  const central = (times: readonly { readonly batch: number; readonly quantiles_s: readonly number[] }[]): number => {
    const { quantiles_s } = times.find(({ batch }) => batch === 1)!;
    return quantiles_s[(quantiles_s.length - 1) / 2]!;
  };
  let trunk = 0;
  let heads = 0;
  let last = 0;
  const until = segments.flatMap((segment) => {
    trunk += central(segment.trunk.time);
    if (segment.head === null) return [];
    last = central(segment.head.time);
    heads += last;
    return [trunk + heads];
  });
  return { until, plain: trunk + last };
}

export interface Savings {
  /** One an exit but the last, chosen on calibration rows. */
  readonly thresholds: readonly number[];
  /** On evaluation rows, from here on. Share that leaves at each exit. */
  readonly shares: readonly number[];
  /** Share of the plain network's time that is saved; negative where heads cost more than exits save. */
  readonly saved: Estimate;
  /** Accuracy with exits less that of the last exit. */
  readonly accuracy: Estimate;
  /** One threshold for all exits, from low to high: mean time as a share of the plain network's, and difference in accuracy. */
  readonly curve: readonly { readonly threshold: number; readonly time: number; readonly accuracy: number }[];
}

/** Exit at which each row leaves under thresholds on the top probability. */
export function exitsOf({ rows, scores }: ScoredRows, thresholds: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, row) => {
    const found = thresholds.findIndex((threshold, exit) => scores[exit]!.confidence[row]! >= threshold);
    return found < 0 ? scores.length - 1 : found;
  });
}

/** Whether each row is answered rightly at the exit where it leaves. */
export const rightAt = ({ labels, scores }: ScoredRows, exits: Uint8Array): boolean[] =>
  Array.from(exits, (exit, row) => scores[exit]!.prediction[row] === labels[row]);

/** @param calibration rows that thresholds are chosen on: the cheapest that lose no accuracy there @param evaluation rows all figures are of */
export function savingsOf(
  calibration: ScoredRows,
  evaluation: ScoredRows,
  { until, plain }: Times,
  confidence: number,
): Savings {
  const last = until.length - 1;
  const cost = until.map((time) => time / until[last]!);
  const whole = rightAt(calibration, new Uint8Array(calibration.rows).fill(last));
  const floor = whole.filter(Boolean).length / whole.length;
  const thresholds = thresholdsFor(calibration, cost, { kind: "accuracy", floor })!;
  const lastRight = rightAt(evaluation, new Uint8Array(evaluation.rows).fill(last));
  const under = (limits: readonly number[]): { exits: Uint8Array; saved: number[]; gained: number[] } => {
    const exits = exitsOf(evaluation, limits);
    const right = rightAt(evaluation, exits);
    return {
      exits,
      saved: Array.from(exits, (exit) => 1 - until[exit]! / plain),
      gained: right.map((isRight, row) => Number(isRight) - Number(lastRight[row])),
    };
  };
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const chosen = under(thresholds);
  return {
    thresholds,
    shares: until.map((_, k) => chosen.exits.filter((exit) => exit === k).length / evaluation.rows),
    saved: meanOf(chosen.saved, confidence),
    accuracy: meanOf(chosen.gained, confidence),
    curve: commonThresholds.map((threshold) => {
      const { saved, gained } = under(until.slice(1).map(() => threshold));
      return { threshold, time: 1 - mean(saved), accuracy: mean(gained) };
    }),
  };
}

/** Denser towards 1, where the trade is; the last lets nobody leave early. */
const commonThresholds: readonly number[] = [
  ...Array.from({ length: 19 }, (_, i) => i / 20),
  ...[0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.01],
];
