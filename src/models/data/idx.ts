/** IDX, the format of MNIST and its relatives: big-endian dimensions, then bytes; plain or gzipped. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import type { Rows } from "./dataset.ts";

/**
 * Parses an IDX file of unsigned bytes.
 * @param name used in messages
 * @returns the dimensions and the values, row major
 * @throws UserError when the bytes are not such a file or are cut short
 */
export function parseIdx(bytes: Uint8Array, name: string): { shape: number[]; values: Uint8Array } {
  let raw = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      raw = gunzipSync(bytes);
    } catch (error) {
      throw new UserError(name, { expected: "a whole gzip file", got: (error as Error).message });
    }
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const rank = raw[3] ?? 0;
  if (
    raw.length < 4 ||
    raw[0] !== 0 ||
    raw[1] !== 0 ||
    raw[2] !== 8 ||
    rank < 1 ||
    rank > 4 ||
    raw.length < 4 + 4 * rank
  ) {
    throw new UserError(name, {
      expected: "an IDX file of unsigned bytes (it begins 00 00 08)",
      got: raw.length === 0 ? "an empty file" : `bytes ${[...raw.subarray(0, 4)].map(hex).join(" ")}`,
    });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, side) => product * side, 1);
  const values = raw.subarray(4 + 4 * rank);
  if (values.length !== size) {
    throw new UserError(name, { expected: `${size} values for shape [${shape}]`, got: `${values.length} bytes` });
  }
  return { shape, values };
}

/** Reads `<part>-images-idx3-ubyte` and `<part>-labels-idx1-ubyte`, each with or without `.gz`. */
export function readIdxImages(folder: string, part: string, side: number): Rows {
  const images = readPart(folder, `${part}-images-idx3-ubyte`);
  const labels = readPart(folder, `${part}-labels-idx1-ubyte`);
  const count = images.shape[0] ?? 0;
  if (images.shape.length !== 3 || images.shape[1] !== side || images.shape[2] !== side || count === 0) {
    throw new UserError(images.path, { expected: `images of ${side} x ${side}`, got: `shape [${images.shape}]` });
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new UserError(labels.path, { expected: `${count} labels`, got: `shape [${labels.shape}]` });
  }
  return { count, images: images.values, labels: labels.values };
}

function readPart(folder: string, file: string): { shape: number[]; values: Uint8Array; path: string } {
  const paths = [join(folder, `${file}.gz`), join(folder, file)];
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new UserError(`data folder ${folder}`, { expected: `the file ${file}.gz or ${file}`, got: "neither" });
  }
  return { ...parseIdx(readFileSync(path), path), path };
}

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
