/** How a replication is cut in slices, so that a warm-up may be cut off afterwards, and in batches, from which the cut is found. */

import type { RunLength } from "./setup.ts";
import type { Snapshot } from "./snapshot.ts";

/** Slices of a whole run when the cut is to be found; those of the first half are kept apart, the rest is one unless {@link RunLength.inBatches}. */
const fineSlices = 40;
/** Slices of what comes after a fixed warm-up, for batch means. */
const laterSlices = 30;
/** Batches of the warm-up series, of at least five requests (MSER-5). */
const mostBatches = 1000;

export class Slicing {
  readonly slices: number;
  /** Slices that a warm-up cut may begin with: the first so many. Values for quantiles of those after them are kept together. */
  readonly cuts: number;
  readonly batches: number;
  readonly snapshots: Snapshot[] = [];
  /** Slice that arrivals belong to now. */
  current = 0;
  /** Arrival number and instant at which the next slice begins. */
  nextArrival = Number.POSITIVE_INFINITY;
  nextTime = Number.POSITIVE_INFINITY;
  private readonly run: RunLength;
  /** Whether the first slice is a fixed warm-up. */
  private readonly isCut: boolean;
  /** Arrivals and instant at which equal slices begin. */
  private origin = { arrived: 0, at: 0 };
  /**
   * Batches of the warm-up series, per request and per second; one of them is 0. Request n is in batch ⌊(n + ½) perRequest⌋: multiplied,
   * not divided, and the half keeps whole quotients whole.
   */
  readonly perRequest: number;
  readonly perSecond: number;

  constructor(run: RunLength) {
    this.run = run;
    const { warmup, requests } = run;
    this.isCut = warmup.kind === "requests" ? warmup.n > 0 : warmup.kind === "time" ? warmup.at > 0 : false;
    const inBatches = run.inBatches === true;
    if (warmup.kind === "auto") this.slices = inBatches ? fineSlices : fineSlices / 2 + 1;
    else this.slices = (this.isCut ? 1 : 0) + (inBatches ? laterSlices : 1);
    this.cuts = warmup.kind === "auto" ? fineSlices / 2 + 1 : this.isCut ? 2 : 1;
    const batchSize = Math.max(5, Math.ceil((requests ?? 0) / mostBatches));
    this.perRequest = run.duration === null ? 1 / batchSize : 0;
    this.perSecond = run.duration === null ? 0 : mostBatches / run.duration;
    this.batches = requests === null ? mostBatches : Math.max(1, Math.floor(requests / batchSize));
    this.aim();
  }

  begin(first: Snapshot): void {
    this.snapshots.push(first);
  }

  cross(arrived: number, snapshot: Snapshot): void {
    this.snapshots.push(snapshot);
    this.current++;
    if (this.isCut && this.current === 1) this.origin = { arrived, at: snapshot.at };
    this.aim();
    // Few requests: several slices may begin with one arrival.
    if (arrived >= this.nextArrival) this.cross(arrived, snapshot);
  }

  finish(): void {
    this.nextTime = Number.POSITIVE_INFINITY;
    this.nextArrival = Number.POSITIVE_INFINITY;
  }

  /** First slice that begins at or after share `x` of the run. */
  sliceAfter(x: number): number {
    return Math.min(this.slices - 1, Math.ceil(x * fineSlices - 1e-9));
  }

  private aim(): void {
    const { run, origin } = this;
    const { warmup, requests, duration } = run;
    const next = this.current + 1;
    this.nextArrival = Number.POSITIVE_INFINITY;
    this.nextTime = duration ?? Number.POSITIVE_INFINITY;
    if (next >= this.slices) return;
    if (this.isCut && next === 1) {
      if (warmup.kind === "requests") this.nextArrival = warmup.n;
      else if (warmup.kind === "time") this.nextTime = Math.min(warmup.at, this.nextTime);
      return;
    }
    const share = warmup.kind === "auto" ? next / fineSlices : (next - (this.isCut ? 1 : 0)) / laterSlices;
    if (requests !== null) this.nextArrival = origin.arrived + Math.ceil(share * (requests - origin.arrived));
    else this.nextTime = Math.min(origin.at + share * (duration! - origin.at), this.nextTime);
  }
}
