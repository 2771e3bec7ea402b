/** Estimates as the study's sentences and tables write them. */
import type { Estimate } from "./estimate.ts";

/** With a true minus sign, and none before zero. */
const fixed = (value: number, digits: number): string => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
};

const withRange = ({ estimate, low, high }: Estimate, write: (value: number) => string, unit: string): string =>
  `${write(estimate)}${unit}${low === null || high === null ? "" : ` [${write(low)}, ${write(high)}]`}`;

/** "12.3 % [11.9, 12.7]" */
export const percentText = (value: Estimate, digits = 1): string =>
  withRange(value, (v) => fixed(100 * v, digits), " %");

/** "+0.4 pp [−0.1, 0.9]": percentage points, so that nobody reads a share of a share. */
export const pointsText = (value: Estimate): string =>
  `${value.estimate >= 0.00005 ? "+" : ""}${withRange(value, (v) => fixed(100 * v, 2), " pp")}`;

/** "2.31 times [1.90, 2.81]" */
export const timesText = (value: Estimate): string => withRange(value, (v) => fixed(v, 2), " times");

/** "−12.3 ms [−12.9, −11.7]" */
export const millisecondsText = (value: Estimate): string => withRange(value, (v) => fixed(1000 * v, 2), " ms");

/** "−1.2 kB [−1.3, −1.1]" */
export const kilobytesText = (value: Estimate): string => withRange(value, (v) => fixed(v / 1000, 2), " kB");
