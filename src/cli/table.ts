/** Plain tables for lists on the terminal. */

/** Columns aligned to the left, or to the right where all cells of a column are numbers with or without unit. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map(
    (_, c) => rows.length > 0 && rows.every((row) => /^(—|[~≥]?[\d.]+( \S+)?)$/.test(row[c] ?? "")),
  );
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => (row[c] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (isNumeric[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join("  ")
      .trimEnd();
  return `${[line(head), ...rows.map(line)].join("\n")}\n`;
}

const prefixes = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "u"],
  [1e-9, "n"],
] as const;

/** Three digits and an SI prefix: `1.52 TFLOP/s`; a dash for null. */
export function si(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return "—";
  if (value === 0) return `0 ${unit}`;
  const [factor, prefix] = prefixes.find(([f]) => Math.abs(value) >= f * 0.9995) ?? prefixes.at(-1)!;
  return `${Number((value / factor).toPrecision(3))} ${prefix}${unit}`;
}
