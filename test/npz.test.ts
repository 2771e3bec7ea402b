import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { type NpyArray, readNpy, readNpz, writeNpy, writeNpz } from "../src/npz.ts";

// What `numpy.savez` of numpy 1.26 wrote for f4=[[1.5, -2]], i8=[3, 4]; the int64 member as numpy spells it.
const header = (descr: string, shape: string, order = "False"): Uint8Array => {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const padded = `${text.padEnd(128 - 11)}\n`;
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    padded.length,
    0,
    ...new TextEncoder().encode(padded),
  );
};
const npy = (descr: string, shape: string, values: Uint8Array, order?: string): Uint8Array =>
  new Uint8Array([...header(descr, shape, order), ...values]);
const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer);

describe("a .npy array", () => {
  const cases: [string, NpyArray["data"]][] = [
    ["<f4", Float32Array.of(1.5, -2, 3, 0)],
    ["<f8", Float64Array.of(0.1, -2, 3, 1e300)],
    ["<i4", Int32Array.of(-1, 2, 3, 4)],
    ["<u4", Uint32Array.of(4294967295, 2, 3, 4)],
    ["<i2", Int16Array.of(-1, 2, 3, 4)],
    ["|u1", Uint8Array.of(255, 2, 3, 4)],
    ["|i1", Int8Array.of(-1, 2, 3, 4)],
    ["<i8", BigInt64Array.of(-1n, 2n, 3n, 4n)],
    ["<u8", BigUint64Array.of(2n ** 63n, 2n, 3n, 4n)],
  ];
  test.each(cases)("of dtype %s as NumPy writes it is read, and written the same", (descr, data) => {
    const file = npy(descr, "(2, 2)", bytesOf(data));
    expect(readNpy(file)).toEqual({ shape: [2, 2], data });
    expect(readNpy(writeNpy({ shape: [2, 2], data }))).toEqual({ shape: [2, 2], data });
  });

  test("stored without compression is read from a Node buffer, whose slices share its memory, as from bytes", () => {
    const data = Float32Array.of(1.5, -2, 3);
    const file = zipSync({ "x.npy": [npy("<f4", "(3,)", bytesOf(data)), { level: 0 }] });
    for (const bytes of [file, Buffer.from(file)]) expect(readNpz(bytes).x).toEqual({ shape: [3], data });
  });

  test("of one axis, none, and no values keep their shape", () => {
    for (const shape of [[3], [], [0, 4]]) {
      const size = shape.reduce((a, b) => a * b, 1);
      expect(readNpy(writeNpy({ shape, data: new Float32Array(size) })).shape).toEqual(shape);
    }
  });

  test.each([
    ["nothing", new Uint8Array(0), "got nothing"],
    ["text", new TextEncoder().encode("a text file, not an array"), "begin otherwise"],
    ["values missing", npy("<f4", "(3,)", new Uint8Array(8)), "expected 12 bytes of values"],
    ["a dtype of text", npy("<U3", "(1,)", new Uint8Array(12)), "<U3"],
    ["big-endian numbers", npy(">f4", "(1,)", new Uint8Array(4)), ">f4"],
    ["Fortran order", npy("<f4", "(2, 2)", new Uint8Array(16), "True"), "numpy.ascontiguousarray"],
    ["a negative side", npy("<f4", "(-1,)", new Uint8Array(4)), "whole numbers"],
    ["a header cut short", header("<f4", "(1,)").subarray(0, 60), "expected a header"],
  ])("with %s is a RangeError that says so", (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(RangeError);
    expect(() => readNpy(bytes)).toThrow(message);
  });
});

describe("a .npz archive", () => {
  const arrays = {
    logits: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    split: { shape: [2], data: Uint8Array.of(0, 1) },
  };

  test.each([0, 9] as const)("written at level %i is read back with its names", (level) => {
    expect(readNpz(writeNpz(arrays, level))).toEqual(arrays);
  });

  test("is the same bytes whenever it is written", () => {
    expect(writeNpz(arrays)).toEqual(writeNpz(structuredClone(arrays)));
  });

  test("as Python's zipfile writes it, with an extra field in the local header, is read", () => {
    const file = zipSync({
      "labels.npy": [npy("<i8", "(2,)", bytesOf(BigInt64Array.of(7n, 9n))), { extra: { 1: new Uint8Array(16) } }],
    });
    expect(readNpz(file).labels?.data).toEqual(BigInt64Array.of(7n, 9n));
  });

  test("cut short at any byte is a RangeError and nothing else", () => {
    const file = writeNpz(arrays);
    for (let length = 0; length < file.length; length += 7) {
      expect(() => readNpz(file.subarray(0, length), "exits.npz")).toThrow(RangeError);
    }
  });

  test("with one byte changed is a RangeError or, where no byte counts, the same arrays", () => {
    const file = writeNpz(arrays);
    for (let at = 0; at < file.length; at += 1) {
      const damaged = file.slice();
      damaged[at] = damaged[at]! ^ 0x55;
      try {
        for (const [name, array] of Object.entries(readNpz(damaged))) {
          if (name in arrays) expect(array).toEqual(arrays[name as "split"]);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  test("refuses an array whose values do not fill its shape", () => {
    expect(() => writeNpz({ a: { shape: [4], data: new Uint8Array(3) } })).toThrow("expected 4 values");
  });
});
