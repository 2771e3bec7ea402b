/**
 * Two 64-bit hashes of an event history: of the order of events (no floating point in it), and of their times rounded to 1 ns.
 * They detect change, not error. Multiply and rotate, two words of 32 bits each.
 */
export class Fingerprint {
  private a = 0x243f6a88;
  private b = 0x05a308d3;
  private c = 0x13198a2e;
  private d = 0x03707344;

  add(code: number, request: number, time: number): void {
    const a = (Math.imul(this.a ^ code, 0x01000193) + request) | 0;
    this.a = a;
    this.b = (((this.b << 5) | (this.b >>> 27)) + a) | 0;
    // Low and high word of the nanoseconds; both conversions cut, which after adding a half is rounding.
    const ns = time * 1e9 + 0.5;
    const c = Math.imul(this.c, 0x01000193) ^ ns;
    this.c = c;
    this.d = (((this.d << 7) | (this.d >>> 25)) + c + ((ns * 2 ** -32) | 0)) | 0;
  }

  state(): readonly [number, number, number, number] {
    return [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.d >>> 0];
  }
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
