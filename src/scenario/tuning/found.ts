/** What tuning found, as it is saved, shown and reported. */
import type { Plain } from "../tree.ts";
import type { Goal } from "./goal.ts";

/** How a policy does with its options as they were written, or as they were found. */
export interface TunedRow {
  readonly when: "before" | "after";
  readonly on: "calibration" | "evaluation";
  readonly rows: number;
  readonly accuracy: number;
  /** Expected of an idle system. */
  readonly latency_s: number;
  /** null where a node on the way says no power. */
  readonly energy_j: number | null;
  /** Share that leaves at each exit, by name. */
  readonly exits: Readonly<Record<string, number>>;
}

export interface Tuned {
  readonly policy: string;
  readonly goal: Goal;
  /** Path of each option that was found, with its value as it can be written. */
  readonly found: Readonly<Record<string, Plain>>;
  /** How it was searched, in words. */
  readonly search: string;
  readonly table: readonly TunedRow[];
}
