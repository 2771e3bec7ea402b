/** The exit table of a synthetic model: `exits.npz`, or csv of `sample,exit,label,prediction,confidence,entropy,margin`. */
import { type NpyArray, readNpz } from "../npz.ts";
import type { ExitScores } from "../sim/setup.ts";
import { show } from "./errors.ts";
import { fitting } from "./profile-file.ts";
import { decodeText, FileFault, type Resources } from "./resources.ts";
import { type EvaluationTable, evaluationTable } from "./table.ts";

const largest = 500_000_000;
const read = new WeakMap<Pick<Resources, "bytes">, Map<string, EvaluationTable>>();

/** Read once for all that ask. @param exits names, in order of depth @throws FileFault when it does not fit the model */
export function loadTable(
  resources: Pick<Resources, "bytes">,
  path: string,
  exits: readonly string[],
): EvaluationTable {
  const known = read.get(resources) ?? new Map<string, EvaluationTable>();
  read.set(resources, known);
  const key = JSON.stringify([path, exits]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const bytes = resources.bytes(path, largest);
  // Every zip archive begins so.
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const table = fitting(() =>
    isArchive
      ? evaluationTable(outputsIn(readNpz(bytes, path)), exits.length, null, 0)
      : readCsv(decodeText(bytes, "exits.npz or a csv file"), path, exits),
  );
  known.set(key, table);
  return table;
}

/** A synthetic model says its own sizes, so that measured bytes and codecs are left aside. */
function outputsIn(arrays: Readonly<Record<string, NpyArray>>): Record<string, NpyArray> {
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => ["logits", "labels", "split"].includes(name)));
}

const needed = ["sample", "exit", "label", "prediction"] as const;
const scored = ["confidence", "entropy", "margin"] as const;
type Column = (typeof needed)[number] | (typeof scored)[number] | "split";

/** What a csv says about samples of one split, as it is read. */
class Rows {
  readonly labels: number[] = [];
  readonly samples = new Map<string, number>();
  readonly cells: Readonly<Record<"prediction" | (typeof scored)[number], number[]>>[];

  constructor(exits: number) {
    this.cells = Array.from({ length: exits }, () => ({ prediction: [], confidence: [], entropy: [], margin: [] }));
  }

  /** @throws FileFault when a sample lacks an exit */
  finish(exits: readonly string[], path: string): Pick<EvaluationTable, "rows" | "labels" | "scores"> {
    this.cells.forEach((cell, exit) => {
      for (const [sample, n] of this.samples)
        if (cell.prediction[n] === undefined)
          throw new FileFault(
            "a row for every exit of every sample",
            `none for sample ${show(sample)} at ${exits[exit]} in ${path}`,
          );
    });
    return {
      rows: this.samples.size,
      labels: Int32Array.from(this.labels),
      scores: this.cells.map(
        (cell): ExitScores => ({
          prediction: Int32Array.from(cell.prediction),
          confidence: Float64Array.from(cell.confidence),
          entropy: Float64Array.from(cell.entropy),
          margin: Float64Array.from(cell.margin),
          logits: null,
        }),
      ),
    };
  }
}

/** Rows in the order in which samples first appear; scores as written, NaN where a column is missing or a cell is empty. */
function readCsv(text: string, path: string, exits: readonly string[]): EvaluationTable {
  const lines = text.split(/\r?\n/);
  const head = (lines[0] ?? "").split(",").map((cell) => cell.trim().toLowerCase());
  const at = (column: Column): number => head.indexOf(column);
  const missing = needed.filter((column) => at(column) < 0);
  if (missing.length > 0)
    throw new FileFault(
      `columns ${[...needed, ...scored].join(",")}`,
      `none called ${missing.join(", ")} in the first line of ${path}`,
    );
  const fail = (line: number, expected: string, got: string | undefined): never => {
    throw new FileFault(expected, `${show(got ?? "nothing")} in line ${line + 1} of ${path}`);
  };
  const splits = { "0": new Rows(exits.length), "1": new Rows(exits.length) };
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === "") return;
    const row = line.split(",").map((cell) => cell.trim());
    const given = row[at("exit")] ?? "";
    const exit = exits.indexOf(given) >= 0 ? exits.indexOf(given) : /^\d+$/.test(given) ? Number(given) : -1;
    if (exit < 0 || exit >= exits.length) fail(i, `an exit: ${exits.join(", ")}, or its number from 0`, given);
    const split = at("split") < 0 ? "1" : row[at("split")];
    if (split !== "0" && split !== "1") fail(i, "split 0 (calibration) or 1 (evaluation)", split);
    const { samples, labels, cells } = splits[split as "0" | "1"];
    if (splits[split === "0" ? "1" : "0"].samples.has(row[at("sample")] ?? ""))
      fail(i, "each sample in one split", `sample ${row[at("sample")]} in both`);
    const whole = (column: "label" | "prediction"): number =>
      /^\d+$/.test(row[at(column)] ?? "")
        ? Number(row[at(column)])
        : fail(i, `a class as ${column}: a whole number from 0`, row[at(column)]);
    const sample = row[at("sample")] ?? "";
    if (sample === "") fail(i, "the name or number of a sample", sample);
    const n = samples.get(sample) ?? samples.size;
    samples.set(sample, n);
    const label = whole("label");
    if (labels[n] !== undefined && labels[n] !== label)
      fail(i, `the label ${labels[n]} that sample ${sample} had before`, String(label));
    labels[n] = label;
    const cell = cells[exit]!;
    if (cell.prediction[n] !== undefined)
      fail(i, "each exit of a sample once", `a second row of sample ${sample} at ${exits[exit]}`);
    cell.prediction[n] = whole("prediction");
    for (const column of scored) {
      const raw = at(column) < 0 ? "" : (row[at(column)] ?? "");
      const value = raw === "" ? Number.NaN : Number(raw);
      const most = column === "entropy" ? Number.POSITIVE_INFINITY : 1;
      if (raw !== "" && !(value >= 0 && value <= most)) fail(i, `a ${column} from 0${most === 1 ? " to 1" : ""}`, raw);
      cell[column][n] = value;
    }
  });
  if (splits["1"].samples.size === 0) throw new FileFault("rows to evaluate", `none in ${path}`);
  const evaluation = splits["1"].finish(exits, path);
  // Only classes that occur are known: what is divided by ln(classes) is then divided by too little.
  let classes = 2;
  for (const { labels, cells } of Object.values(splits))
    for (const list of [labels, ...cells.map((cell) => cell.prediction)])
      for (const c of list) if (c >= classes) classes = c + 1;
  return {
    ...evaluation,
    classes,
    calibration: splits["0"].samples.size === 0 ? null : splits["0"].finish(exits, path),
    crossed: () => null,
    wire: () => null,
  };
}
