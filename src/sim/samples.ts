/**
 * Values by place (a cell and a slice) of a replication: exact up to 100,000 of them, log-linear histograms (0.1 %) beyond, so that
 * memory stays bounded while a warm-up cut may still be made afterwards.
 */
import { Histogram } from "./histogram.ts";
import { nearestRank } from "./nearest-rank.ts";
import { cellBits, firstOctave, octaves } from "./octaves.ts";
import type { Ints, Reals } from "./pack.ts";

/** Values kept exactly. */
export const exactLimit = 100_000;

/** Cells of an octave, as in {@link Histogram}. Octaves that have no table entry go to a {@link Histogram} of their own. */
export const cellsOfOctave = 1 << cellBits;
const cellMask = cellsOfOctave - 1;
const shift = 20 - cellBits;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH = halves[1] === 0 ? 0 : 1;

export class Samples {
  /** Slices that values are kept apart by. */
  private readonly cuts: number;
  readonly places: number;
  /** By place as it is given: the place in here, where slices after the last cut are one. */
  readonly cutPlace: Ints;
  private count = 0;
  private values: Reals | null = new Float64Array(1024);
  private placeOf: Ints = new Int32Array(1024);
  /** [place][octave]: where its cells begin in `counts`, -1 while there are none. */
  private rows = new Int32Array(0);
  private counts = new Uint32Array(0);
  private used = 0;
  private lows = new Float64Array(0);
  private highs = new Float64Array(0);
  private readonly rare = new Map<number, Histogram>();
  private readonly selections = new Map<string, Selection>();

  /** @param cuts slices that a selection may begin with, the first so many; thirty slices of a long run take a thirtieth of the memory as one */
  constructor(cells: number, slices: number, cuts = slices) {
    this.cuts = cuts;
    this.places = cells * cuts;
    this.cutPlace = Int32Array.from({ length: cells * slices }, (_, place) => {
      const slice = place % slices;
      return ((place - slice) / slices) * cuts + Math.min(slice, cuts - 1);
    });
  }

  /** @param value not negative, finite @param place `cell * slices + slice` */
  add(place: number, value: number): void {
    if (this.selections.size > 0) this.selections.clear();
    const kept = this.cutPlace[place]!;
    if (this.values !== null) this.keep(kept, value);
    else this.record(kept, value);
  }

  private record(place: number, value: number): void {
    double[0] = value;
    const cell = halves[HIGH]! >>> shift;
    const octave = (cell >>> cellBits) - firstOctave;
    if (octave >>> 0 >= octaves) {
      this.recordRare(place, value);
      return;
    }
    let row = this.rows[place * octaves + octave]!;
    if (row < 0) row = this.addRow(place * octaves + octave);
    this.counts[row + (cell & cellMask)]! += 1;
    if (value > this.highs[place]!) this.highs[place] = value;
    if (value < this.lows[place]!) this.lows[place] = value;
  }

  /** How many values there are, filed in whichever way. */
  get total(): number {
    if (this.values !== null) return this.count;
    let total = 0;
    for (const row of this.rows) for (let i = 0; row >= 0 && i <= cellMask; i++) total += this.counts[row + i]!;
    for (const histogram of this.rare.values()) total += histogram.count;
    return total;
  }

  /**
   * Values of the cells that `wanted` accepts, in slices from `first` on.
   * @throws RangeError when no cut was to be expected there
   */
  select(first: number, wanted: (cell: number) => boolean): Selection {
    if (first >= this.cuts) throw new RangeError(`values are kept apart up to slice ${this.cuts - 1}, cut at ${first}`);
    const accepted = Array.from({ length: this.places / this.cuts }, (_, cell) => wanted(cell));
    // One stream is all streams, one exit all exits: the same values are asked for under several names.
    const key = `${first} ${accepted.map(Number).join("")}`;
    const known = this.selections.get(key);
    if (known !== undefined) return known;
    const selection = this.cut(first, accepted);
    this.selections.set(key, selection);
    return selection;
  }

  private cut(first: number, accepted: readonly boolean[]): Selection {
    const isWanted = (place: number): boolean => place % this.cuts >= first && accepted[Math.floor(place / this.cuts)]!;
    if (this.values !== null) {
      const kept: number[] = [];
      for (let i = 0; i < this.count; i++) if (isWanted(this.placeOf[i]!)) kept.push(this.values[i]!);
      return new Selection(Float64Array.from(kept).sort(), null);
    }
    const merged = this.mergeTables(isWanted);
    for (const [place, histogram] of this.rare) if (isWanted(place)) merged.merge(histogram);
    return new Selection(null, merged);
  }

  private mergeTables(isWanted: (place: number) => boolean): Histogram {
    /** By octave, from the first value in it on. */
    const sums: (Float64Array | undefined)[] = new Array(octaves).fill(undefined);
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let place = 0; place < this.places; place++) {
      if (!isWanted(place)) continue;
      min = Math.min(min, this.lows[place]!);
      max = Math.max(max, this.highs[place]!);
      for (let octave = 0; octave < octaves; octave++) {
        const row = this.rows[place * octaves + octave]!;
        if (row < 0) continue;
        const sum = sums[octave] ?? new Float64Array(cellMask + 1);
        sums[octave] = sum;
        for (let i = 0; i <= cellMask; i++) sum[i]! += this.counts[row + i]!;
      }
    }
    const merged = new Histogram();
    for (let octave = 0; octave < octaves; octave++) {
      const sum = sums[octave];
      if (sum !== undefined) merged.addOctave(firstOctave + octave, sum, min, max);
    }
    return merged;
  }

  /**
   * Takes over what was counted elsewhere, in tables like those that are made here.
   * @param rows [place][octave]: where its cells begin in `counts`, -1 where there are none
   * @param lows by place @param highs by place
   */
  adopt(
    rows: Int32Array<ArrayBuffer>,
    counts: Uint32Array<ArrayBuffer>,
    lows: Float64Array<ArrayBuffer>,
    highs: Float64Array<ArrayBuffer>,
  ): void {
    this.values = null;
    this.placeOf = new Int32Array(0);
    this.rows = rows;
    this.counts = counts;
    this.used = counts.length;
    this.lows = lows;
    this.highs = highs;
  }

  /** A value whose octave has no table entry; place as in here. */
  recordRare(place: number, value: number): void {
    let histogram = this.rare.get(place);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.rare.set(place, histogram);
    }
    histogram.add(value);
  }

  private addRow(entry: number): number {
    const row = this.used;
    this.used += cellMask + 1;
    if (this.used > this.counts.length) {
      const counts = new Uint32Array(Math.max(2 * this.counts.length, 16 * (cellMask + 1)));
      counts.set(this.counts);
      this.counts = counts;
    }
    this.rows[entry] = row;
    return row;
  }

  private keep(place: number, value: number): void {
    if (this.count === this.placeOf.length) {
      if (this.count >= exactLimit) {
        this.spill();
        this.record(place, value);
        return;
      }
      this.grow();
    }
    this.values![this.count] = value;
    this.placeOf[this.count++] = place;
  }

  private spill(): void {
    const { placeOf, count } = this;
    const values = this.values!;
    this.values = null;
    this.placeOf = new Int32Array(0);
    this.rows = new Int32Array(this.places * octaves).fill(-1);
    this.lows = new Float64Array(this.places).fill(Number.POSITIVE_INFINITY);
    this.highs = new Float64Array(this.places).fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < count; i++) this.record(placeOf[i]!, values[i]!);
  }

  private grow(): void {
    const capacity = Math.min(exactLimit, this.count * 2);
    const values = new Float64Array(capacity);
    values.set(this.values!);
    this.values = values;
    const places = new Int32Array(capacity);
    places.set(this.placeOf);
    this.placeOf = places;
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

  /** Values of both. */
  merge(other: Selection): Selection {
    if (this.sorted !== null && other.sorted !== null) {
      const all = new Float64Array(this.sorted.length + other.sorted.length);
      all.set(this.sorted);
      all.set(other.sorted, this.sorted.length);
      return new Selection(all.sort(), null, this.zeros + other.zeros);
    }
    const all = this.toHistogram();
    all.merge(other.toHistogram());
    return new Selection(null, all);
  }

  /** The value of a rank, 1 to {@link count}. */
  ranked(rank: number): number {
    return this.quantile((rank - 0.5) / this.count)!;
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
