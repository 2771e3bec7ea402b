/** Text tables: numbers to the right, names to the left, folded into blocks when the terminal is narrow. */

/** A cell: what it says, and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface Column {
  readonly title: string;
  readonly cells: readonly Cell[];
  /** Words start at the left, numbers end at the right. */
  readonly left?: boolean;
}

export const cell = (text: string, paint?: (text: string) => string): Cell => (paint ? { text, paint } : { text });

/** Columns a text takes on a terminal, for letters of one column each. */
export const widthOf = (text: string): number => Array.from(text).length;

const gap = "  ";

const columnWidth = (column: Column): number =>
  Math.max(widthOf(column.title), ...column.cells.map(({ text }) => widthOf(text)));

function fill(text: string, width: number, left: boolean): string {
  const room = " ".repeat(Math.max(0, width - widthOf(text)));
  return left ? text + room : room + text;
}

/**
 * Lines of a table no wider than `width`: columns that do not fit start a new block, which repeats the first column.
 * @param first names the rows, at the left of every block
 */
export function tableLines(
  first: Column,
  columns: readonly Column[],
  width: number,
  head: (text: string) => string,
): string[] {
  const nameWidth = columnWidth(first);
  const blocks: Column[][] = [[]];
  let used = nameWidth;
  for (const column of columns) {
    const needed = gap.length + columnWidth(column);
    const block = blocks[blocks.length - 1];
    if (used + needed > width && block && block.length > 0) {
      blocks.push([column]);
      used = nameWidth + needed;
    } else {
      block?.push(column);
      used += needed;
    }
  }
  return blocks.flatMap((block, i) => [
    ...(i > 0 ? [""] : []),
    ...blockLines([{ ...first, left: true }, ...block], head),
  ]);
}

function blockLines(columns: readonly Column[], head: (text: string) => string): string[] {
  const widths = columns.map(columnWidth);
  const rows = columns[0]?.cells.length ?? 0;
  const title = columns.map((column, i) => fill(column.title, widths[i] ?? 0, column.left === true)).join(gap);
  const lines = Array.from({ length: rows }, (_, row) =>
    columns
      .map((column, i) => {
        const { text, paint } = column.cells[row] ?? { text: "" };
        const full = fill(text, widths[i] ?? 0, column.left === true);
        return paint ? full.replace(text, () => paint(text)) : full;
      })
      .join(gap)
      .trimEnd(),
  );
  return [head(title.trimEnd()), ...lines];
}

/** Words folded at `width`, with `indent` before every line but the first. */
export function fold(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOf(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}
