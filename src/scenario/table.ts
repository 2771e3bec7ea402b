/** What the exits say, as scores that rules read: about the evaluation rows, and apart from them about those for calibration. */
import type { NpyArray } from "../npz.ts";
import { type Codec, codecs, completeLossy, lossyCodecs } from "../profile.ts";
import type { Calibration } from "../sim/rules/calibration.ts";
import type { ExitScores } from "../sim/setup.ts";

export interface EvaluationTable {
  readonly rows: number;
  readonly classes: number;
  readonly labels: Int32Array;
  /** By exit. */
  readonly scores: readonly ExitScores[];
  /** Rows that rules are fitted to; null where the table has none. */
  readonly calibration: Calibration | null;
  /** Scores by exit after the tensor behind a segment crossed in a lossy codec; null where it is not lossy or was not measured. */
  readonly crossed: (segment: string, codec: Codec) => readonly ExitScores[] | null;
  /** Bytes on the wire of the tensor behind segment `cut` (0 the first), by row; null where not measured. */
  readonly wire: (cut: number, codec: Codec) => Uint32Array | null;
}

/** @throws RangeError saying what is wrong with which array */
export function evaluationTable(
  arrays: Readonly<Record<string, NpyArray>>,
  exits: number,
  classes: number | null,
  cuts: number,
): EvaluationTable {
  if (arrays.logits === undefined && arrays.predictions !== undefined) return scoreTable(arrays, exits, classes, cuts);
  const logits = need(arrays, "logits", 3);
  const [samples, tableExits, tableClasses] = logits.shape as [number, number, number];
  if (tableExits !== exits) throw new RangeError(`logits has ${tableExits} exits, the model has ${exits}`);
  if (classes !== null && tableClasses !== classes)
    throw new RangeError(`logits has ${tableClasses} classes, the model has ${classes}`);
  const labels = Int32Array.from(need(arrays, "labels", 1, [samples]).data, Number);
  if (labels.some((label) => label < 0 || label >= tableClasses))
    throw new RangeError(`labels go beyond the ${tableClasses} classes`);
  const kept = evaluationRows(arrays, samples);
  const forFitting = calibrationRows(arrays, samples);
  const shape = [samples, tableExits, tableClasses];
  const halt = arrays.halt === undefined ? null : need(arrays, "halt", 2, [samples, exits]).data;
  const beside = (scores: ExitScores[], rows: readonly number[]): ExitScores[] =>
    halt === null ? scores : scores.map((each, exit) => ({ ...each, halt: haltsOf(halt, rows, exits, exit) }));
  const scored = new Map<string, readonly ExitScores[]>();
  const scoresOf = (name: string): readonly ExitScores[] => {
    const known = scored.get(name);
    if (known !== undefined) return known;
    const data = need(arrays, name, 3, shape).data as ArrayLike<number>;
    const scores = beside(
      score(
        name === "logits"
          ? data
          : completeLossy(Float32Array.from(data), Float32Array.from(logits.data as ArrayLike<number>)),
        kept,
        exits,
        tableClasses,
        name,
      ),
      kept,
    );
    scored.set(name, scores);
    return scores;
  };
  return {
    rows: kept.length,
    classes: tableClasses,
    labels: Int32Array.from(kept, (row) => labels[row]!),
    scores: scoresOf("logits"),
    calibration:
      forFitting.length === 0
        ? null
        : {
            rows: forFitting.length,
            labels: Int32Array.from(forFitting, (row) => labels[row]!),
            scores: beside(
              score(logits.data as ArrayLike<number>, forFitting, exits, tableClasses, "logits"),
              forFitting,
            ),
          },
    crossed: (segment, codec) => {
      if (!lossyCodecs.includes(codec)) return null;
      // Deflate gives back what it was given, so that the twins share one table.
      const name = [codec, codec.replace("-deflate", "")]
        .map((c) => `logits@${segment}:${c}`)
        .find((key) => arrays[key] !== undefined);
      return name === undefined ? null : scoresOf(name);
    },
    wire: wireOf(arrays, kept, samples, cuts),
  };
}

/** A table without logits, as `offramp import` makes it from csv: predictions, and scores (confidence, entropy, margin; NaN where unknown). */
function scoreTable(
  arrays: Readonly<Record<string, NpyArray>>,
  exits: number,
  classes: number | null,
  cuts: number,
): EvaluationTable {
  const predictions = need(arrays, "predictions", 2);
  const [samples, tableExits] = predictions.shape as [number, number];
  if (tableExits !== exits) throw new RangeError(`predictions has ${tableExits} exits, the model has ${exits}`);
  const scores = need(arrays, "scores", 3, [samples, exits, 3]).data;
  const labels = need(arrays, "labels", 1, [samples]).data;
  const kept = evaluationRows(arrays, samples);
  const forFitting = calibrationRows(arrays, samples);
  const of = (rows: readonly number[]): Pick<EvaluationTable, "rows" | "labels" | "scores"> => ({
    rows: rows.length,
    labels: Int32Array.from(rows, (row) => Number(labels[row])),
    scores: Array.from({ length: exits }, (_, exit): ExitScores => {
      const score = (which: number): Float64Array =>
        Float64Array.from(rows, (row) => Number(scores[(row * exits + exit) * 3 + which]));
      return {
        prediction: Int32Array.from(rows, (row) => Number(predictions.data[row * exits + exit])),
        confidence: score(0),
        entropy: score(1),
        margin: score(2),
        logits: null,
      };
    }),
  });
  return {
    ...of(kept),
    classes: classes ?? 2,
    calibration: forFitting.length === 0 ? null : of(forFitting),
    crossed: () => null,
    wire: wireOf(arrays, kept, samples, cuts),
  };
}

function evaluationRows(arrays: Readonly<Record<string, NpyArray>>, samples: number): number[] {
  const split = arrays.split === undefined ? null : need(arrays, "split", 1, [samples]).data;
  const kept: number[] = [];
  for (let i = 0; i < samples; i++) if (split === null || Number(split[i]) === 1) kept.push(i);
  if (kept.length === 0) throw new RangeError("split holds no evaluation row (1)");
  return kept;
}

/** Rows that rules may be fitted to; none where the table is not split. */
function calibrationRows(arrays: Readonly<Record<string, NpyArray>>, samples: number): number[] {
  if (arrays.split === undefined) return [];
  const split = need(arrays, "split", 1, [samples]).data;
  return Array.from({ length: samples }, (_, i) => i).filter((i) => Number(split[i]) === 0);
}

function wireOf(
  arrays: Readonly<Record<string, NpyArray>>,
  kept: readonly number[],
  samples: number,
  cuts: number,
): EvaluationTable["wire"] {
  const wire = arrays.wire === undefined ? null : need(arrays, "wire", 3, [samples, cuts, codecs.length]).data;
  return (cut, codec) => {
    if (wire === null || cut >= cuts) return null;
    const c = codecs.indexOf(codec);
    return Uint32Array.from(kept, (row) => Number(wire[(row * cuts + cut) * codecs.length + c]));
  };
}

function need(
  arrays: Readonly<Record<string, NpyArray>>,
  name: string,
  dimensions: number,
  shape?: readonly number[],
): NpyArray {
  const array = arrays[name];
  if (array === undefined) throw new RangeError(`no array "${name}", only ${Object.keys(arrays).join(", ") || "none"}`);
  if (array.shape.length !== dimensions)
    throw new RangeError(`${name} has ${array.shape.length} dimensions, ${dimensions} are needed`);
  if (shape?.some((n, i) => n !== array.shape[i])) {
    throw new RangeError(`${name} has the shape [${array.shape.join(", ")}], [${shape.join(", ")}] is needed`);
  }
  return array;
}

/** Scores of an exit's gate, NaN where it has none. @throws RangeError for one outside 0 to 1 */
function haltsOf(halt: ArrayLike<number | bigint>, rows: readonly number[], exits: number, exit: number): Float64Array {
  return Float64Array.from(rows, (row) => {
    const score = Number(halt[row * exits + exit]);
    if (score < 0 || score > 1) throw new RangeError(`halt is ${score} in row ${row}, exit ${exit}: 0 to 1 is needed`);
    return score;
  });
}

/** Softmax of the rows in double precision: top class (of equal ones the lowest), its probability, entropy in nats, top minus second. */
function score(
  logits: ArrayLike<number>,
  rows: readonly number[],
  exits: number,
  classes: number,
  name: string,
): ExitScores[] {
  return Array.from({ length: exits }, (_, exit) => {
    const prediction = new Int32Array(rows.length);
    const confidence = new Float64Array(rows.length);
    const entropy = new Float64Array(rows.length);
    const margin = new Float64Array(rows.length);
    const own = new (logits instanceof Float64Array ? Float64Array : Float32Array)(rows.length * classes);
    rows.forEach((row, i) => {
      const at = (row * exits + exit) * classes;
      let top = 0;
      for (let c = 0; c < classes; c++) {
        if (!Number.isFinite(logits[at + c]))
          throw new RangeError(`${name} is not finite in row ${row}, exit ${exit}, class ${c}`);
        if (logits[at + c]! > logits[at + top]!) top = c;
      }
      for (let c = 0; c < classes; c++) own[i * classes + c] = logits[at + c]!;
      let sum = 0;
      let weighted = 0;
      let second = 0;
      for (let c = 0; c < classes; c++) {
        const d = logits[at + c]! - logits[at + top]!;
        const e = Math.exp(d);
        sum += e;
        weighted += e * d;
        if (c !== top && e > second) second = e;
      }
      prediction[i] = top;
      confidence[i] = 1 / sum;
      // H = ln Z - Σ p d, with d relative to the top.
      entropy[i] = Math.max(0, Math.log(sum) - weighted / sum);
      margin[i] = (1 - second) / sum;
    });
    return { prediction, confidence, entropy, margin, logits: own };
  });
}
