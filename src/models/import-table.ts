/** Exit tables made elsewhere: logits or probabilities as npz, or scores as csv. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type NpyArray, readNpz } from "../npz.ts";
import { codecs } from "../profile.ts";
import { type Csv, type CsvRow, numberIn, readCsv } from "./csv.ts";
import { UserError } from "./errors.ts";

/** What every exit said about every row. */
export interface ImportedTable {
  readonly samples: number;
  readonly exits: number;
  readonly classes: number;
  /** Names of the exits as a csv spells them; null where the file knows only their order. */
  readonly names: readonly string[] | null;
  readonly labels: Int32Array;
  /** 0 calibration, 1 evaluation. */
  readonly split: Uint8Array;
  /** Shape [samples, exits]. */
  readonly predictions: Int32Array;
  /** Top probability, shape [samples, exits]; NaN where the file has none. */
  readonly confidence: Float64Array;
  /** What `exits.npz` is to hold. */
  readonly arrays: Readonly<Record<string, NpyArray>>;
}

/** Smallest probability whose logarithm is taken: a probability of 0 is the rounding of some smaller one. */
const leastProbability = 1e-30;
/** How far probabilities that were written in half precision may sum from 1. */
const sumTolerance = 0.01;

function sums(values: Float32Array, classes: number): number[] {
  return Array.from({ length: values.length / classes }, (_, row) =>
    values.subarray(row * classes, (row + 1) * classes).reduce((sum, value) => sum + value, 0),
  );
}

/**
 * Reads an exit table.
 * @param calibrationShare of the rows that become calibration rows where the file has no `split`; every n-th, so that an order in the file matters little
 * @throws UserError naming the array, or the line
 */
export function readTable(path: string, calibrationShare: number): ImportedTable {
  if (!existsSync(path))
    throw new UserError(path, { expected: "a table of what each exit says, npz or csv", got: "no such file" });
  return path.toLowerCase().endsWith(".csv") ? readScores(path, calibrationShare) : readArrays(path, calibrationShare);
}

function sharedOut(samples: number, share: number): Uint8Array {
  return Uint8Array.from({ length: samples }, (_, row) =>
    Math.floor((row + 1) * share) > Math.floor(row * share) ? 0 : 1,
  );
}

function readArrays(path: string, calibrationShare: number): ImportedTable {
  const file = basename(path);
  const fail = (what: string, expected: string, got: string, hint?: string): never => {
    throw new UserError(`${path}: ${what}`, { expected, got, ...(hint === undefined ? {} : { hint }) });
  };
  let arrays: Record<string, NpyArray>;
  try {
    arrays = readNpz(readFileSync(path), file);
  } catch (error) {
    if (error instanceof RangeError) return fail("npz", "a NumPy archive, as numpy.savez writes it", error.message);
    throw error;
  }
  if (arrays.logits !== undefined && arrays.probabilities !== undefined)
    fail("logits, probabilities", "one of them", "both");
  const isProbability = arrays.logits === undefined && arrays.probabilities !== undefined;
  const given = arrays.logits ?? arrays.probabilities;
  if (given === undefined)
    return fail(
      "logits",
      "an array logits (or probabilities) of shape [samples, exits, classes]",
      Object.keys(arrays).join(", ") || "no arrays",
    );
  const what = isProbability ? "probabilities" : "logits";
  const [samples, exits, classes] = given.shape as [number, number, number];
  if (given.shape.length !== 3 || samples < 1 || exits < 1 || classes < 2) {
    fail(what, "shape [samples, exits, classes] with two classes or more", `[${given.shape}]`);
  }
  const logits = Float32Array.from(given.data as ArrayLike<number>, Number);
  if (isProbability) {
    for (let i = 0; i < logits.length; i += 1) {
      if (!(logits[i]! >= 0 && logits[i]! <= 1 + 1e-5)) fail(what, "numbers from 0 to 1", String(logits[i]));
    }
    const off = sums(logits, classes).findIndex((sum) => Math.abs(sum - 1) > sumTolerance);
    if (off >= 0) {
      const sum = sums(logits.subarray(off * classes, (off + 1) * classes), classes)[0]!;
      fail(what, "probabilities that sum to 1", `${sum.toPrecision(4)} in row ${Math.floor(off / exits)}`);
    }
    for (let i = 0; i < logits.length; i += 1) logits[i] = Math.log(Math.max(leastProbability, logits[i]!));
  } else if (logits.every((value) => value >= 0 && value <= 1)) {
    const isSoftmax = sums(logits, classes).every((sum) => Math.abs(sum - 1) <= sumTolerance);
    if (isSoftmax) {
      const hint = "numpy.savez(..., probabilities=...) takes them as they are";
      fail(what, "scores before the softmax", "probabilities: every row lies between 0 and 1 and sums to 1", hint);
    }
  }
  const bad = logits.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(what, "finite numbers", `${logits[bad]} in row ${Math.floor(bad / exits / classes)}`);
  const labels = vector(arrays.labels, "labels", samples, classes - 1, fail);
  const split =
    arrays.split === undefined
      ? sharedOut(samples, calibrationShare)
      : Uint8Array.from(vector(arrays.split, "split", samples, 1, fail));
  if (!split.includes(1)) fail("split", "evaluation rows (1)", "none");
  const predictions = new Int32Array(samples * exits);
  const confidence = new Float64Array(samples * exits);
  for (let at = 0; at < predictions.length; at += 1) {
    let top = 0;
    for (let c = 1; c < classes; c += 1) if (logits[at * classes + c]! > logits[at * classes + top]!) top = c;
    let sum = 0;
    for (let c = 0; c < classes; c += 1) sum += Math.exp(logits[at * classes + c]! - logits[at * classes + top]!);
    predictions[at] = top;
    confidence[at] = 1 / sum;
  }
  const kept: Record<string, NpyArray> = {
    logits: { shape: [samples, exits, classes], data: logits },
    labels: { shape: [samples], data: labels },
    split: { shape: [samples], data: split },
  };
  for (const [name, array] of Object.entries(arrays)) {
    if (name.startsWith("logits@")) {
      if (array.shape.join() !== given.shape.join())
        fail(name, `shape [${given.shape}], as logits`, `[${array.shape}]`);
      const data = Float32Array.from(array.data as ArrayLike<number>, Number);
      // NaN stands for "as in logits".
      const infinite = data.find((value) => !Number.isFinite(value) && !Number.isNaN(value));
      if (infinite !== undefined) fail(name, "finite numbers, or NaN where they are as in logits", String(infinite));
      kept[name] = { shape: array.shape, data };
    } else if (name === "halt") {
      if (array.shape.join() !== [samples, exits].join()) fail(name, `shape [${samples},${exits}]`, `[${array.shape}]`);
      const data = Float32Array.from(array.data as ArrayLike<number>, Number);
      // NaN stands for an exit without a gate.
      const outside = data.find((value) => value < 0 || value > 1);
      if (outside !== undefined) fail(name, "scores from 0 to 1", String(outside));
      kept[name] = { shape: array.shape, data };
    } else if (name === "wire") {
      if (array.shape.length !== 3 || array.shape[0] !== samples || array.shape[2] !== codecs.length) {
        fail("wire", `shape [${samples}, cuts, ${codecs.length}]`, `[${array.shape}]`);
      }
      const sizes = Array.from(array.data as ArrayLike<number>, Number);
      const wrong = sizes.find((size) => !(Number.isInteger(size) && size >= 0 && size < 2 ** 32));
      if (wrong !== undefined) fail("wire", "whole numbers of bytes", String(wrong));
      kept.wire = { shape: array.shape, data: Uint32Array.from(sizes) };
    } else if (!["logits", "probabilities", "labels", "split"].includes(name)) {
      fail(
        name,
        "only logits or probabilities, labels, split, wire, halt, logits@<cut>:<codec>",
        "an array of another name",
      );
    }
  }
  return { samples, exits, classes, names: null, labels, split, predictions, confidence, arrays: kept };
}

function vector(
  array: NpyArray | undefined,
  name: string,
  samples: number,
  most: number,
  fail: (what: string, expected: string, got: string, hint?: string) => never,
): Int32Array {
  if (array === undefined) return fail(name, `an array of shape [${samples}]`, "none");
  if (array.shape.length !== 1 || array.shape[0] !== samples) {
    const isOneHot = array.shape.length === 2 && array.shape[0] === samples;
    const hint = isOneHot ? "numbers of classes, such as labels.argmax(1)" : "logits are [samples, exits, classes]";
    fail(name, `shape [${samples}], the samples of the table`, `[${array.shape}]`, hint);
  }
  const values = Array.from(array.data as ArrayLike<number>, Number);
  const wrong = values.find((value) => !(Number.isInteger(value) && value >= 0 && value <= most));
  if (wrong !== undefined) {
    const fromOne = wrong === most + 1 && values.every((value) => value >= 1);
    const hint = fromOne ? `they seem to begin at 1: subtract 1` : undefined;
    fail(name, `whole numbers from 0 to ${most}`, `${wrong} in row ${values.indexOf(wrong)}`, hint);
  }
  return Int32Array.from(values);
}

const scores = ["confidence", "entropy", "margin"] as const;

function readScores(path: string, calibrationShare: number): ImportedTable {
  const needed = ["sample", "exit", "label", "prediction"];
  const csv = readCsv(path, needed, [...needed, ...scores, "split"]);
  const names = [...new Set(csv.rows.map((row) => row.cell("exit")))];
  if (names.every((name) => /^\d+$/.test(name))) names.sort((a, b) => Number(a) - Number(b));
  const samples = new Map<string, number>();
  for (const row of csv.rows) {
    const sample = row.cell("sample");
    if (sample === "") throw new UserError(`${path}:${row.line}`, { expected: "a sample", got: "nothing" });
    if (!samples.has(sample)) samples.set(sample, samples.size);
  }
  const [count, exits] = [samples.size, names.length];
  const labels = new Int32Array(count).fill(-1);
  const split = csv.columns.includes("split") ? new Uint8Array(count).fill(2) : sharedOut(count, calibrationShare);
  const predictions = new Int32Array(count * exits).fill(-1);
  const values = new Float64Array(count * exits * scores.length).fill(Number.NaN);
  for (const row of csv.rows) {
    const sample = samples.get(row.cell("sample"))!;
    const at = sample * exits + names.indexOf(row.cell("exit"));
    if (predictions[at] !== -1) {
      throw new UserError(`${path}:${row.line}`, {
        expected: "each exit of a sample once",
        got: `${row.cell("exit")} of sample ${row.cell("sample")} again`,
      });
    }
    labels[sample] = agreed(csv, row, "label", labels[sample]!, -1, Number.MAX_SAFE_INTEGER);
    if (csv.columns.includes("split")) split[sample] = agreed(csv, row, "split", split[sample]!, 2, 1);
    predictions[at] = numberIn(csv, row, "prediction", { whole: true });
    scores.forEach((score, k) => {
      values[at * scores.length + k] = numberIn(csv, row, score, {
        fallback: Number.NaN,
        ...(score === "entropy" ? {} : { max: 1 }),
      });
    });
  }
  const gap = predictions.indexOf(-1);
  if (gap >= 0) {
    const sample = [...samples.keys()][Math.floor(gap / exits)];
    throw new UserError(path, {
      expected: `a line for every exit (${names.join(", ")}) of every sample`,
      got: `none for sample ${sample} at ${names[gap % exits]}`,
    });
  }
  if (!split.includes(1)) throw new UserError(path, { expected: "evaluation rows (split 1)", got: "none" });
  return {
    samples: count,
    exits,
    classes: Math.max(
      2,
      1 + labels.reduce((a, b) => Math.max(a, b), 0),
      1 + predictions.reduce((a, b) => Math.max(a, b), 0),
    ),
    names: names.every((name) => /^\d+$/.test(name)) ? null : names,
    labels,
    split,
    predictions,
    confidence: Float64Array.from({ length: count * exits }, (_, at) => values[at * scores.length]!),
    arrays: {
      predictions: { shape: [count, exits], data: predictions },
      scores: { shape: [count, exits, scores.length], data: values },
      labels: { shape: [count], data: labels },
      split: { shape: [count], data: split },
    },
  };
}

/** A number of a sample that all its lines must agree in. */
function agreed(csv: Csv, row: CsvRow, column: string, before: number, none: number, max: number): number {
  const value = numberIn(csv, row, column, { whole: true, max });
  if (before !== none && before !== value) {
    throw new UserError(`${csv.path}:${row.line}`, {
      expected: `${column} ${before}, as in the line of this sample before`,
      got: String(value),
    });
  }
  return value;
}
