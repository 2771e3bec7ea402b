/** What thresholds of exits do to shares and accuracy, on calibration rows. */
import type { Calibration } from "../rules/calibration.ts";

export interface Configuration {
  readonly threshold: number;
  /** Share of rows that leave at each exit. */
  readonly shares: readonly number[];
  /** Share of rows that are answered right. */
  readonly accuracy: number;
}

/** @param leaves whether a row leaves at an exit @param heads exits whose heads run, ascending, the last among them */
export function configurationOf(
  { rows, labels, scores }: Calibration,
  heads: readonly number[],
  threshold: number,
  leaves: (exit: number, row: number) => boolean,
): Configuration {
  const counts = scores.map(() => 0);
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const exit = heads.find((e) => e === scores.length - 1 || leaves(e, row))!;
    counts[exit]!++;
    if (scores[exit]!.prediction[row] === labels[row]) right++;
  }
  return { threshold, shares: counts.map((n) => n / rows), accuracy: right / rows };
}

/** Those that are accurate enough; where none is, the most accurate. */
export function accurateEnough(all: readonly Configuration[], least: number): readonly Configuration[] {
  const enough = all.filter(({ accuracy }) => accuracy >= least);
  if (enough.length > 0) return enough;
  const most = Math.max(...all.map(({ accuracy }) => accuracy));
  return all.filter(({ accuracy }) => accuracy === most);
}
