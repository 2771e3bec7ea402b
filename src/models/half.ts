/** 16-bit floats (IEEE 754 binary16), which JavaScript engines of Node 20 do not have. */

const floatBits = new Float32Array(1);
const intBits = new Uint32Array(floatBits.buffer);

/** Rounds to the nearest 16-bit float, ties to even; beyond 65,504 it is infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const half = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i += 1) half[i] = halfBits(values[i]!);
  return half;
}

function halfBits(value: number): number {
  floatBits[0] = value;
  const bits = intBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude >= 0x38800000) {
    // Rebias the exponent from 127 to 15, then round on the 13 bits that are dropped.
    const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
    return sign | (rounded >>> 13);
  }
  // Below the smallest normal half, steps are 2^-24; adding 0.5 in float32 rounds to that step.
  floatBits[0] = Math.abs(value) + 0.5;
  return sign | (intBits[0]! - 0x3f000000);
}

const table = halfTable();

/** Widens 16-bit floats, exactly. */
export function halfToFloat(half: Uint16Array): Float32Array {
  const values = new Float32Array(half.length);
  for (let i = 0; i < half.length; i += 1) values[i] = table[half[i]!]!;
  return values;
}

function halfTable(): Float32Array {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = (bits & 0x8000) === 0 ? 1 : -1;
    const exponent = (bits >>> 10) & 31;
    const fraction = bits & 0x3ff;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
