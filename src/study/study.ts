/** What a study gives: findings on claims, charts behind them, tables for other programs. */
import type { Axis, Figure } from "../report/charts/figure.ts";
import type { Gallery } from "../report/gallery.ts";
import type { Estimate, Verdict } from "./estimate.ts";

export interface Finding {
  readonly claim: string;
  readonly text: string;
  readonly verdict: Verdict;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly method: string;
  readonly findings: readonly Finding[];
  readonly figures: readonly Figure[];
  readonly galleries: readonly Gallery[];
  /** Goes into the study's `result.json` under the section's id. */
  readonly data: unknown;
  /** Files beside it, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A csv of cells that hold neither commas nor quotes. */
export const csv = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, ...rows].map((row) => `${row.join(",")}\n`).join("");

/** An axis in percent that holds every estimate with its interval, and zero. */
export function shareAxis(title: string, estimates: readonly Estimate[]): Axis {
  const ends = [0, ...estimates.flatMap(({ estimate, low, high }) => [estimate, low ?? estimate, high ?? estimate])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.04 * (most - least);
  return {
    title,
    unit: "share",
    factor: 0.01,
    symbol: "%",
    log: false,
    min: least < 0 ? Math.max(-1, least - room) : 0,
    max: Math.min(1, most + room),
  };
}
