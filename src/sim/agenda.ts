/**
 * The future events, least first by (time, code, request number).
 *
 * A 4-ary heap on typed arrays. The popped root is left in place: the first event scheduled afterwards overwrites it and sifts
 * down from the top, which is short because it is near in time. The least child is chosen without branches; equal times, which
 * are rare, take an extra step. Codes are ordered as simultaneous events are: completions, deliveries, arrivals, timers, and within
 * each by declaration order and device.
 */
export class Agenda {
  private times = new Float64Array(1024).fill(Number.POSITIVE_INFINITY);
  private codes = new Int32Array(1024);
  private slots = new Int32Array(1024);
  /** Entries, the popped root included while its place is open. */
  private size = 0;
  private open = false;
  /** Tie-break of equal codes: slot -> request number. */
  private readonly order: (slot: number) => number;

  /** Of the event taken last. */
  time = 0;
  code = 0;
  slot = 0;

  constructor(order: (slot: number) => number) {
    this.order = order;
  }

  /** Events that wait. */
  get length(): number {
    return this.open ? this.size - 1 : this.size;
  }

  /** @throws RangeError when `time` is before the event taken last or not a number: the clock would run backwards. */
  schedule(time: number, code: number, slot: number): void {
    if (!(time >= this.time)) throw new RangeError(`event ${code} scheduled at t=${time} s, before t=${this.time} s`);
    if (this.open) {
      this.open = false;
      this.siftDown(time, code, slot);
      return;
    }
    if (this.size + 5 > this.times.length) this.grow();
    this.siftUp(this.size++, time, code, slot);
  }

  /** Takes the least event into `time`, `code` and `slot`; false when none is left. */
  next(): boolean {
    if (this.open) {
      this.open = false;
      const last = --this.size;
      const time = this.times[last]!;
      this.times[last] = Number.POSITIVE_INFINITY;
      if (last > 0) this.siftDown(time, this.codes[last]!, this.slots[last]!);
    }
    if (this.size === 0) return false;
    this.time = this.times[0]!;
    this.code = this.codes[0]!;
    this.slot = this.slots[0]!;
    this.open = true;
    return true;
  }

  private precedes(a: number, code: number, slot: number): boolean {
    const other = this.codes[a]!;
    return other !== code ? other < code : this.order(this.slots[a]!) < this.order(slot);
  }

  private siftUp(start: number, time: number, code: number, slot: number): void {
    const { times, codes, slots } = this;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const t = times[parent]!;
      if (t < time || (t === time && this.precedes(parent, code, slot))) break;
      times[i] = t;
      codes[i] = codes[parent]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    codes[i] = code;
    slots[i] = slot;
  }

  private siftDown(time: number, code: number, slot: number): void {
    const { times, codes, slots, size } = this;
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
      if (+(t0 === t) + +(t1 === t) + +(t2 === t) + +(t3 === t) > 1) least = this.leastOfEqual(c, t);
      if (t > time || (t === time && !this.precedes(least, code, slot))) break;
      times[i] = t;
      codes[i] = codes[least]!;
      slots[i] = slots[least]!;
      i = least;
    }
    times[i] = time;
    codes[i] = code;
    slots[i] = slot;
  }

  private leastOfEqual(first: number, time: number): number {
    let least = -1;
    for (let i = first; i < first + 4 && i < this.size; i++) {
      if (this.times[i] !== time) continue;
      if (least < 0 || this.precedes(i, this.codes[least]!, this.slots[least]!)) least = i;
    }
    return least;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    times.set(this.times);
    this.times = times;
    const codes = new Int32Array(capacity);
    codes.set(this.codes);
    this.codes = codes;
    const slots = new Int32Array(capacity);
    slots.set(this.slots);
    this.slots = slots;
  }
}
