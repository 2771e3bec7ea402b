/** Fingerprints of event histories; how an event enters one: `record` in `loop/assembly/tally.ts`. */

/** What a fingerprint begins with. */
export const fingerprintSeed = [0x243f6a88, 0x05a308d3, 0x13198a2e, 0x03707344] as const;

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
