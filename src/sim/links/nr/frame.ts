/**
 * Slots of a 5G carrier: their length, and which of them carry downlink and uplink. Slot 0 begins at time 0, and so does the pattern.
 * Instants between slots are counted in slots: 2.5 is the middle of slot 2.
 */
import type { Seconds } from "../../../units.ts";

/** What a slot is for: `D` downlink, `U` uplink, `S` downlink and then a switch to uplink, `B` both at once (paired spectrum). */
export type SlotUse = "D" | "S" | "U" | "B";

/** An instant this close before a slot is at its beginning [slots]: what two ways of adding the same times may differ by. */
const together = 1e-6;

export class Frame {
  readonly pattern: readonly SlotUse[];
  /** Slots a second: 1000 x 2^mu (3GPP TS 38.211, table 4.3.2-1). */
  readonly slotsPerSecond: number;

  /**
   * @param numerology mu, 0 to 4: subcarriers of 15 kHz x 2^mu
   * @param pattern such as `DDDSU`, repeated for ever
   * @throws RangeError where a direction has no slot at all
   */
  constructor(numerology: number, pattern: string) {
    if (!(Number.isInteger(numerology) && numerology >= 0 && numerology <= 4))
      throw new RangeError(`numerology is 0 to 4, got ${numerology}`);
    if (!/^[DSUB]+$/.test(pattern)) throw new RangeError(`a slot pattern is made of D, S, U and B, got "${pattern}"`);
    this.pattern = [...pattern] as SlotUse[];
    this.slotsPerSecond = 1000 * 2 ** numerology;
    if (!this.pattern.some(isUplink) || !this.pattern.some(isDownlink))
      throw new RangeError(`a slot pattern has an uplink and a downlink slot, got "${pattern}"`);
  }

  /** Beginning of a slot. */
  startOf(slot: number): Seconds {
    return (slot / this.slotsPerSecond) as Seconds;
  }

  /** An instant in slots. */
  inSlots(t: number): number {
    return t * this.slotsPerSecond;
  }

  use(slot: number): SlotUse {
    return this.pattern[slot % this.pattern.length]!;
  }

  /** First slot with uplink that begins at `from` [slots] or later. */
  nextUplink(from: number): number {
    return this.next(from, isUplink);
  }

  /** First slot with downlink, data or grants, that begins at `from` [slots] or later. */
  nextDownlink(from: number): number {
    return this.next(from, isDownlink);
  }

  /** First uplink slot from `from` on with an occasion: the first uplink slot of every `period` slots, counted from slot 0; 0 for all of them. */
  nextOccasion(from: number, period: number): number {
    if (period === 0) return this.nextUplink(from);
    const least = ceilSlot(from);
    const round = Math.floor(least / period) * period;
    const occasion = this.nextUplink(round);
    return occasion >= least ? occasion : this.nextUplink(round + period);
  }

  private next(from: number, fits: (use: SlotUse) => boolean): number {
    let slot = ceilSlot(from);
    while (!fits(this.use(slot))) slot++;
    return slot;
  }
}

export function isUplink(use: SlotUse): boolean {
  return use === "U" || use === "B";
}

export function isDownlink(use: SlotUse): boolean {
  return use !== "U";
}

/** First slot that begins at `from` [slots] or later. */
export function ceilSlot(from: number): number {
  return Math.max(0, Math.ceil(from - together));
}
