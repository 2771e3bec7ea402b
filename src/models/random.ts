/** Seeded draws for initial weights, shuffling and augmentation. A stream depends on (seed, labels) alone, so a resumed run repeats them. */

/** Uniform numbers in [0, 1) with 32 random bits: sfc32 (Doty-Humphrey, PractRand), its state mixed from the seed and the labels. */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): () => number {
  let state = 0x9e3779b9;
  const mix = (value: number): number => {
    // Finaliser of MurmurHash3 (Appleby), applied to a running state.
    state = Math.imul(state ^ value ^ (state >>> 16), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state = ((state ^ (state >>> 16)) + 0x6d2b79f5) | 0;
    return state;
  };
  mix(seed | 0);
  mix(Math.floor(seed / 2 ** 32) | 0);
  for (const label of labels) for (const code of String(label)) mix(code.codePointAt(0)!);
  let a = mix(1);
  let b = mix(2);
  let c = mix(3);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

/** Standard normal draws from a uniform stream (Box-Muller). */
export function normalDraw(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The numbers 0 to n-1 in random order (Fisher-Yates). */
export function permutation(n: number, uniform: () => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(uniform() * (i + 1));
    const swap = order[i]!;
    order[i] = order[j]!;
    order[j] = swap;
  }
  return order;
}
