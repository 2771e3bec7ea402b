/** Values by magnitude: bounded memory, and quantiles within 0.1 %. */
import { nearestRank } from "./nearest-rank.ts";

/** A histogram as plain data, for JSON, `structuredClone` and workers. Cells are those with a count, ascending. */
export interface HistogramState {
  /** How many values were exactly zero, or below the smallest normal double (2.2e-308). */
  readonly zeros: number;
  /** Exact; null when empty. */
  readonly min: number | null;
  /** Exact; null when empty. */
  readonly max: number | null;
  /** Cell: the top 20 bits of the values in it, as doubles without their sign: 512 to an octave. */
  readonly cells: readonly number[];
  readonly counts: readonly number[];
}

const CELL_BITS = 9;
const CELLS = 1 << CELL_BITS;
const SHIFT = 20 - CELL_BITS;
/** First cell of no finite double. */
const END = 2047 * CELLS;
const UNUSED = -1;

/** A double and its two halves; which is the high one depends on the machine. */
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
double[0] = 1;
const HIGH = halves[1] === 0 ? 0 : 1;

/**
 * Log-linear histogram of non-negative doubles: 512 linear cells an octave, each read as its middle, hence at most 0.1 % off.
 * Counts, minimum and maximum are exact. Keeps the octaves that occur, 2 kB each.
 */
export class Histogram {
  #count = 0;
  #zeros = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** Exponent of the first entry of {@link #rows}. */
  #first = 0;
  /** By exponent from {@link #first} on: where the octave's cells begin in {@link #counts}, or {@link UNUSED}. */
  #rows = new Int32Array(0);
  #used = 0;
  /** By exponent from {@link #first} on: values in the octave, when {@link quantile} was asked last; null when more have come since. */
  #totals: Float64Array | null = null;
  /** Rows in the order they first occurred. Doubles once there are more values than 32 bits can count. */
  #counts: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer> = new Uint32Array(0);

  get count(): number {
    return this.#count;
  }

  /** Smallest value, exact; NaN when empty. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }

  /** Largest value, exact; NaN when empty. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  /** @throws RangeError for a negative value, NaN or Infinity */
  add(value: number): void {
    this.#totals = null;
    // Adding 0 makes -0 the 0 it stands for.
    double[0] = value + 0;
    const cell = halves[HIGH]! >>> SHIFT;
    // Above are Infinity and NaN, then everything with a sign.
    if (cell >= END) throw new RangeError(`a histogram takes finite non-negative values, got ${value}`);
    if (value < this.#min) this.#min = value + 0;
    if (value > this.#max) this.#max = value + 0;
    this.#count += 1;
    if (this.#count === 0x100000000) this.#widen();
    const octave = (cell >>> CELL_BITS) - this.#first;
    let row = octave >= 0 && octave < this.#rows.length ? this.#rows[octave]! : UNUSED;
    if (row === UNUSED) {
      if (cell < CELLS) {
        this.#zeros += 1;
        return;
      }
      row = this.#addRow(cell >>> CELL_BITS);
    }
    this.#counts[row + (cell & (CELLS - 1))]! += 1;
  }

  /** Takes over all values of another histogram, as if each had been added. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    this.#totals = null;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#zeros += other.#zeros;
    this.#count += other.#count;
    if (this.#count >= 0x100000000) this.#widen();
    for (let i = 0; i < other.#rows.length; i++) {
      const from = other.#rows[i]!;
      if (from === UNUSED) continue;
      const to = this.#rowOf(other.#first + i);
      for (let j = 0; j < CELLS; j++) this.#counts[to + j]! += other.#counts[from + j]!;
    }
  }

  /**
   * Takes over values that were counted elsewhere by the cells of one octave.
   * @param exponent biased exponent of the double @param counts by cell; some are above 0 @param min least and @param max most of them, or of more octaves to come
   */
  addOctave(exponent: number, counts: Float64Array, min: number, max: number): void {
    this.#totals = null;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    for (let j = 0; j < CELLS; j++) this.#count += counts[j]!;
    if (this.#count >= 0x100000000) this.#widen();
    const row = this.#rowOf(exponent);
    for (let j = 0; j < CELLS; j++) this.#counts[row + j]! += counts[j]!;
  }

  /**
   * Nearest rank: the ⌈q n⌉-th smallest value, as the middle of its cell but never outside what occurred; ranks 1 and n are exact.
   * @returns NaN when empty
   * @throws RangeError for q outside 0 to 1
   */
  quantile(q: number): number {
    if (this.#count === 0) return Number.NaN;
    const rank = nearestRank(q, this.#count);
    if (rank === 1) return this.#min;
    if (rank === this.#count) return this.#max;
    // Asked often, so without the objects that {@link cells} makes.
    let before = this.#zeros;
    if (before >= rank) return Math.min(Math.max(0, this.#min), this.#max);
    const totals = this.#octaveTotals();
    for (let i = 0; i < this.#rows.length; i++) {
      if (before + totals[i]! < rank) {
        before += totals[i]!;
        continue;
      }
      const row = this.#rows[i]!;
      for (let j = 0; j < CELLS; j++) {
        before += this.#counts[row + j]!;
        if (before >= rank) return this.#middle((this.#first + i) * CELLS + j);
      }
    }
    throw new Error(`histogram of ${this.#count} values has cells for ${before} only`);
  }

  #octaveTotals(): Float64Array {
    if (this.#totals !== null) return this.#totals;
    const totals = new Float64Array(this.#rows.length);
    for (let i = 0; i < totals.length; i++) {
      const row = this.#rows[i]!;
      if (row === UNUSED) continue;
      let total = 0;
      for (let j = 0; j < CELLS; j++) total += this.#counts[row + j]!;
      totals[i] = total;
    }
    this.#totals = totals;
    return totals;
  }

  /** `[value, count]` of every cell with a count, ascending; value is the cell's middle, but never outside [min, max]. */
  *cells(): Generator<[value: number, count: number]> {
    if (this.#zeros > 0) yield [Math.min(Math.max(0, this.#min), this.#max), this.#zeros];
    for (const [cell, count] of this.#ascending()) yield [this.#middle(cell), count];
  }

  toJSON(): HistogramState {
    const cells: number[] = [];
    const counts: number[] = [];
    for (const [cell, count] of this.#ascending()) {
      cells.push(cell);
      counts.push(count);
    }
    const [min, max] = this.#count === 0 ? [null, null] : [this.#min, this.#max];
    return { zeros: this.#zeros, min, max, cells, counts };
  }

  /** @throws RangeError when cells and counts do not belong together */
  static fromJSON(state: HistogramState): Histogram {
    const histogram = new Histogram();
    if (state.cells.length !== state.counts.length) {
      throw new RangeError(`histogram with ${state.cells.length} cells and ${state.counts.length} counts`);
    }
    const count = state.counts.reduce((sum, n) => sum + n, state.zeros);
    if (count === 0) return histogram;
    histogram.#count = count;
    histogram.#zeros = state.zeros;
    histogram.#min = state.min ?? 0;
    histogram.#max = state.max ?? 0;
    if (count >= 0x100000000) histogram.#widen();
    state.cells.forEach((cell, i) => {
      if (!(Number.isInteger(cell) && cell >= CELLS && cell < END)) {
        throw new RangeError(`histogram cell ${cell} is of no double`);
      }
      const row = histogram.#rowOf(cell >>> CELL_BITS);
      histogram.#counts[row + (cell & (CELLS - 1))]! += state.counts[i]!;
    });
    return histogram;
  }

  /** Middle of a cell, but never outside what occurred. */
  #middle(cell: number): number {
    halves[1 - HIGH] = 0;
    halves[HIGH] = (cell << SHIFT) | (1 << (SHIFT - 1));
    return Math.min(Math.max(double[0]!, this.#min), this.#max);
  }

  *#ascending(): Generator<[cell: number, count: number]> {
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i]!;
      if (row === UNUSED) continue;
      for (let j = 0; j < CELLS; j++) {
        const count = this.#counts[row + j]!;
        if (count > 0) yield [(this.#first + i) * CELLS + j, count];
      }
    }
  }

  #rowOf(exponent: number): number {
    const octave = exponent - this.#first;
    const row = octave >= 0 && octave < this.#rows.length ? this.#rows[octave]! : UNUSED;
    return row === UNUSED ? this.#addRow(exponent) : row;
  }

  #addRow(exponent: number): number {
    this.#cover(exponent);
    const row = this.#used * CELLS;
    const grown = this.#counts instanceof Uint32Array ? new Uint32Array(row + CELLS) : new Float64Array(row + CELLS);
    grown.set(this.#counts);
    this.#counts = grown;
    this.#rows[exponent - this.#first] = row;
    this.#used += 1;
    return row;
  }

  /** Makes {@link #rows} reach an exponent. */
  #cover(exponent: number): void {
    const empty = this.#rows.length === 0;
    const first = empty ? exponent : Math.min(this.#first, exponent);
    const end = empty ? exponent + 1 : Math.max(this.#first + this.#rows.length, exponent + 1);
    const rows = new Int32Array(end - first).fill(UNUSED);
    rows.set(this.#rows, empty ? 0 : this.#first - first);
    this.#rows = rows;
    this.#first = first;
  }

  #widen(): void {
    this.#counts = Float64Array.from(this.#counts);
  }
}
