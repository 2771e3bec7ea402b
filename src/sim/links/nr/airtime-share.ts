/**
 * Devices that send at once over one direction of a cell. What is shared is airtime: each gets its part of it, and sends at its own rate in
 * that part. Exact, by virtual time: it passes for all alike, and a message ends where it reaches its own mark, so that an event costs the
 * logarithm of their number. Rates change at events only.
 *
 * `resource-fair`: equal airtime by weight, so a slow device slows itself alone. `rate-fair`: equal bits by weight, so it slows all.
 */
import type { Airtime } from "./airtime.ts";

interface Member {
  /** Virtual time at which its message ends. */
  end: number;
  /** From start to end of what it has at this rate, in virtual time. */
  need: number;
  /** What a unit of virtual time costs in airtime [s]; 0 while it cannot send. */
  cost: number;
  /** Bits that a unit of virtual time sends. */
  speed: number;
  /** Bits left, while it cannot send. */
  held: number;
  readonly weight: number;
  readonly order: number;
  /** Of its mark in the heap: older ones are stale. */
  version: number;
}

/** A message ends when this share of it or less is left. */
const residue = 1e-9;

export class AirtimeShare {
  private readonly airtime: Airtime;
  private readonly mode: "resource-fair" | "rate-fair";
  private readonly members = new Map<number, Member>();
  private virtual = 0;
  private since = 0;
  private cost = 0;
  private sending = 0;
  /** Airtime used [s]. */
  private used = 0;
  /** {@link busySeconds} at `since`. */
  private busy = 0;
  private versions = 0;
  private readonly heap: { end: number; order: number; id: number; version: number }[] = [];

  constructor(airtime: Airtime, mode: "resource-fair" | "rate-fair") {
    this.airtime = airtime;
    this.mode = mode;
  }

  /** @param rate of airtime [bit/s] @param order settles simultaneous ends */
  enter(id: number, bits: number, rate: number, weight: number, order: number, now: number): void {
    this.advance(now);
    const member = { end: 0, need: 0, cost: 0, speed: 0, held: bits, weight, order, version: 0 };
    this.members.set(id, member);
    this.start(id, member, bits, rate);
  }

  setRate(id: number, rate: number, now: number): void {
    this.advance(now);
    const member = this.members.get(id)!;
    const left = this.stop(member);
    this.start(id, member, left, rate);
  }

  /** @returns bits that were left to send */
  leave(id: number, now: number): number {
    this.advance(now);
    const member = this.members.get(id)!;
    const left = this.stop(member);
    this.members.delete(id);
    this.rest();
    return left;
  }

  /** When the next message ends if nothing changes before; +Infinity for never. */
  nextEnd(): number {
    const first = this.first();
    if (first === null) return Number.POSITIVE_INFINITY;
    return this.airtime.after(this.since, Math.max(0, first.end - this.virtual) * this.cost);
  }

  /** Whose messages end now: what {@link nextEnd} said. */
  complete(now: number): number[] {
    this.advance(now);
    this.virtual = Math.max(this.virtual, this.first()?.end ?? 0);
    const ended: { id: number; order: number }[] = [];
    for (let first = this.first(); first !== null; first = this.first()) {
      const member = this.members.get(first.id)!;
      if (member.end - this.virtual > residue * member.need) break;
      this.stop(member);
      this.members.delete(first.id);
      ended.push(first);
    }
    this.rest();
    return ended.sort((a, b) => a.order - b.order).map(({ id }) => id);
  }

  /**
   * Airtime used, as if it were all time: seconds in use. Never faster than time itself: a slot used counts from its beginning on
   * for as long as the direction waits for another.
   */
  busySeconds(now: number): number {
    const { airtime, since } = this;
    const usedAt = (t: number): number =>
      (this.used + (this.sending > 0 ? airtime.between(since, t) : 0)) / airtime.share;
    let busy = Math.min(this.busy + now - since, usedAt(now));
    if (this.sending === 0) return busy;
    for (const start of airtime.slotsBefore(now, since)) busy = Math.min(busy, usedAt(start) + now - start);
    return busy;
  }

  private advance(now: number): void {
    this.busy = this.busySeconds(now);
    if (this.sending > 0) {
      const passed = this.airtime.between(this.since, now);
      this.virtual += passed / this.cost;
      this.used += passed;
    }
    this.since = now;
  }

  private start(id: number, member: Member, bits: number, rate: number): void {
    member.version = ++this.versions;
    if (!(rate > 0)) {
      member.held = bits;
      member.cost = 0;
      return;
    }
    const { weight } = member;
    const isFair = this.mode === "resource-fair";
    member.cost = isFair ? weight : weight / rate;
    member.speed = isFair ? weight * rate : weight;
    member.need = bits / member.speed;
    member.end = this.virtual + member.need;
    this.cost += member.cost;
    this.sending++;
    this.push({ end: member.end, order: member.order, id, version: member.version });
  }

  /** @returns bits left */
  private stop(member: Member): number {
    member.version = 0;
    if (member.cost === 0) return member.held;
    this.cost -= member.cost;
    this.sending--;
    member.cost = 0;
    this.rest();
    return Math.max(0, member.end - this.virtual) * member.speed;
  }

  /** Nobody sends: rounding of what was added and taken away ends here. */
  private rest(): void {
    if (this.sending === 0) this.cost = 0;
    if (this.members.size > 0) return;
    this.virtual = 0;
    this.heap.length = 0;
  }

  private first(): { end: number; order: number; id: number } | null {
    const { heap } = this;
    while (heap.length > 0) {
      const top = heap[0]!;
      if (this.members.get(top.id)?.version === top.version) return top;
      const last = heap.pop()!;
      if (heap.length > 0) this.sink(last);
    }
    return null;
  }

  private push(entry: { end: number; order: number; id: number; version: number }): void {
    const { heap } = this;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.end <= entry.end) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  private sink(entry: { end: number; order: number; id: number; version: number }): void {
    const { heap } = this;
    let i = 0;
    for (let c = 1; c < heap.length; c = 2 * i + 1) {
      if (c + 1 < heap.length && heap[c + 1]!.end < heap[c]!.end) c++;
      if (heap[c]!.end >= entry.end) break;
      heap[i] = heap[c]!;
      i = c;
    }
    heap[i] = entry;
  }
}
