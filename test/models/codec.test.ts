import { describe, expect, test } from "vitest";
import { decode, encode } from "../../src/models/codec.ts";
import { halfToFloat, toHalf } from "../../src/models/half.ts";
import { randomStream } from "../../src/models/random.ts";
import { codecs } from "../../src/profile.ts";

const uniform = randomStream(4, "tensor");
/** Half of it zeros, as after a relu. */
const tensor = Float32Array.from({ length: 1000 }, () => Math.max(0, 4 * uniform() - 2));

describe("16-bit floats", () => {
  test("are rounded to nearest, ties to even, with subnormals, infinities and NaN", () => {
    const cases: [number, number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65519, 0x7bff],
      [65520, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000], // a tie, to the even 0
      [1.5 * 2 ** -24, 0x0002], // a tie, to the even 2
      [1 + 2 ** -11, 0x3c00], // a tie, to the even 1
      [1 + 3 * 2 ** -11, 0x3c02], // a tie, to the even neighbour above
      [1 / 3, 0x3555],
    ];
    for (const [value, bits] of cases) expect(toHalf(Float32Array.of(value))[0], String(value)).toBe(bits);
    expect(Number.isNaN(halfToFloat(toHalf(Float32Array.of(Number.NaN)))[0])).toBe(true);
  });

  test("all 65,536 come back as they were", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(toHalf(halfToFloat(all))).toEqual(all);
  });
});

describe("a tensor on the wire", () => {
  test.each(codecs)("%s gives back the tensor within its step", (codec) => {
    const back = decode(codec, encode(codec, tensor), tensor.length);
    const step = codec.startsWith("float32") ? 0 : codec.startsWith("float16") ? 2 ** -11 * 2 : 2 / 255 / 2;
    back.forEach((value, i) => {
      if (Math.abs(value - tensor[i]!) > step + 1e-6)
        throw new Error(`${codec}[${i}]: ${value}, expected ${tensor[i]}`);
    });
  });

  test("takes 4, 2 and 1 bytes a number, uint8 with 8 bytes of minimum and maximum before them", () => {
    expect(
      [encode("float32", tensor), encode("float16", tensor), encode("uint8", tensor)].map((bytes) => bytes.length),
    ).toEqual([4000, 2000, 1008]);
    for (const codec of ["float32", "float16", "uint8"] as const) {
      expect(encode(`${codec}-deflate`, tensor).length).toBeLessThan(encode(codec, tensor).length);
      expect(decode(`${codec}-deflate`, encode(`${codec}-deflate`, tensor), 1000)).toEqual(
        decode(codec, encode(codec, tensor), 1000),
      );
    }
  });

  test("of equal numbers, or none, survives every codec", () => {
    for (const codec of codecs) {
      for (const values of [Float32Array.of(2.5, 2.5, 2.5), new Float32Array(0)])
        expect(decode(codec, encode(codec, values), values.length)).toEqual(values);
    }
  });

  test("that is not finite can not be written as uint8", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => encode("uint8", Float32Array.of(1, value))).toThrow(RangeError);
  });

  test.each(codecs)("%s cut short or of another length is a RangeError", (codec) => {
    const bytes = encode(codec, tensor);
    expect(() => decode(codec, bytes.subarray(0, bytes.length - 3), 1000)).toThrow(RangeError);
    expect(() => decode(codec, bytes, 999)).toThrow(RangeError);
  });
});
