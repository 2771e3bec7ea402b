/** Title, finding and legend around the plot of a picture. */
import type { Figure } from "../charts/figure.ts";
import type { Theme } from "../charts/look.ts";
import { shortenAll, wrap } from "../text.ts";
import { type Entry, legendOf, paintSample, sampleWidth } from "./legend.ts";
import type { Pen } from "./pen.ts";

const margin = 22;
const titleSize = 19;
const findingSize = 14;
const legendSize = 13;
const rowHeight = 23;

/** Where everything around the plot goes, measured before the plot is drawn. */
export interface Frame {
  readonly top: number;
  readonly bottom: number;
  /** Paints it; `height` is that of the whole picture. */
  readonly paint: (pen: Pen, height: number) => void;
}

interface Cell {
  readonly entry: Entry;
  readonly name: string;
  readonly x: number;
  readonly row: number;
}

/** Lays out the frame of `figure` in a picture `width` px wide. */
export function frameOf(figure: Figure, width: number, theme: Theme, pen: Pen): Frame {
  const measure = (font: string) => (text: string) => {
    pen.font = font;
    return pen.measureText(text).width;
  };
  const titleFont = `bold ${titleSize}px ${theme.font}`;
  const findingFont = `${findingSize}px ${theme.font}`;
  const legendFont = `${legendSize}px ${theme.font}`;
  const title = wrap(figure.title, width - 2 * margin, measure(titleFont), 2);
  const finding = wrap(figure.finding, width - 2 * margin, measure(findingFont), 3);
  // The points of a cloud are named where they stand.
  const entries = figure.kind === "cloud" ? [] : legendOf(figure, theme);
  const sample = sampleWidth(figure);
  const cells = layOut(entries, width - 2 * margin, sample, measure(legendFont));
  const rows = cells.length === 0 ? 0 : Math.max(...cells.map(({ row }) => row)) + 1;
  const top = margin + title.length * 25 + finding.length * 20 + 4;
  const bottom = rows === 0 ? 10 : rows * rowHeight + 16;
  const paint = (to: Pen, height: number): void => {
    to.save();
    to.textAlign = "left";
    to.textBaseline = "alphabetic";
    to.fillStyle = theme.ink;
    to.font = titleFont;
    title.forEach((words, i) => {
      to.fillText(words, margin, margin + 16 + i * 25);
    });
    to.fillStyle = theme.soft;
    to.font = findingFont;
    finding.forEach((words, i) => {
      to.fillText(words, margin, margin + title.length * 25 + 13 + i * 20);
    });
    to.font = legendFont;
    to.textBaseline = "middle";
    for (const { entry, name, x, row } of cells) {
      const y = height - bottom + 8 + row * rowHeight + rowHeight / 2;
      paintSample(to, entry, margin + x, y, sample, theme, figure.kind === "lines" && figure.marked);
      to.fillStyle = theme.ink;
      to.fillText(name, margin + x + sample + 7, y + 0.5);
    }
    to.restore();
  };
  return { top, bottom, paint };
}

/** Entries in columns of one width, so that the eye can run down them. */
function layOut(entries: readonly Entry[], width: number, sample: number, measure: (text: string) => number): Cell[] {
  const names = shortenAll(
    entries.map(({ name }) => name),
    38,
  );
  const widths = names.map((name) => sample + 7 + measure(name) + 26);
  const total = widths.reduce((a, b) => a + b, 0);
  if (total - 26 <= width) {
    let x = 0;
    return entries.map((entry, i) => {
      const cell = { entry, name: names[i] ?? "", x, row: 0 };
      x += widths[i] ?? 0;
      return cell;
    });
  }
  const column = Math.max(...widths);
  const columns = Math.max(1, Math.floor((width + 26) / column));
  const even = Math.ceil(entries.length / Math.ceil(entries.length / columns));
  return entries.map((entry, i) => ({
    entry,
    name: names[i] ?? "",
    x: (i % even) * Math.max(column, Math.floor(width / even)),
    row: Math.floor(i / even),
  }));
}
