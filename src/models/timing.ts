/** Times of short calls: warmed up by time and count, in blocks long enough for the clock, all subjects in turn so that drift meets each alike. */
import v8 from "node:v8";
import vm from "node:vm";
import type { Timing } from "../profile.ts";

export interface TimingPlan {
  /** Blocks of each subject. */
  readonly blocks: number;
  /** Least length of a block [s]. */
  readonly block_s: number;
  /** Warm-up lasts at least this many calls and this long, and for slow calls no longer than `warmupLimit_s`. */
  readonly warmupCalls: number;
  readonly warmup_s: number;
  readonly warmupLimit_s: number;
}

/** Blocks of 5 ms average out the clock (40 ns) and most of the scheduler; compilation has ended after 50 calls and 200 ms. */
export const carefulTiming: TimingPlan = {
  blocks: 40,
  block_s: 0.005,
  warmupCalls: 50,
  warmup_s: 0.2,
  warmupLimit_s: 2,
};
/** Three times as many blocks, twice as long: for figures to publish. */
export const patientTiming: TimingPlan = { ...carefulTiming, blocks: 120, block_s: 0.01 };
/** For a look, and for tests: rough figures in a fraction of the time. */
export const quickTiming: TimingPlan = {
  blocks: 9,
  block_s: 0.002,
  warmupCalls: 10,
  warmup_s: 0.03,
  warmupLimit_s: 0.3,
};

/** Quantiles kept of the blocks: the 0, 5, ..., 95 and 100 % points. */
const quantileCount = 21;

/**
 * Times every subject.
 * @returns mean seconds per call of each block, shape [subjects][blocks], blocks in the order they were run
 */
export function timeInTurn(subjects: readonly (() => void)[], plan: TimingPlan): Float64Array[] {
  const calls = subjects.map((subject) => {
    const perCall = warmUp(subject, plan);
    return Math.max(1, Math.ceil(plan.block_s / perCall));
  });
  const blocks = subjects.map(() => new Float64Array(plan.blocks));
  for (let block = 0; block < plan.blocks; block += 1) {
    collectGarbage("major");
    subjects.forEach((subject, i) => {
      collectGarbage("minor");
      const count = calls[i]!;
      const begun = process.hrtime.bigint();
      for (let call = 0; call < count; call += 1) subject();
      blocks[i]![block] = Number(process.hrtime.bigint() - begun) / 1e9 / count;
    });
  }
  return blocks;
}

/** Runs a subject until compilers have settled. @returns seconds per call, from the second half */
function warmUp(subject: () => void, plan: TimingPlan): number {
  const times: number[] = [];
  let total = 0;
  while (
    (times.length < plan.warmupCalls || total < plan.warmup_s) &&
    (total < plan.warmupLimit_s || times.length < 2)
  ) {
    const begun = process.hrtime.bigint();
    subject();
    const time = Number(process.hrtime.bigint() - begun) / 1e9;
    times.push(time);
    total += time;
  }
  return Math.max(1e-8, quantile(Float64Array.from(times.slice(times.length >> 1)).sort(), 0.5));
}

/**
 * How far the medians of the first and of the second half of the blocks lie apart, relative to the smaller: what two measurements one after
 * the other would have differed by.
 * @param blocks in the order they were run
 */
export function driftOf(blocks: Float64Array): number {
  const half = blocks.length >> 1;
  const [a, b] = [blocks.slice(0, half), blocks.slice(half)].map((part) => quantile(part.sort(), 0.5));
  return Math.max(a!, b!) / Math.min(a!, b!) - 1;
}

/** Blocks as a profile keeps them. */
export function summarise(blocks: Float64Array, batch: number): Timing {
  const sorted = blocks.slice().sort();
  const quantiles = Array.from({ length: quantileCount }, (_, i) =>
    significant(quantile(sorted, i / (quantileCount - 1))),
  );
  return { batch, count: blocks.length, quantiles_s: quantiles, cv: significant(trimmedCv(sorted)) };
}

/** Central time of a measurement [s]: its median. */
export function medianOf({ quantiles_s }: Timing): number {
  return quantiles_s[(quantiles_s.length - 1) / 2]!;
}

/** Quantile of sorted values, linear between order statistics (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: Float64Array, probability: number): number {
  const at = probability * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

/** Standard deviation over mean without the lowest and highest tenth: pre-empted blocks would otherwise be all it shows. */
function trimmedCv(sorted: Float64Array): number {
  const cut = Math.floor(sorted.length / 10);
  const kept = sorted.subarray(cut, sorted.length - cut);
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, kept.length - 1);
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

/** Five digits: more than any measurement here holds. */
export const significant = (value: number): number => Number(value.toPrecision(5));

let gc: ((options: { type: "major" | "minor" }) => void) | null | undefined;

/** Collects garbage now rather than inside a block: all of it, or what calls leave behind. Without the engine's leave it does nothing. */
function collectGarbage(type: "major" | "minor"): void {
  if (gc === undefined) {
    try {
      v8.setFlagsFromString("--expose_gc");
      gc = vm.runInNewContext("gc") as NonNullable<typeof gc>;
    } catch {
      gc = null;
    }
  }
  gc?.({ type });
}
