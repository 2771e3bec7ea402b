import type { Ints, Reals } from "./pack.ts";

/** Events that may wait to enter a fingerprint. */
export const historyRoom = 4096;

/**
 * Two 64-bit hashes of an event history: of the order of events (no floating point in it), and of their times rounded to 1 ns.
 * They detect change, not error. Multiply and rotate, two words of 32 bits each.
 */
export class Fingerprint {
  /** How many events are in it. */
  events = 0;
  private a = 0x243f6a88;
  private b = 0x05a308d3;
  private c = 0x13198a2e;
  private d = 0x03707344;
  /** Of each event that waits: what happens where, to which request, when. */
  private readonly words: Ints;
  private readonly orders: Ints;
  private readonly times: Reals;

  constructor(words: Ints, orders: Ints, times: Reals) {
    this.words = words;
    this.orders = orders;
    this.times = times;
  }

  /** Takes in the first `n` events that wait. */
  add(n: number): void {
    const { words, orders, times } = this;
    let { a, b, c, d } = this;
    for (let i = 0; i < n; i++) {
      a = (Math.imul(a ^ words[i]!, 0x01000193) + orders[i]!) | 0;
      b = (((b << 5) | (b >>> 27)) + a) | 0;
      // Low and high word of the nanoseconds; both conversions cut, which after adding a half is rounding.
      const ns = times[i]! * 1e9 + 0.5;
      c = Math.imul(c, 0x01000193) ^ ns;
      d = (((d << 7) | (d >>> 25)) + c + ((ns * 2 ** -32) | 0)) | 0;
    }
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.events += n;
  }

  state(): readonly [number, number, number, number] {
    return [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0];
  }
}

/** What stands for a name in a fingerprint, so that it does not depend on the order in which things are declared. FNV-1a, 32 bits. */
export function nameWord(kind: string, name: string): number {
  let word = 0x811c9dc5 | 0;
  for (const letter of `${kind} ${name}`) word = Math.imul(word ^ letter.codePointAt(0)!, 0x01000193);
  return word;
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** Fingerprints of several replications as one, in order. */
export function combineFingerprints(states: readonly (readonly [number, number, number, number])[]): {
  order: string;
  time: string;
} {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (const [wa, wb, wc, wd] of states) {
    a = Math.imul(a ^ wa, 0x01000193) ^ (a >>> 15);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ wb, 0x9e3779b1 | 0);
    c = Math.imul(c ^ wc, 0x85ebca6b | 0) ^ (c >>> 13);
    d = Math.imul((d << 7) ^ (d >>> 25) ^ wd, 0xc2b2ae35 | 0);
  }
  return { order: hex(a) + hex(b), time: hex(c) + hex(d) };
}
