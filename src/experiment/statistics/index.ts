/** The estimators behind every figure: pure functions on arrays. Quantiles are by nearest rank everywhere. */
export {
  accuracyInterval,
  type CombinedError,
  type Limits,
  pairedAccuracyError,
  pairedAccuracyInterval,
  pairedRowError,
  type ReplicationInterval,
  type RowCounts,
  type RowError,
  rowError,
} from "./accuracy.ts";
export { type BatchMeans, batch, batchMeansInterval } from "./batch-means.ts";
export { type DecisionOptions, replicationsToDecide } from "./decide.ts";
export { holm, holmLevels } from "./holm.ts";
export { type EstimateInterval, meanInterval, ratioInterval } from "./interval.ts";
export { effectiveSize, lag1Correlation, Moments, mean, variance } from "./moments.ts";
export { mser, mser5, type Truncation } from "./mser.ts";
export { type Difference, pairedDifference, varianceRatio } from "./paired.ts";
export { type Precision, type PrecisionOptions, relativePrecision } from "./precision.ts";
export {
  nearestRank,
  quantile,
  quantileInterval,
  quantileRanks,
  quantileSorted,
  smallestSample,
} from "./quantile.ts";
export {
  normalCdf,
  normalP,
  normalQuantile,
  studentCdf,
  studentFactor,
  studentP,
  studentQuantile,
} from "./student.ts";
export type { Values } from "./values.ts";
export { welchDifference } from "./welch.ts";
export { wilsonInterval, wilsonLimits } from "./wilson.ts";
