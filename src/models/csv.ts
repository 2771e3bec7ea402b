/** Comma-separated lines with a head, as other tools write them: no quotes, no commas inside cells. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "./errors.ts";

export interface CsvRow {
  /** Line in the file, from 1. */
  readonly line: number;
  /** Cell of a column, trimmed; empty where the column is missing. */
  readonly cell: (column: string) => string;
}

export interface Csv {
  readonly path: string;
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

/**
 * Reads a csv file; column names in lower case.
 * @param needed columns that must be there
 * @param known columns that may be there; any other is an error. Null where all are welcome.
 * @throws UserError naming the line
 */
export function readCsv(path: string, needed: readonly string[], known: readonly string[] | null): Csv {
  if (!existsSync(path)) throw new UserError(path, { expected: "a csv file", got: "no such file" });
  const lines = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const columns = (lines[0] ?? "").split(",").map((cell) => cell.trim().toLowerCase());
  const missing = needed.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new UserError(`${path}:1`, {
      expected: `columns ${needed.join(", ")}`,
      got: `none called ${missing.join(", ")}`,
    });
  }
  const wrong = columns.find(
    (column, i) => columns.indexOf(column) !== i || (known !== null && !known.includes(column)),
  );
  if (wrong !== undefined) {
    throw new UserError(`${path}:1`, {
      expected: known === null ? "each column once" : `columns among ${known.join(", ")}, each once`,
      got: JSON.stringify(wrong),
    });
  }
  const rows = lines.flatMap((text, i): CsvRow[] => {
    if (i === 0 || text.trim() === "") return [];
    const cells = text.split(",").map((cell) => cell.trim());
    if (cells.length !== columns.length) {
      throw new UserError(`${path}:${i + 1}`, { expected: `${columns.length} cells`, got: String(cells.length) });
    }
    return [{ line: i + 1, cell: (column) => cells[columns.indexOf(column)] ?? "" }];
  });
  if (rows.length === 0) throw new UserError(path, { expected: "lines below the head", got: "none" });
  return { path, columns, rows };
}

/**
 * A number in a cell.
 * @param fallback for an empty cell; without one an empty cell is an error
 * @throws UserError naming the line and the column
 */
export function numberIn(
  { path }: Pick<Csv, "path">,
  row: CsvRow,
  column: string,
  {
    fallback,
    whole = false,
    max = Number.POSITIVE_INFINITY,
  }: { fallback?: number; whole?: boolean; max?: number } = {},
): number {
  const text = row.cell(column);
  if (text === "" && fallback !== undefined) return fallback;
  const value = text === "" ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= max && (!whole || Number.isSafeInteger(value)) && Number.isFinite(value))) {
    throw new UserError(`${path}:${row.line}`, {
      expected: `${whole ? "a whole number" : "a number"} from 0${Number.isFinite(max) ? ` to ${max}` : ""} as ${column}`,
      got: text === "" ? "nothing" : JSON.stringify(text),
    });
  }
  return value;
}
