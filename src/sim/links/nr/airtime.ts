/**
 * Time that a direction of a cell has for sending: it passes in its own slots only. Exact and in closed form, so that nothing has to be
 * stepped through: what is sent at one rate of airtime ends where the airtime says.
 */
import type { Seconds } from "../../../units.ts";
import { type Frame, isUplink } from "./frame.ts";

export class Airtime {
  private readonly frame: Frame;
  private readonly period: number;
  /** Airtime [slots] of each slot of the pattern, and of those before it. */
  private readonly within: readonly number[];
  private readonly before: readonly number[];
  private readonly total: number;

  /** @param special part of an `S` slot that is downlink */
  constructor(frame: Frame, direction: 0 | 1, special: number) {
    this.frame = frame;
    this.within = frame.pattern.map((use) => {
      if (direction === 0) return isUplink(use) ? 1 : 0;
      return use === "U" ? 0 : use === "S" ? special : 1;
    });
    let sum = 0;
    this.before = this.within.map((part) => {
      const at = sum;
      sum += part;
      return at;
    });
    this.total = sum;
    this.period = this.within.length;
  }

  /** Share of all time. */
  get share(): number {
    return this.total / this.period;
  }

  /** Beginnings of slots between two instants [s], those of the last pattern only. */
  slotsBefore(to: number, from: number): number[] {
    const { frame, period } = this;
    const last = Math.floor(frame.inSlots(to));
    const first = Math.max(last - period, Math.floor(frame.inSlots(from)) + 1);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => frame.startOf(first + i));
  }

  /** Whether something is sent in a slot. */
  has(slot: number): boolean {
    return this.within[slot % this.period]! > 0;
  }

  /** Airtime between two instants [s]. */
  between(from: number, to: number): Seconds {
    if (!(to > from)) return 0 as Seconds;
    const { frame, period, total } = this;
    const [a, b] = [frame.inSlots(from), frame.inSlots(to)];
    const [first, last] = [Math.floor(a / period), Math.floor(b / period)];
    const slots = (last - first) * total + this.passed(b - last * period) - this.passed(a - first * period);
    return (slots / frame.slotsPerSecond) as Seconds;
  }

  /** Instant at which so much airtime has passed since `from`: the first, where it passes no further for a while. */
  after(from: number, airtime: number): Seconds {
    if (!(airtime > 0)) return from as Seconds;
    if (airtime === Number.POSITIVE_INFINITY) return airtime as Seconds;
    const { frame, period, total } = this;
    const a = frame.inSlots(from);
    const start = Math.floor(a / period);
    let left = frame.inSlots(airtime) + this.passed(a - start * period);
    // What ends with a period ends within it, not at the beginning of the next one's slots.
    const rounds = Math.max(0, Math.ceil(left / total) - 1);
    left -= rounds * total;
    let slot = 0;
    while (slot < period - 1 && left > this.before[slot]! + this.within[slot]!) slot++;
    const at = (start + rounds) * period + slot + Math.min(this.within[slot]!, left - this.before[slot]!);
    return Math.max(from, at / frame.slotsPerSecond) as Seconds;
  }

  /** Airtime from the beginning of the pattern to a place in it [slots]; a slot's airtime is at its beginning. */
  private passed(place: number): number {
    const slot = Math.min(this.period - 1, Math.floor(place));
    return this.before[slot]! + Math.min(this.within[slot]!, place - slot);
  }
}
