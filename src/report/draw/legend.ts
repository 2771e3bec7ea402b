/** What a legend lists, for the picture's painter and the page's buttons alike. */
import type { Figure } from "../charts/figure.ts";
import { pieceFill, type Style, styleOf, type Theme, translucent } from "../charts/look.ts";
import { line, marker, type Pen } from "./pen.ts";

/** One entry: a sample of the look and a name. */
export type Entry =
  | { readonly kind: "curve" | "point"; readonly name: string; readonly style: Style }
  | { readonly kind: "fill"; readonly name: string; readonly colour: string; readonly hollow: boolean }
  | { readonly kind: "mark"; readonly name: string };

/** The entries of a figure, in the order of its datasets; a `mark` explains a sign and belongs to no dataset. */
export function legendOf(figure: Figure, theme: Theme): Entry[] {
  // A map has its scale of colour in the plot.
  if (figure.kind === "heat") return [];
  if (figure.kind === "lines")
    return figure.series.map(({ name, look }) => ({
      kind: "curve",
      name,
      style: figure.marked ? styleOf(look, theme) : { ...styleOf(look, theme), shape: "circle" },
    }));
  if (figure.kind === "forest")
    return figure.series.map(({ name, look }) => ({
      kind: "point",
      name,
      style: { ...styleOf(look, theme), hollow: false },
    }));
  if (figure.kind === "cloud")
    return figure.points.map(({ name, look, best }) => ({
      kind: "point",
      name,
      style: { ...styleOf(look, theme), hollow: !best },
    }));
  if (figure.kind === "stack")
    return figure.pieces.map(({ name, colour }) => ({
      kind: "fill",
      name,
      colour: pieceFill(colour, theme),
      hollow: false,
    }));
  const bars = figure.series.map(({ name, look }): Entry => {
    const { colour, hollow } = styleOf(look, theme);
    return { kind: "fill", name, colour, hollow };
  });
  return figure.mark === "" ? bars : [...bars, { kind: "mark", name: figure.mark }];
}

/** Width of a sample [px]: a dash needs room to be recognised. */
export const sampleWidth = (figure: Figure): number => (figure.kind === "lines" ? 34 : 18);

/** Draws the sample of an entry from `x`, centred on `y`; curves show their marker where they have any. */
export function paintSample(
  pen: Pen,
  entry: Entry,
  x: number,
  y: number,
  sample: number,
  theme: Theme,
  marked: boolean,
): void {
  const middle = x + sample / 2;
  pen.save();
  if (entry.kind === "fill") {
    pen.fillStyle = entry.hollow ? translucent(entry.colour, 0.3) : entry.colour;
    pen.fillRect(x, y - 7, sample, 14);
    if (entry.hollow) {
      pen.strokeStyle = entry.colour;
      pen.lineWidth = 1.2;
      pen.beginPath();
      pen.rect(x, y - 7, sample, 14);
      pen.stroke();
    }
  } else if (entry.kind === "mark") {
    pen.strokeStyle = theme.ink;
    pen.lineWidth = 2.4;
    line(pen, middle, y - 6, middle, y + 6);
  } else {
    pen.strokeStyle = entry.style.colour;
    pen.lineWidth = 2.2;
    pen.setLineDash([...entry.style.dash]);
    if (entry.kind === "curve") line(pen, x, y, x + sample, y);
    if (entry.kind === "point" || marked) marker(pen, entry.style, middle, y, 4.2, theme.paper);
  }
  pen.restore();
}
