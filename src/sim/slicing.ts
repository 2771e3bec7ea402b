/** How a replication is cut in slices, so that a warm-up may be cut off afterwards, and in batches, from which the cut is found. */

import type { RunLength } from "./setup.ts";
import type { Snapshot } from "./snapshot.ts";

/** Slices of a whole run when the cut is to be found; those of the first half are kept apart, the rest is one. */
const fineSlices = 40;
/** Batches of the warm-up series, of at least five requests (MSER-5). */
const mostBatches = 1000;

export class Slicing {
  readonly slices: number;
  readonly batches: number;
  readonly snapshots: Snapshot[] = [];
  /** Slice that arrivals belong to now. */
  current = 0;
  /** Arrival number and instant at which the next slice begins. */
  nextArrival = Number.POSITIVE_INFINITY;
  nextTime = Number.POSITIVE_INFINITY;
  private readonly run: RunLength;
  /**
   * Batches of the warm-up series, per request and per second; one of them is 0. Request n is in batch ⌊(n + ½) perRequest⌋: multiplied,
   * not divided, and the half keeps whole quotients whole.
   */
  readonly perRequest: number;
  readonly perSecond: number;

  constructor(run: RunLength) {
    this.run = run;
    const { warmup, requests } = run;
    const cut = warmup.kind === "requests" ? warmup.n > 0 : warmup.kind === "time" ? warmup.at > 0 : false;
    this.slices = warmup.kind === "auto" ? fineSlices / 2 + 1 : cut ? 2 : 1;
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
    const { warmup, requests, duration } = this.run;
    const next = this.current + 1;
    this.nextArrival = Number.POSITIVE_INFINITY;
    this.nextTime = duration ?? Number.POSITIVE_INFINITY;
    if (next >= this.slices) return;
    if (warmup.kind === "requests") this.nextArrival = warmup.n;
    else if (warmup.kind === "time") this.nextTime = Math.min(warmup.at, this.nextTime);
    else if (requests !== null) this.nextArrival = Math.ceil((next / fineSlices) * requests);
    else this.nextTime = Math.min((next / fineSlices) * duration!, this.nextTime);
  }
}
