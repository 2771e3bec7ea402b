import { show } from "../errors.ts";
import { type Dimension, kinds, parseQuantity } from "../quantity.ts";
import { fault, filledLines, type TraceFormat, type TraceRequest, traceOf } from "./trace.ts";

/**
 * Instants in the first column, values in the second or in the one that is asked for; plain numbers are s and bit/s. Each value holds
 * until the next instant, the last as long as the one before it.
 */
export const csv: TraceFormat = {
  name: "csv",
  about: "instants and values, with units or in s and bit/s",
  uses: ["column"],
  fits: () => true,
  read(lines, request) {
    const at: number[] = [];
    const values: number[] = [];
    let valueAt = -1;
    const dimension: Dimension = request.what === "latency" ? "time" : "rate";
    for (const [line, number] of filledLines(lines)) {
      const text = line.replace(/#.*/, "").trim();
      if (text === "") continue;
      const cells = text.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
      const isTitle = valueAt < 0 && /^[a-z_]/i.test(cells[0] ?? "");
      if (valueAt < 0) valueAt = columnOf(cells, isTitle, request);
      if (isTitle) continue;
      const instant = amount("time", cells[0] ?? "", number);
      if (at.length > 0 && instant <= at.at(-1)!)
        fault("instants that rise", `${show(cells[0])} after ${at.at(-1)} s in line ${number}`);
      at.push(instant);
      values.push(amount(dimension, cells[valueAt] ?? "", number));
    }
    return traceOf(at, values, at.length > 1 ? at.at(-1)! - at.at(-2)! : 1);
  },
};

function amount(dimension: Dimension, cell: string, line: number): number {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : parseQuantity(dimension, cell);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return fault(
    `${kinds[dimension].what}, or a plain number in ${dimension === "time" ? "s" : "bit/s"}`,
    `${show(cell)} in line ${line}`,
  );
}

/** The column that is named, or that a direction is called by, or the only one. */
function columnOf(cells: readonly string[], isTitle: boolean, { column, what }: TraceRequest): number {
  const names = isTitle ? cells : [];
  if (column !== null) {
    const found = names.indexOf(column);
    return found > 0
      ? found
      : fault(`the column ${column}`, names.length > 0 ? `only ${names.join(", ")}` : "no line with names of columns");
  }
  if (cells.length === 2) return 1;
  const called = names.findIndex((name, i) => i > 0 && new RegExp(`^${what}(link)?($|[^a-z])`, "i").test(name));
  if (called > 0) return called;
  return fault(
    "two columns, or one called as the key it is for",
    cells.length < 2 ? "one column" : `${cells.length} columns${isTitle ? `: ${names.join(", ")}` : ""}`,
    cells.length > 2 ? "column: NAME takes one" : null,
  );
}
