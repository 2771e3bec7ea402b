/**
 * Instants that wait, least first; equal ones in the order that `before` says.
 *
 * A 4-ary heap on typed arrays. The root that was taken is left in place: the first event scheduled afterwards overwrites it and sinks
 * from the top, and stops soon because it is near in time. The least child is chosen without branches; equal times, which are rare,
 * take an extra step.
 */
import type { Ints, Reals } from "./pack.ts";
import { takeInts, takeReals } from "./spare-arrays.ts";

/** Places past the last entry: its four children are read, whether they are there or not. */
const beyond = 6;

export class Agenda {
  /** `times[0]` is the least, +Infinity when there is none; valid while not {@link open}. */
  times: Reals;
  /** What happens then; `ids[0]` belongs to `times[0]`. */
  ids: Ints;
  /** The root has been taken, its place is free: {@link schedule} something or {@link settle}. */
  open = false;
  /** Entries, the place of a root that was taken included. */
  size = 0;
  /** Instant of what was taken last. */
  now = 0;
  /** When what is scheduled next is due. */
  readonly due: Reals = new Float64Array(1);
  /** Whether `a` comes before `b` at equal times. */
  private readonly before: (a: number, b: number) => boolean;

  /** @param room entries to expect: more are taken, at the cost of a copy */
  constructor(before: (a: number, b: number) => boolean, room = 0) {
    this.before = before;
    const length = Math.max(64, room + beyond);
    this.times = takeReals(length).fill(Number.POSITIVE_INFINITY);
    this.ids = takeInts(length);
  }

  /**
   * Something is due at `due[0]`: passed in a cell, because a call that is not inlined would box the number.
   * @throws RangeError when that is before what was taken last, or not a number: the clock would run backwards.
   */
  schedule(id: number): void {
    if (!(this.due[0]! >= this.now)) this.refuse(id);
    if (this.open) this.replace(id);
    else this.rise(id);
  }

  /** Puts what is due at `due[0]` in the place of the root that was taken. */
  replace(id: number): void {
    const { times, ids, size } = this;
    const time = this.due[0]!;
    this.open = false;
    let i = 0;
    for (let c = 1; c < size; c = 4 * i + 1) {
      // Places past the end hold +Infinity, so that four children may always be compared.
      const t0 = times[c]!;
      const t1 = times[c + 1]!;
      const t2 = times[c + 2]!;
      const t3 = times[c + 3]!;
      const x = c + +(t1 < t0);
      const y = c + 2 + +(t3 < t2);
      let least = x ^ ((x ^ y) & -(times[y]! < times[x]!));
      const t = times[least]!;
      if (+(t0 === t) + +(t1 === t) + +(t2 === t) + +(t3 === t) > 1) least = this.firstOfEqual(c, t);
      if (t > time || (t === time && this.before(id, ids[least]!))) break;
      times[i] = t;
      ids[i] = ids[least]!;
      i = least;
    }
    times[i] = time;
    ids[i] = id;
  }

  /** Fills the place of the root that was taken. */
  settle(): void {
    const last = this.size - 1;
    this.size = last;
    this.due[0] = this.times[last]!;
    this.times[last] = Number.POSITIVE_INFINITY;
    if (last > 0) this.replace(this.ids[last]!);
    this.open = false;
  }

  /** Takes the least; `now` is its instant then. -1, and nothing taken, when there is none. */
  take(): number {
    if (this.open) this.settle();
    if (this.size === 0) return -1;
    this.now = this.times[0]!;
    this.open = true;
    return this.ids[0]!;
  }

  clear(): void {
    this.times.fill(Number.POSITIVE_INFINITY, 0, this.size);
    this.size = 0;
    this.open = false;
  }

  private rise(id: number): void {
    if (this.size + beyond > this.ids.length) this.grow();
    const { times, ids } = this;
    const time = this.due[0]!;
    let i = this.size;
    this.size = i + 1;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = times[parent]!;
      if (t < time || (t === time && this.before(ids[parent]!, id))) break;
      times[i] = t;
      ids[i] = ids[parent]!;
      i = parent;
    }
    times[i] = time;
    ids[i] = id;
  }

  private firstOfEqual(first: number, time: number): number {
    let least = -1;
    for (let i = first; i < first + 4 && i < this.size; i++) {
      if (this.times[i] !== time) continue;
      if (least < 0 || this.before(this.ids[i]!, this.ids[least]!)) least = i;
    }
    return least;
  }

  private grow(): void {
    const capacity = this.ids.length * 2;
    const times = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    times.set(this.times);
    this.times = times;
    const ids = new Int32Array(capacity);
    ids.set(this.ids);
    this.ids = ids;
  }

  private refuse(id: number): never {
    throw new RangeError(`event ${id} scheduled at t=${this.due[0]} s, before t=${this.now} s`);
  }
}
