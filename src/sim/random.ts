/**
 * Random numbers by key and counter: a draw depends on what it is for, never on which draws came before it.
 * Threefry-2x32 with 20 rounds. J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11, doi:10.1145/2063384.2063405: passes TestU01's BigCrush as keyed and as counting generator.
 */

/** Draws of one rule, a stream of its own. */
export interface Random {
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
}

/** Sixty-four bits, as two int32: names one stream of draws. */
export interface Key {
  readonly k0: number;
  readonly k1: number;
}

/** Where {@link threefry} leaves its two words, until the next call. */
export const block = new Int32Array(2);

const PARITY = 0x1bd11bda;

/**
 * Sixty-four random bits for a counter under a key; into {@link block}, so that nothing is allocated.
 * A bijection of counters for any one key. Words are taken modulo 2^32.
 */
export function threefry(k0: number, k1: number, c0: number, c1: number): void {
  k0 |= 0;
  k1 |= 0;
  const k2 = PARITY ^ k0 ^ k1;
  let x = ((c0 | 0) + k0) | 0;
  let y = ((c1 | 0) + k1) | 0;

  // Four rounds, then a word of the key: the rotations are those of the paper, table 2.
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0;
  y = (y + ((k2 + 1) | 0)) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0;
  y = (y + ((k0 + 2) | 0)) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0;
  y = (y + ((k1 + 3) | 0)) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0;
  y = (y + ((k2 + 4) | 0)) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  block[0] = (x + k2) | 0;
  block[1] = (y + ((k0 + 5) | 0)) | 0;
}

/**
 * Uniform on the open interval (0, 1): an odd multiple of 2^-53, so that 1 - u is exact and as likely as u.
 * The middle of one of 2^52 equal cells; of 2^53 cells the middle of the last would round to 1.
 */
export function uniform(k0: number, k1: number, c0: number, c1: number): number {
  threefry(k0, k1, c0, c1);
  // Scaled before they are added: as integers V8 would take the detour over int64.
  return (block[0]! >>> 6) * 2 ** -26 + ((block[1]! >>> 6) + 0.5) * 2 ** -52;
}

/**
 * The key of a purpose, such as `deriveKey(7, 0, "arrival", "camera")`. Different paths give different keys but for chance (2^-64 a pair):
 * what is hashed tells texts from numbers, and where one part ends.
 * @param seed any non-negative integer below 2^53
 * @param replication the same
 * @param path texts, and non-negative integers below 2^53
 * @throws RangeError for any other number
 */
export function deriveKey(seed: number, replication: number, ...path: readonly (string | number)[]): Key {
  const state = { k0: 0, k1: 0 };
  absorbNumber(state, seed);
  absorbNumber(state, replication);
  for (const part of path) {
    if (typeof part === "string") {
      absorb(state, 1, part.length);
      for (let i = 0; i < part.length; i += 4) absorb(state, pair(part, i), pair(part, i + 2));
    } else {
      absorb(state, 2, 0);
      absorbNumber(state, part);
    }
  }
  absorb(state, 3, path.length);
  return state;
}

/** Two UTF-16 units from `at` as one word; 0 after the end, which the length absorbed before tells from a unit 0. */
function pair(text: string, at: number): number {
  return (at < text.length ? text.charCodeAt(at) << 16 : 0) | (at + 1 < text.length ? text.charCodeAt(at + 1) : 0);
}

function absorbNumber(state: { k0: number; k1: number }, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`a key takes non-negative integers below 2^53, got ${value}`);
  }
  absorb(state, value | 0, Math.floor(value / 0x100000000));
}

function absorb(state: { k0: number; k1: number }, w0: number, w1: number): void {
  threefry(state.k0, state.k1, w0, w1);
  state.k0 = block[0]!;
  state.k1 = block[1]!;
}

/** Bits of the second counter word that name a device; the other twelve number the draws of one (request, device). */
export const DEVICE_BITS = 20;

/**
 * Draw after draw for one (request, device) under a key: draw j is at counter (request, device + j 2^20).
 * After 4,096 draws it goes on under a key derived from the first, so a stream never repeats.
 */
export class KeyedRandom implements Random {
  readonly #key: Key;
  #k0 = 0;
  #k1 = 0;
  #c0 = 0;
  #device = 0;
  #draws = 0;

  constructor(key: Key, c0 = 0, c1 = 0) {
    this.#key = key;
    this.set(c0, c1);
  }

  /**
   * Starts anew at a request and device.
   * @param c0 request number
   * @param c1 device, below 2^20
   */
  set(c0: number, c1: number): void {
    this.#k0 = this.#key.k0;
    this.#k1 = this.#key.k1;
    this.#c0 = c0;
    this.#device = c1;
    this.#draws = 0;
  }

  uniform(): number {
    if (this.#draws === 1 << (32 - DEVICE_BITS)) this.#moveOn();
    return uniform(this.#k0, this.#k1, this.#c0, this.#device + (this.#draws++ << DEVICE_BITS));
  }

  /** The key of the next 4,096 draws: unlike any counter's output, because the key is changed before it is used. */
  #moveOn(): void {
    threefry(this.#k0 ^ PARITY, ~this.#k1, this.#c0, this.#device);
    this.#k0 = block[0]!;
    this.#k1 = block[1]!;
    this.#draws = 0;
  }
}
