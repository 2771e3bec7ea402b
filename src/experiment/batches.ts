/** One long run cut in batches whose figures are taken as independent, where there are too few replications. */
import type { Replication } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import { Slicing } from "../sim/slicing.ts";
import { batchMeansInterval } from "./statistics/index.ts";
import { Window } from "./window.ts";

/** Mean latencies of equal stretches of a replication after the cut, in order of time; where nothing was completed there is none. */
export function latencySeries(setup: Setup, { replication, begin }: Window): number[] {
  const { batchSum, batchCount } = replication.collector;
  const { perRequest, perSecond } = new Slicing(setup.run);
  if (begin === null) return [];
  const means: number[] = [];
  for (let i = Math.ceil(begin.arrived * perRequest + begin.at * perSecond); i < batchSum.length; i++) {
    if (batchCount[i]! > 0) means.push(batchSum[i]! / batchCount[i]!);
  }
  return means;
}

/**
 * Batches of all replications: as many as the mean latency, whose memory is the longest, needs to be uncorrelated from one to the next.
 * @returns none when a run is too short for that, or was not kept in equal slices
 */
export function batchesOf(setup: Setup, windows: readonly Window[]): Window[] {
  if (setup.run.inBatches !== true) return [];
  const batches: Window[] = [];
  for (const window of windows) {
    const series = latencySeries(setup, window);
    const judged = series.length === 0 ? null : batchMeansInterval(series);
    if (judged === null) return [];
    const mine = equalBatches(setup, window.replication, window.from, judged.means.length);
    if (mine.length < fewest) return [];
    batches.push(...mine);
  }
  return batches;
}

/** Batches of a run below which its intervals would be too rough. */
const fewest = 15;

/** About `wanted` batches of the same number of slices; what fills none is left out at the beginning. */
function equalBatches(setup: Setup, replication: Replication, from: number, wanted: number): Window[] {
  const slices = Math.min(replication.snapshots.length, replication.collector.shape.slices);
  const size = Math.max(1, Math.round((slices - from) / wanted));
  const batches: Window[] = [];
  for (let to = slices; to - size >= from; to -= size) batches.unshift(new Window(setup, replication, to - size, to));
  return batches;
}
