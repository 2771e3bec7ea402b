/**
 * Values by cell and slice of a replication: exact up to 100,000 of them, log-linear histograms (0.1 %) beyond, so that memory
 * stays bounded while a warm-up cut may still be made afterwards.
 */
import { Histogram } from "./histogram.ts";
import { nearestRank } from "./nearest-rank.ts";

/** Values kept exactly. */
export const exactLimit = 100_000;

export class Samples {
  readonly slices: number;
  private count = 0;
  private values: Float64Array<ArrayBuffer> | null = new Float64Array(1024);
  /** `cell * slices + slice` of each value. */
  private places: Int32Array<ArrayBuffer> | null = new Int32Array(1024);
  private histograms: (Histogram | undefined)[] = [];

  constructor(slices: number) {
    this.slices = slices;
  }

  add(cell: number, slice: number, value: number): void {
    const place = cell * this.slices + slice;
    if (this.values === null) {
      this.record(place, value);
      return;
    }
    if (this.count === this.values.length) {
      if (this.count >= exactLimit) {
        this.spill();
        this.record(place, value);
        return;
      }
      this.grow();
    }
    this.values[this.count] = value;
    this.places![this.count++] = place;
  }

  /** Values of the cells that `wanted` accepts, in slices from `first` on. */
  select(first: number, wanted: (cell: number) => boolean): Selection {
    if (this.values !== null) {
      const kept: number[] = [];
      for (let i = 0; i < this.count; i++) {
        const place = this.places![i]!;
        if (place % this.slices >= first && wanted(Math.floor(place / this.slices))) kept.push(this.values[i]!);
      }
      return new Selection(Float64Array.from(kept).sort(), null);
    }
    const merged = new Histogram();
    this.histograms.forEach((histogram, place) => {
      if (histogram !== undefined && place % this.slices >= first && wanted(Math.floor(place / this.slices)))
        merged.merge(histogram);
    });
    return new Selection(null, merged);
  }

  private record(place: number, value: number): void {
    let histogram = this.histograms[place];
    if (histogram === undefined) {
      histogram = new Histogram();
      this.histograms[place] = histogram;
    }
    histogram.add(value);
  }

  private spill(): void {
    const { values, places, count } = this;
    this.values = null;
    this.places = null;
    for (let i = 0; i < count; i++) this.record(places![i]!, values![i]!);
  }

  private grow(): void {
    const capacity = Math.min(exactLimit, this.count * 2);
    const values = new Float64Array(capacity);
    values.set(this.values!);
    this.values = values;
    const places = new Int32Array(capacity);
    places.set(this.places!);
    this.places = places;
  }
}

/** Values that were asked for, ascending. */
export class Selection {
  private readonly sorted: Float64Array | null;
  private readonly histogram: Histogram | null;

  /** Zeros before the first of those. */
  private readonly zeros: number;

  constructor(sorted: Float64Array | null, histogram: Histogram | null, zeros = 0) {
    this.sorted = sorted;
    this.histogram = histogram;
    this.zeros = zeros;
  }

  get count(): number {
    return this.zeros + (this.sorted?.length ?? this.histogram!.count);
  }

  /** The same values and `n` zeros. */
  withZeros(n: number): Selection {
    return new Selection(this.sorted, this.histogram, this.zeros + n);
  }

  /** Nearest rank: the ⌈q n⌉-th smallest; null when there is none. */
  quantile(q: number): number | null {
    const { count, zeros } = this;
    if (count === 0) return null;
    const rank = nearestRank(q, count) - zeros;
    if (rank <= 0) return 0;
    if (this.sorted !== null) return this.sorted[rank - 1]!;
    // The rank among the positive values, as a share of them that gives back that rank.
    return this.histogram!.quantile((rank - 0.5) / this.histogram!.count);
  }

  get max(): number | null {
    if (this.count === 0) return null;
    const most = this.sorted === null ? this.histogram!.max : (this.sorted.at(-1) ?? 0);
    return Number.isNaN(most) ? 0 : most;
  }

  /** All values as a histogram. */
  toHistogram(): Histogram {
    const histogram = new Histogram();
    for (let i = 0; i < this.zeros; i++) histogram.add(0);
    if (this.histogram !== null) histogram.merge(this.histogram);
    for (const value of this.sorted ?? []) histogram.add(value);
    return histogram;
  }
}
