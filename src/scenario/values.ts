/** Files of one value a line: instants of a trace, values of an empirical distribution. */
import { show } from "./errors.ts";
import { type Dimension, kinds, parseQuantity } from "./quantity.ts";
import type { Reading } from "./reading.ts";
import { decodeText, FileFault } from "./resources.ts";
import type { Tree } from "./tree.ts";

const largest = 50_000_000;

/**
 * Values of a file: the first column of each line, with a unit or as a plain number in SI (s, B, bit/s). Empty lines and lines after # are
 * skipped, and so is a first line that holds a title.
 */
export function readValues(
  to: Reading,
  tree: Tree,
  path: string,
  file: string,
  dimension: Dimension,
  most: number,
): number[] | undefined {
  const report = (expected: string, got: string, hint: string | null = null): undefined =>
    to.report(tree.at, path, expected, got, hint);
  try {
    const values: number[] = [];
    const lines = decodeText(to.resources.bytes(file, largest)).split(/\r?\n/);
    let isFirst = true;
    for (const [i, line] of lines.entries()) {
      const cell = line
        .replace(/#.*/, "")
        .split(/[,;\t]/)[0]!
        .trim();
      if (cell === "") continue;
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : parseQuantity(dimension, cell);
      if (typeof value === "number" && Number.isFinite(value) && value >= 0) values.push(value);
      else if (!(isFirst && /^[a-z_"]/i.test(cell)))
        return report(
          `${kinds[dimension].what} or a plain number in SI on each line`,
          `${show(cell)} in line ${i + 1} of ${file}`,
        );
      isFirst = false;
      if (values.length > most) return report(`at most ${most} values`, `more in ${file}`);
    }
    return values.length > 0 ? values : report("at least one value", `none in ${file}`);
  } catch (fault) {
    if (fault instanceof FileFault) return report(fault.expected, fault.got, fault.hint);
    throw fault;
  }
}
