/** The labelled rows that networks are trained and measured on. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type DatasetName, datasetNames, sources } from "./sources.ts";
import { readTabular } from "./user-data.ts";

/** Mean and standard deviation by channel, on the scale of the samples. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly sd: readonly number[];
}

/** Labelled samples: 8-bit images, or numbers of any kind. */
export interface Rows {
  readonly count: number;
  /** Shape [count, height, width, channels]. */
  readonly images: Uint8Array | Float32Array;
  /** Shape [count], each below the number of classes, of which there are at most 256. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly name: string;
  readonly classes: readonly string[];
  /** [height, width, channels]; [1, 1, features] for a table, [length, 1, channels] for a series. */
  readonly shape: readonly [number, number, number];
  /** Of the training set. */
  readonly normalise: Normalisation;
  /** The official training set, all of it; calibration rows are its end. */
  readonly train: Rows;
  /** The official test set. */
  readonly test: Rows;
}

export { type DatasetName, datasetNames } from "./sources.ts";

/** Class names of a data set, in the order of its labels. */
export const classesOf = (name: DatasetName): readonly string[] => sources[name].classes;

const isKnown = (name: string): name is DatasetName => Object.hasOwn(sources, name);

/** The folder a known set would be read from on this machine; null where it is in none of the usual ones. */
export function findDataset(name: DatasetName): string | null {
  return sources[name].folders().find((candidate) => existsSync(candidate)) ?? null;
}

/**
 * Reads a known set from a folder, or from where its package puts it; or a user's own csv or npz.
 * @param name a known set, or the path of a `.csv` or `.npz` file, or of a folder with `train.csv` and `test.csv`
 * @throws UserError when it is not there or a file is damaged
 */
export function loadDataset(name: string, folder?: string): Dataset {
  if (!isKnown(name)) return readOwn(name);
  const source = sources[name];
  const candidates = folder === undefined ? source.folders() : [folder];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new UserError(`data set ${name}`, {
      expected: folder === undefined ? `a folder such as ${candidates[0]}` : "an existing folder",
      got: folder === undefined ? "none of the usual folders" : folder,
      hint: folder === undefined ? `offramp data get ${name}; or ${source.install}` : source.install,
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
  return { name, classes: source.classes, shape: source.shape, normalise: source.normalise, train, test };
}

function readOwn(path: string): Dataset {
  if (!existsSync(path)) {
    throw new UserError(`data set ${JSON.stringify(path)}`, {
      expected: `${datasetNames.join(", ")}, or the path of a csv or npz file`,
      got: "no such set and no such file",
    });
  }
  return statSync(path).isDirectory()
    ? readTabular(join(path, "train.csv"), join(path, "test.csv"))
    : readTabular(path, null);
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
