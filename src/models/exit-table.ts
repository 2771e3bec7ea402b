/** The exit table: what every exit says about every row, also after each cut tensor crossed in a lossy codec, and the bytes each cost. */
import { type NpyArray, writeNpz } from "../npz.ts";
import { type Codec, codecs, type ExitTable } from "../profile.ts";
import { normalisedRows } from "./batches.ts";
import { decodeEach, encodeEach } from "./codec.ts";
import { type Rows, sliceRows } from "./data/dataset.ts";
import type { Gate } from "./gate.ts";
import { eachRow, gateFeatures, gateScore } from "./gates.ts";
import type { Network } from "./network.ts";
import { exitBlocks, tensorSizes } from "./network-spec.ts";

/** Number formats that do not give back the bits they were given; their deflated twins give back the same. */
const lossy = ["float16", "uint8"] as const satisfies readonly Codec[];

/**
 * Step that stored logits are rounded to. Small against any difference a rule acts on (it moves a probability by at most 0.2 %), and half
 * the size when deflated. Predictions are kept: where rounding would change the top class, that class is raised by a step.
 */
export const logitStep = 1 / 64;

/**
 * An exit whose logits a codec moved by no more than this, and whose prediction it left, counts as untouched: probabilities move by less
 * than 0.8 %, in either direction.
 */
export const lossyTolerance = 1 / 32;

const chunk = 50;

/**
 * Runs every row through the network, once as it is and once per cut and lossy format.
 * @param calibration rows of split 0
 * @param evaluation rows of split 1
 * @throws RangeError when an activation is not finite
 */
export function measureExitTable(
  network: Network,
  calibration: Rows,
  evaluation: Rows,
  onRows?: (done: number, of: number) => void,
  gates: readonly Gate[] = [],
): ExitTable {
  const { spec } = network;
  const cuts = spec.blocks.length - 1;
  const exits = exitBlocks(spec).length;
  const classes = spec.classes.length;
  const samples = calibration.count + evaluation.count;
  const empty = (): Float32Array => new Float32Array(samples * exits * classes);
  const keys = spec.blocks.slice(0, -1).flatMap(({ name }) => lossy.map((codec) => `${name}:${codec}`));
  const table: ExitTable = {
    samples,
    exits,
    classes,
    logits: empty(),
    labels: new Int32Array(samples),
    split: new Uint8Array(samples).fill(1, calibration.count),
    ...(gates.length === 0 ? {} : { halt: new Float32Array(samples * exits).fill(Number.NaN) }),
    wire: new Uint32Array(samples * cuts * codecs.length),
    lossy: Object.fromEntries(keys.map((key) => [key, empty()])),
  };
  let done = 0;
  for (const part of [calibration, evaluation]) {
    for (let from = 0; from < part.count; from += chunk) {
      const rows = sliceRows(part, from, Math.min(part.count, from + chunk));
      addRows(network, table, rows, done, gates);
      done += rows.count;
      onRows?.(done, samples);
    }
  }
  for (const values of Object.values(table.lossy)) settle(values, table.logits, classes);
  for (const values of [table.logits, ...Object.values(table.lossy)]) roundLogits(values, classes);
  return table;
}

/** Fills the table's rows from `first` on. */
function addRows(network: Network, table: ExitTable, rows: Rows, first: number, gates: readonly Gate[]): void {
  const { spec } = network;
  const { classes } = table;
  const exits = exitBlocks(spec);
  const last = spec.blocks.length - 1;
  const { count } = rows;
  const put = (into: Float32Array, exit: number, logits: Float32Array): void => {
    for (let i = 0; i < count; i += 1) {
      into.set(logits.subarray(i * classes, (i + 1) * classes), ((first + i) * exits.length + exit) * classes);
    }
  };
  for (let i = 0; i < count; i += 1) table.labels[first + i] = rows.labels[i]!;
  let x = normalisedRows(spec, rows, 0, count);
  spec.blocks.forEach((block, index) => {
    const heads = block.head === null ? [] : [index];
    const outputs = network.run({ from: index, to: index + 1, heads, trunk: true }, x, count);
    x = outputs.at(-1)!;
    if (block.head !== null) {
      // Exits up to a cut never see its tensor: their rows are those of the plain table.
      const cutsFromHere = spec.blocks.slice(index, -1).flatMap(({ name }) => lossy.map((codec) => `${name}:${codec}`));
      for (const into of [table.logits, ...cutsFromHere.map((key) => table.lossy[key]!)])
        put(into, exits.indexOf(index), outputs[0]!);
      const gate = gates.find(({ exit }) => exit === block.name);
      if (gate !== undefined)
        eachRow(x, network.shapes[index + 1]!, outputs[0]!, classes, (row, tensor, shape, logits) => {
          table.halt![(first + row) * exits.length + exits.indexOf(index)] = gateScore(
            gate,
            gateFeatures(tensor, shape, logits),
          );
        });
    }
    if (index === last) return;
    const arrived = cross(x, count, tensorSizes(block, network.shapes[index + 1]!), (i, codec, size) => {
      table.wire![((first + i) * last + index) * codecs.length + codec] = size;
    });
    const later = exits.filter((exit) => exit > index);
    for (const codec of lossy) {
      const piece = { from: index + 1, to: last + 1, heads: later, trunk: false };
      network.run(piece, arrived[codec], count).forEach((logits, k) => {
        put(table.lossy[`${block.name}:${codec}`]!, exits.length - later.length + k, logits);
      });
    }
  });
}

/** Encodes every row's tensor in every codec, reports the bytes, and gives back what arrives in the lossy formats. */
function cross(
  x: Float32Array,
  rows: number,
  sizes: readonly number[],
  onBytes: (row: number, codec: number, bytes: number) => void,
): Record<(typeof lossy)[number], Float32Array> {
  const arrived = { float16: new Float32Array(x.length), uint8: new Float32Array(x.length) };
  const size = x.length / rows;
  for (let row = 0; row < rows; row += 1) {
    const tensor = x.subarray(row * size, (row + 1) * size);
    codecs.forEach((codec, index) => {
      const written = encodeEach(codec, tensor, sizes);
      onBytes(
        row,
        index,
        written.reduce((sum, bytes) => sum + bytes.length, 0),
      );
      if (codec === "float16" || codec === "uint8") arrived[codec].set(decodeEach(codec, written, sizes), row * size);
    });
  }
  return arrived;
}

/** Takes the plain logits, in place, for every exit that a codec left untouched within {@link lossyTolerance}. */
function settle(table: Float32Array, logits: Float32Array, classes: number): void {
  for (let from = 0; from < table.length; from += classes) {
    let moved = 0;
    for (let c = 0; c < classes; c += 1) moved = Math.max(moved, Math.abs(table[from + c]! - logits[from + c]!));
    if (moved <= lossyTolerance && topOf(table, from, classes) === topOf(logits, from, classes)) {
      table.set(logits.subarray(from, from + classes), from);
    }
  }
}

/** Rounds to multiples of {@link logitStep}, in place, keeping the top class of every exit. */
export function roundLogits(table: Float32Array, classes: number): void {
  for (let from = 0; from < table.length; from += classes) {
    const top = topOf(table, from, classes);
    for (let c = 0; c < classes; c += 1) table[from + c] = Math.round(table[from + c]! / logitStep) * logitStep;
    while (topOf(table, from, classes) !== top) table[from + top] = table[from + top]! + logitStep;
  }
}

function topOf(table: Float32Array, from: number, classes: number): number {
  let top = 0;
  for (let c = 1; c < classes; c += 1) if (table[from + c]! > table[from + top]!) top = c;
  return top;
}

/** The table as `exits.npz`. Lossy tables hold NaN where they equal the plain one, and are left out where that is everywhere. */
export function encodeExitTable({
  samples,
  exits,
  classes,
  logits,
  labels,
  split,
  wire,
  halt,
  lossy: tables,
}: ExitTable): Uint8Array {
  const shape = [samples, exits, classes];
  const arrays: Record<string, NpyArray> = {
    logits: { shape, data: logits },
    labels: { shape: [samples], data: labels },
    split: { shape: [samples], data: split },
  };
  if (halt !== undefined) arrays.halt = { shape: [samples, exits], data: halt };
  if (wire !== null)
    arrays.wire = { shape: [samples, wire.length / samples / codecs.length, codecs.length], data: wire };
  for (const [key, table] of Object.entries(tables)) {
    const differing = table.map((value, i) => (value === logits[i] ? Number.NaN : value));
    if (!differing.every(Number.isNaN)) arrays[`logits@${key}`] = { shape, data: differing };
  }
  return writeNpz(arrays, 9);
}
