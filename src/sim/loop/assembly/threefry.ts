/** The same numbers as `uniform` of `random.ts`. */

const PARITY: i32 = 0x1bd11bda;

/** Uniform on the open interval (0, 1) for a counter under a key. */
@inline
export function uniform(k0: i32, k1: i32, c0: i32, c1: i32): f64 {
  const k2 = PARITY ^ k0 ^ k1;
  let x = c0 + k0;
  let y = c1 + k1;
  x += y;
  y = rotl(y, 13) ^ x;
  x += y;
  y = rotl(y, 15) ^ x;
  x += y;
  y = rotl(y, 26) ^ x;
  x += y;
  y = rotl(y, 6) ^ x;
  x += k1;
  y += k2 + 1;
  x += y;
  y = rotl(y, 17) ^ x;
  x += y;
  y = rotl(y, 29) ^ x;
  x += y;
  y = rotl(y, 16) ^ x;
  x += y;
  y = rotl(y, 24) ^ x;
  x += k2;
  y += k0 + 2;
  x += y;
  y = rotl(y, 13) ^ x;
  x += y;
  y = rotl(y, 15) ^ x;
  x += y;
  y = rotl(y, 26) ^ x;
  x += y;
  y = rotl(y, 6) ^ x;
  x += k0;
  y += k1 + 3;
  x += y;
  y = rotl(y, 17) ^ x;
  x += y;
  y = rotl(y, 29) ^ x;
  x += y;
  y = rotl(y, 16) ^ x;
  x += y;
  y = rotl(y, 24) ^ x;
  x += k1;
  y += k2 + 4;
  x += y;
  y = rotl(y, 13) ^ x;
  x += y;
  y = rotl(y, 15) ^ x;
  x += y;
  y = rotl(y, 26) ^ x;
  x += y;
  y = rotl(y, 6) ^ x;
  x += k2;
  y += k0 + 5;
  return <f64>(<u32>x >>> 6) * 2.0 ** -26.0 + (<f64>(<u32>y >>> 6) + 0.5) * 2.0 ** -52.0;
}
