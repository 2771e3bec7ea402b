/** How a tensor is written before it crosses a link: float32, float16 or uint8, each with or without deflate. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Codec } from "../profile.ts";
import { halfToFloat, toHalf } from "./half.ts";

/** Bytes of the float32 minimum and maximum that precede a uint8 tensor. */
const rangeBytes = 8;
/** Higher levels cost more time and gain nothing on activations. */
const deflateLevel = 1;

export type BaseCodec = "float32" | "float16" | "uint8";
/** The number format of a codec; deflate loses nothing. */
export const baseOf = (codec: Codec): BaseCodec => codec.replace("-deflate", "") as BaseCodec;
const deflated = (codec: Codec): boolean => codec.endsWith("-deflate");

/**
 * Bytes of a tensor on the wire.
 * uint8 spreads 0 to 255 over the tensor's own minimum to maximum; a value that is not finite is an error there.
 * @throws RangeError when uint8 meets a value that is not finite
 */
export function encode(codec: Codec, values: Float32Array): Uint8Array {
  const raw = encodeNumbers(baseOf(codec), values);
  return deflated(codec) ? deflateRawSync(raw, { level: deflateLevel }) : raw;
}

/**
 * The tensor that {@link encode} wrote, up to the codec's rounding.
 * @param length numbers in the tensor
 * @throws RangeError when the bytes are not such a tensor
 */
export function decode(codec: Codec, bytes: Uint8Array, length: number): Float32Array {
  const base = baseOf(codec);
  const size = base === "uint8" ? rangeBytes + length : length * (base === "float32" ? 4 : 2);
  let raw = bytes;
  if (deflated(codec)) {
    try {
      raw = inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
    } catch (error) {
      throw new RangeError(`${codec} tensor: expected ${size} bytes deflated, got ${(error as Error).message}`);
    }
  }
  if (raw.length !== size)
    throw new RangeError(`${codec} tensor of ${length} numbers: expected ${size} bytes, got ${raw.length}`);
  if (base === "uint8") return dequantise(raw, length);
  // Copied where the bytes are not aligned for the wider type.
  const width = base === "float32" ? 4 : 2;
  const aligned = raw.byteOffset % width === 0 ? raw : raw.slice();
  if (base === "float32") return new Float32Array(aligned.buffer, aligned.byteOffset, length).slice();
  return halfToFloat(new Uint16Array(aligned.buffer, aligned.byteOffset, length));
}

/**
 * What crosses where several tensors do: each written by itself, with its own range in uint8.
 * @param sizes numbers in each of the tensors that `values` holds one after another
 */
export function encodeEach(codec: Codec, values: Float32Array, sizes: readonly number[]): Uint8Array[] {
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return encode(codec, values.subarray(at - size, at));
  });
}

/** The tensors that {@link encodeEach} wrote, one after another. */
export function decodeEach(codec: Codec, written: readonly Uint8Array[], sizes: readonly number[]): Float32Array {
  if (written.length === 1) return decode(codec, written[0]!, sizes[0]!);
  const values = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  written.forEach((bytes, i) => {
    values.set(decode(codec, bytes, sizes[i]!), at);
    at += sizes[i]!;
  });
  return values;
}

function encodeNumbers(base: BaseCodec, values: Float32Array): Uint8Array {
  if (base === "uint8") return quantise(values);
  const numbers = base === "float32" ? values.slice() : toHalf(values);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function quantise(values: Float32Array): Uint8Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let finite = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    // 0 for finite values, else NaN.
    finite += value - value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const bytes = new Uint8Array(rangeBytes + values.length);
  if (values.length === 0) return bytes;
  if (finite !== 0) throw new RangeError("uint8 tensor: expected finite numbers, got NaN or an infinity");
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, low, true);
  view.setFloat32(4, high, true);
  const scale = high > low ? 255 / (high - low) : 0;
  // Rounds half up: the sum is never negative.
  for (let i = 0; i < values.length; i += 1) bytes[rangeBytes + i] = (values[i]! - low) * scale + 0.5;
  return bytes;
}

function dequantise(bytes: Uint8Array, length: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = view.getFloat32(0, true);
  const step = (view.getFloat32(4, true) - low) / 255;
  const values = new Float32Array(length);
  for (let i = 0; i < length; i += 1) values[i] = low + step * bytes[rangeBytes + i]!;
  return values;
}
