/** Decoder for the PNG files that hold data sets: 8 bits a sample, grey, RGB or RGBA, not interlaced (PNG specification, third edition). */
import { crc32, inflateSync } from "node:zlib";
import { UserError } from "../errors.ts";

export interface Png {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Samples, shape [height, width, channels]. */
  readonly pixels: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsByColour: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/**
 * Decodes a PNG.
 * @param name used in messages
 * @throws UserError when it is damaged, cut short or of a kind not read here
 */
export function decodePng(file: Uint8Array, name: string): Png {
  const fail = (expected: string, got: string): never => {
    throw new UserError(name, { expected, got });
  };
  if (!signature.every((byte, i) => file[i] === byte)) fail("a PNG file", `${file.length} bytes that begin otherwise`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts: Uint8Array[] = [];
  let header: Omit<Png, "pixels"> | undefined;
  let ended = false;
  for (let at = 8; !ended; ) {
    if (at + 12 > file.length) fail("a whole PNG file", `an end inside a chunk at byte ${at}`);
    const length = view.getUint32(at);
    if (at + 12 + length > file.length) fail("a whole PNG file", `a chunk of ${length} bytes cut short at byte ${at}`);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + length);
    if (crc32(file.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      fail("an undamaged PNG file", `a wrong checksum in chunk ${type} at byte ${at}`);
    }
    if (type === "IHDR") {
      const channels = channelsByColour[body[9] ?? -1];
      if (length !== 13 || channels === undefined || body[8] !== 8 || body[12] !== 0) {
        fail(
          "8 bits a sample, no palette, not interlaced",
          `bit depth ${body[8]}, colour ${body[9]}, interlace ${body[12]}`,
        );
      }
      header = { width: view.getUint32(at + 8), height: view.getUint32(at + 12), channels: channels! };
    }
    if (type === "IDAT") parts.push(body);
    ended = type === "IEND";
    at += 12 + length;
  }
  if (header === undefined || parts.length === 0) return fail("a PNG with a header and pixels", "none");
  return { ...header, pixels: unfilter(inflate(parts, name), header, name) };
}

function inflate(parts: readonly Uint8Array[], name: string): Uint8Array {
  try {
    return inflateSync(Buffer.concat(parts));
  } catch (error) {
    throw new UserError(name, { expected: "pixels that inflate", got: (error as Error).message });
  }
}

/** Undoes the filter of each line: none, left, up, average or Paeth. */
function unfilter(raw: Uint8Array, { width, height, channels }: Omit<Png, "pixels">, name: string): Uint8Array {
  const stride = width * channels;
  if (raw.length !== height * (stride + 1)) {
    throw new UserError(name, { expected: `${height * (stride + 1)} bytes of pixels`, got: String(raw.length) });
  }
  const pixels = new Uint8Array(height * stride);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)]!;
    if (filter > 4) throw new UserError(name, { expected: "a line filter 0 to 4", got: String(filter) });
    const from = row * (stride + 1) + 1;
    const to = row * stride;
    for (let i = 0; i < stride; i += 1) {
      const left = i >= channels ? pixels[to + i - channels]! : 0;
      const up = row > 0 ? pixels[to + i - stride]! : 0;
      const corner = row > 0 && i >= channels ? pixels[to + i - stride - channels]! : 0;
      pixels[to + i] = raw[from + i]! + predicted(filter, left, up, corner);
    }
  }
  return pixels;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
