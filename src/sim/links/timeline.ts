/** A value over time, from pieces that are made as far as somebody asks and forgotten once they lie behind. */
import type { Pieces } from "./pieces.ts";

/** Share of an amount that may be missing because of rounding. */
const rounding = 1e-12;
/** Pieces kept before those that lie behind are thrown away. */
const kept = 256;

export class Timeline {
  private readonly pieces: Pieces;
  /** Of the pieces up to {@link count}; what comes after is room that was made before. */
  private readonly ends: number[];
  private readonly values: number[];
  /** First piece that may still be asked for, and how many there are, those before it too. */
  private first = 0;
  private count = 1;

  /** @param now nobody asks about times before */
  constructor(pieces: Pieces, device = 0, now = 0) {
    this.pieces = pieces;
    pieces.begin(device, now);
    this.ends = [pieces.until];
    this.values = [pieces.value];
  }

  /** Another device's from here on. */
  begin(device: number, now: number): void {
    const { pieces, ends, values } = this;
    pieces.begin(device, now);
    ends[0] = pieces.until;
    values[0] = pieces.value;
    this.first = 0;
    this.count = 1;
  }

  /** Leaves a mark for another that goes on from `now`. */
  mark(now: number): void {
    this.pieces.mark?.(now);
  }

  /** Nobody asks about times before `now` any more. */
  forget(now: number): void {
    while (this.ends[this.first]! <= now) {
      this.first++;
      if (this.first === this.count) this.extend();
    }
    if (this.first < kept) return;
    this.ends.splice(0, this.first);
    this.values.splice(0, this.first);
    this.count -= this.first;
    this.first = 0;
  }

  /** Value at `t`, that of the piece that begins where two meet. */
  at(t: number): number {
    return this.values[this.pieceAt(t)]!;
  }

  /** End of the piece at `t`; +Infinity when it is the last. */
  changeAfter(t: number): number {
    return this.ends[this.pieceAt(t)]!;
  }

  /** Integral of the value from one instant to another, bits for a rate. */
  integral(from: number, to: number): number {
    if (!(to > from)) return 0;
    let sum = 0;
    let t = from;
    for (let i = this.pieceAt(from); ; i++) {
      if (i === this.count) this.extend();
      const end = Math.min(to, this.ends[i]!);
      if (this.values[i]! > 0) sum += this.values[i]! * (end - t);
      if (end === to) return sum;
      t = end;
    }
  }

  /** Instant at which the integral from `start` on reaches `amount`; +Infinity when it never does. At a value of 0 nothing ends. */
  reaches(start: number, amount: number): number {
    if (start === Number.POSITIVE_INFINITY) return start;
    let left = amount;
    let t = start;
    for (let i = this.pieceAt(start); ; i++) {
      if (i === this.count) this.extend();
      const value = this.values[i]!;
      const end = this.ends[i]!;
      if (value > 0) {
        const room = value * (end - t);
        // What is rounding must not wait for the end of an outage.
        if (left <= room + rounding * amount) return Math.min(end, t + left / value);
        left -= room;
      }
      if (end === Number.POSITIVE_INFINITY) return end;
      t = end;
    }
  }

  /** Of all pieces the first that ends after `t`. */
  private pieceAt(t: number): number {
    const { ends } = this;
    while (!(ends[this.count - 1]! > t)) this.extend();
    let [low, high] = [this.first, this.count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! > t) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private extend(): void {
    this.pieces.next();
    this.ends[this.count] = this.pieces.until;
    this.values[this.count] = this.pieces.value;
    this.count++;
  }
}
