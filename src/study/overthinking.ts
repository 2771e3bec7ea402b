/** Samples that an early exit gets right and the last exit wrong (Kaya, Hong and Dumitras, ICML 2019: destructive overthinking). */
import type { ScoredRows } from "../experiment/exit-calibration.ts";
import { type Estimate, shareOf } from "./estimate.ts";

export interface Overthinking {
  readonly rows: number;
  /** Right at some early exit, wrong at the last. */
  readonly overthought: { readonly count: number; readonly share: Estimate };
  /** Right at this exit, wrong at the last; one an early exit. */
  readonly byExit: readonly { readonly count: number; readonly share: Estimate }[];
  /** Wrong at every early exit, right at the last: what depth is for. */
  readonly rescued: { readonly count: number; readonly share: Estimate };
  /** Right at the first exit already. */
  readonly firstRight: { readonly count: number; readonly share: Estimate };
  /** Accuracy of the last exit, and of whoever could leave at the first exit that is right. */
  readonly last: Estimate;
  readonly oracle: Estimate;
  /** Overthought rows, those with the surest right exit first: the row, that exit, and both predictions. */
  readonly examples: readonly {
    readonly row: number;
    readonly exit: number;
    readonly early: number;
    readonly late: number;
  }[];
}

const mostExamples = 200;

export function overthinkingOf({ rows, labels, scores }: ScoredRows, confidence: number): Overthinking {
  const last = scores.length - 1;
  const isRight = (exit: number, row: number): boolean => scores[exit]!.prediction[row] === labels[row];
  const early = scores.slice(0, -1).map((_, exit) => exit);
  const all = Array.from({ length: rows }, (_, row) => row);
  const counted = (claim: (row: number) => boolean): { count: number; share: Estimate } => {
    const count = all.filter(claim).length;
    return { count, share: shareOf(count, rows, confidence) };
  };
  const isOverthought = (row: number): boolean => !isRight(last, row) && early.some((exit) => isRight(exit, row));
  const surest = (row: number): number =>
    early
      .filter((exit) => isRight(exit, row))
      .reduce((best, exit) => (scores[exit]!.confidence[row]! > scores[best]!.confidence[row]! ? exit : best));
  const sure = (row: number): number => scores[surest(row)]!.confidence[row]!;
  return {
    rows,
    overthought: counted(isOverthought),
    byExit: early.map((exit) => counted((row) => isRight(exit, row) && !isRight(last, row))),
    rescued: counted((row) => isRight(last, row) && !early.some((exit) => isRight(exit, row))),
    firstRight: counted((row) => isRight(0, row)),
    last: counted((row) => isRight(last, row)).share,
    oracle: counted((row) => scores.some((_, exit) => isRight(exit, row))).share,
    examples: all
      .filter(isOverthought)
      .sort((a, b) => sure(b) - sure(a))
      .slice(0, mostExamples)
      .map((row) => {
        const exit = surest(row);
        return {
          row,
          exit,
          early: scores[exit]!.prediction[row]!,
          late: scores[last]!.prediction[row]!,
        };
      }),
  };
}
