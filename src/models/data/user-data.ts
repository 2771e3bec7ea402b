/** A user's own rows: a table as csv, or arrays as npz. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type NpyArray, readNpz } from "../../npz.ts";
import { UserError } from "../errors.ts";
import type { Dataset, Normalisation, Rows } from "./dataset.ts";

type Shape = readonly [number, number, number];
interface Labelled {
  readonly count: number;
  readonly values: Uint8Array | Float32Array;
  /** Class of each row by name. */
  readonly labels: readonly string[];
}

/** Rows of a file that holds no test rows of its own that become test rows: every fifth. */
const testEvery = 5;
const mostClasses = 256;

/**
 * Reads a csv file whose columns are numbers but for `label` (any text) and, if there is one, `split` (`train` or `test`); or an npz file with
 * `x` and `y`, or `x_train`, `y_train`, `x_test` and `y_test`. Where nothing says which rows are test rows, every fifth is.
 * @param test a second csv file with the test rows; null where the first holds all
 * @throws UserError naming the line or the array at fault
 */
export function readTabular(path: string, test: string | null): Dataset {
  const isArchive = path.endsWith(".npz");
  const { train, held, shape } = isArchive ? readArrays(path) : readTables(path, test);
  const names = [...new Set([...train.labels, ...held.labels])].sort(byNumberThenName);
  if (names.length < 2 || names.length > mostClasses) {
    throw new UserError(path, { expected: `2 to ${mostClasses} classes`, got: String(names.length) });
  }
  const unseen = names.find((name) => !train.labels.includes(name));
  if (unseen !== undefined) {
    throw new UserError(path, {
      expected: "every class among the training rows",
      got: `none of class ${unseen} there`,
    });
  }
  const rows = ({ count, values, labels }: Labelled): Rows => ({
    count,
    images: values,
    labels: Uint8Array.from(labels, (label) => names.indexOf(label)),
  });
  return {
    name: basename(path).replace(/\.(csv|npz)$/, ""),
    classes: names,
    shape,
    normalise: momentsOf(train.values, shape[2]),
    train: rows(train),
    test: rows(held),
  };
}

/** Mean and standard deviation by channel; a channel that never changes gets 1, so that dividing by it is harmless. */
export function momentsOf(values: ArrayLike<number>, channels: number): Normalisation {
  const mean = new Float64Array(channels);
  const square = new Float64Array(channels);
  const count = values.length / channels;
  for (let i = 0; i < values.length; i += 1) mean[i % channels] = mean[i % channels]! + values[i]! / count;
  for (let i = 0; i < values.length; i += 1) {
    square[i % channels] = square[i % channels]! + (values[i]! - mean[i % channels]!) ** 2 / count;
  }
  return { mean: [...mean], sd: Array.from(square, (value) => (value > 0 ? Math.sqrt(value) : 1)) };
}

const byNumberThenName = (a: string, b: string): number => {
  const [left, right] = [Number(a), Number(b)];
  return Number.isNaN(left) || Number.isNaN(right) ? (a < b ? -1 : 1) : left - right;
};

function readTables(path: string, test: string | null): { train: Labelled; held: Labelled; shape: Shape } {
  const first = readCsv(path);
  if (test === null) {
    const { train, held } = parted(first.rows, first.splits);
    return { train, held, shape: [1, 1, first.features.length] };
  }
  const second = readCsv(test);
  if (second.features.join() !== first.features.join()) {
    throw new UserError(test, {
      expected: `the columns of ${path}: ${first.features.join(", ")}`,
      got: second.features.join(", "),
    });
  }
  return { train: first.rows, held: second.rows, shape: [1, 1, first.features.length] };
}

interface Csv {
  readonly features: readonly string[];
  readonly rows: Labelled;
  readonly splits: readonly string[] | null;
}

function readCsv(path: string): Csv {
  if (!existsSync(path)) throw new UserError(path, { expected: "a csv file", got: "no such file" });
  const lines = readFileSync(path, "utf8").split(/\r?\n/);
  const head = (lines[0] ?? "").split(",").map((cell) => cell.trim());
  const label = head.indexOf("label");
  const split = head.indexOf("split");
  if (label < 0)
    throw new UserError(`${path}:1`, { expected: "a column called label", got: head.join(", ").slice(0, 80) });
  const columns = head.flatMap((_, c) => (c === label || c === split ? [] : [c]));
  if (columns.length === 0)
    throw new UserError(`${path}:1`, { expected: "columns of numbers beside label", got: "none" });
  const values: number[] = [];
  const labels: string[] = [];
  const splits: string[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === "") return;
    const cells = line.split(",").map((cell) => cell.trim());
    const fail = (expected: string, got: string): never => {
      throw new UserError(`${path}:${i + 1}`, { expected, got });
    };
    if (cells.length !== head.length) fail(`${head.length} cells`, String(cells.length));
    for (const c of columns) {
      const value = cells[c] === "" ? Number.NaN : Number(cells[c]);
      if (!Number.isFinite(value)) fail(`a number in column ${head[c]}`, JSON.stringify(cells[c]));
      values.push(value);
    }
    if (cells[label] === "") fail("a label", "nothing");
    labels.push(cells[label]!);
    if (split >= 0) splits.push(cells[split]!);
    if (split >= 0 && !/^(train|test)$/.test(cells[split]!)) fail("split train or test", JSON.stringify(cells[split]));
  });
  if (labels.length === 0) throw new UserError(path, { expected: "rows below the first line", got: "none" });
  return {
    features: columns.map((c) => head[c]!),
    rows: { count: labels.length, values: Float32Array.from(values), labels },
    splits: split < 0 ? null : splits,
  };
}

function parted(rows: Labelled, splits: readonly string[] | null): { train: Labelled; held: Labelled } {
  const isTest = (row: number): boolean =>
    splits === null ? row % testEvery === testEvery - 1 : splits[row] === "test";
  const size = rows.values.length / rows.count;
  const take = (wanted: boolean): Labelled => {
    const picked = Array.from({ length: rows.count }, (_, row) => row).filter((row) => isTest(row) === wanted);
    if (picked.length === 0)
      throw new UserError("data set", {
        expected: "training rows and test rows",
        got: wanted ? "no test rows" : "no training rows",
      });
    const values =
      rows.values instanceof Uint8Array ? new Uint8Array(picked.length * size) : new Float32Array(picked.length * size);
    picked.forEach((row, i) => {
      values.set(rows.values.subarray(row * size, (row + 1) * size), i * size);
    });
    return { count: picked.length, values, labels: picked.map((row) => rows.labels[row]!) };
  };
  return { train: take(false), held: take(true) };
}

function readArrays(path: string): { train: Labelled; held: Labelled; shape: Shape } {
  let arrays: Record<string, NpyArray>;
  try {
    arrays = readNpz(readFileSync(path), basename(path));
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(path, { expected: "an npz file", got: error.message });
    throw error;
  }
  const has = (...names: string[]): boolean => names.every((name) => arrays[name] !== undefined);
  if (has("x_train", "y_train", "x_test", "y_test")) {
    const train = labelledArrays(path, arrays.x_train!, arrays.y_train!);
    const held = labelledArrays(path, arrays.x_test!, arrays.y_test!);
    if (train.shape.join() !== held.shape.join()) {
      throw new UserError(path, {
        expected: `x_test of ${train.shape.join(" x ")} a row, as x_train`,
        got: held.shape.join(" x "),
      });
    }
    return { train: train.rows, held: held.rows, shape: train.shape };
  }
  if (!has("x", "y")) {
    throw new UserError(path, {
      expected: "arrays x and y, or x_train, y_train, x_test and y_test",
      got: Object.keys(arrays).join(", ") || "none",
    });
  }
  const all = labelledArrays(path, arrays.x!, arrays.y!);
  return { ...parted(all.rows, null), shape: all.shape };
}

/** Samples [rows, features], [rows, length, channels] (a series) or [rows, height, width, channels]; labels [rows]. */
function labelledArrays(path: string, x: NpyArray, y: NpyArray): { rows: Labelled; shape: Shape } {
  const [count, ...sides] = x.shape;
  if (sides.length < 1 || sides.length > 3 || y.shape.length !== 1 || y.shape[0] !== count || count === 0) {
    throw new UserError(path, {
      expected:
        "x of shape [rows, features], [rows, length, channels] or [rows, height, width, channels] and y of shape [rows]",
      got: `[${x.shape}] and [${y.shape}]`,
    });
  }
  const shape: Shape =
    sides.length === 1
      ? [1, 1, sides[0]!]
      : sides.length === 2
        ? [sides[0]!, 1, sides[1]!]
        : [sides[0]!, sides[1]!, sides[2]!];
  const values = x.data instanceof Uint8Array ? x.data : Float32Array.from(x.data as ArrayLike<number>, Number);
  if (!values.every(Number.isFinite))
    throw new UserError(path, { expected: "finite numbers in x", got: "NaN or an infinity" });
  return { rows: { count: count!, values, labels: Array.from(y.data as ArrayLike<number>, String) }, shape };
}
