/** Maps: panels of cells, their value written in them where it fits, and the scale of colour below. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import { axisTitle, type Heat, type HeatCell } from "../charts/figure.ts";
import { heatFill, inkOn } from "../charts/look.ts";
import { quantity, tick } from "../format.ts";
import { shorten, shortenAll, shortenPath } from "../text.ts";
import { logTicks, type Room } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import { type Box, line, type Pen, within } from "./pen.ts";

const cellHeight = 34;
/** Above a panel, for the name of its policy. */
const head = 26;
/** Below a panel, for the values across. */
const foot = 24;
/** Below all panels, for the title across and the scale of colour. */
const base = 92;
const gap = 18;
/** At the left, for the title upwards. */
const spine = 22;

/** How the panels stand. */
interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Of one panel, cells alone [px]. */
  readonly width: number;
  readonly height: number;
  /** For the values upwards [px]. */
  readonly side: number;
}

function layOut(figure: Heat, width: number): Layout {
  const n = figure.panels.length;
  const across = figure.x.labels.length;
  const longest = figure.y.labels.reduce((most, label) => Math.max(most, label.length), 0);
  const side = spine + Math.min(width < 560 ? 70 : 130, 10 + longest * 7);
  // As many panels beside one another as leave room for a number in each cell.
  const room = width - side - 20;
  const columns = Math.max(1, Math.min(n, 3, Math.floor((room + gap) / (across * 52 + gap))));
  const even = Math.ceil(n / Math.ceil(n / columns));
  return {
    columns: even,
    rows: Math.ceil(n / even),
    width: Math.min((room - gap * (even - 1)) / even, across * 130),
    height: figure.y.labels.length * cellHeight,
    side,
  };
}

/** Height of the plot [px]. */
export function heatHeight(figure: Heat, width: number): number {
  const { rows, height } = layOut(figure, width);
  return rows * (head + height + foot) + base;
}

interface Placed {
  readonly panel: Heat["panels"][number];
  readonly box: Box;
}

/** Where each panel's cells are, from the top left of the plot. */
function placed(figure: Heat, room: Pick<Room, "width">, top: number): Placed[] {
  const { columns, width, height, side } = layOut(figure, room.width);
  return figure.panels.map((panel, i) => {
    const left = side + (i % columns) * (width + gap);
    const above = top + Math.floor(i / columns) * (head + height + foot) + head;
    return { panel, box: { left, top: above, right: left + width, bottom: above + height } };
  });
}

/** Cells are in pixels of their own: the axes of the chart are the canvas itself, so that tooltips find them. */
export function heatChart(figure: Heat, shown: Shown): ChartConfiguration<"scatter", { x: number; y: number }[]> {
  const { room, frame } = shown;
  const panels = placed(figure, room, frame.top);
  const spots = panels.map(({ panel, box }) =>
    panel.cells.flatMap((row, r) =>
      row.flatMap((cell, c) => (cell === null ? [] : [{ ...middle(cellBox(figure, box, r, c)), cell, r, c }])),
    ),
  );
  const height = heatHeight(figure, room.width) + frame.top + frame.bottom;
  const options = common<"scatter">(shown, {
    title: (items) => panels[items[0]?.datasetIndex ?? 0]?.panel.name ?? "",
    label: (item) => {
      const spot = spots[item.datasetIndex]?.[item.dataIndex];
      if (!spot) return [];
      const { value, low, high, shaky } = spot.cell;
      const { unit, title } = figure.scale;
      const range = low === null || high === null ? "" : `  [${quantity(low, unit)}, ${quantity(high, unit)}]`;
      return [
        `${figure.x.title}: ${figure.x.labels[spot.c] ?? ""}`,
        `${figure.y.title}: ${figure.y.labels[spot.r] ?? ""}`,
        `${title}: ${quantity(value, unit)}${range}`,
        ...(shaky ? ["no steady state"] : []),
      ];
    },
  });
  return {
    type: "scatter",
    data: {
      datasets: spots.map((points, i) => ({
        label: panels[i]?.panel.name ?? "",
        data: points.map(({ x, y }) => ({ x, y })),
        pointRadius: 0,
        pointHoverRadius: 0,
        pointHitRadius: cellHeight / 2,
      })),
    },
    options: {
      ...options,
      layout: { padding: 0 },
      scales: {
        x: { type: "linear", display: false, min: 0, max: room.width },
        y: { type: "linear", display: false, min: 0, max: height, reverse: true },
      },
    },
    plugins: [cells(figure, shown, panels)],
  };
}

const middle = (box: Box): { x: number; y: number } => ({
  x: (box.left + box.right) / 2,
  y: (box.top + box.bottom) / 2,
});

/** Row 0 is at the bottom. */
function cellBox(figure: Heat, box: Box, row: number, column: number): Box {
  const width = (box.right - box.left) / figure.x.labels.length;
  const bottom = box.bottom - row * cellHeight;
  return { left: box.left + column * width, right: box.left + (column + 1) * width, top: bottom - cellHeight, bottom };
}

/** Place of a value on the scale of colour, 0 to 1. */
function share({ scale }: Heat, value: number): number {
  const { min, max, log } = scale;
  if (max <= min) return 0.5;
  if (!log) return (value - min) / (max - min);
  return value <= 0 ? 0 : Math.log(value / min) / Math.log(max / min);
}

function cells(figure: Heat, shown: Shown, panels: readonly Placed[]): Plugin<"scatter"> {
  const { theme, text } = shown.room;
  return {
    id: "cells",
    afterDatasetsDraw(chart: Chart) {
      const pen = chart.ctx as unknown as Pen;
      pen.save();
      pen.textBaseline = "middle";
      const numbers = `600 ${text - 1}px ${theme.font}`;
      pen.font = numbers;
      const width = (panels[0]!.box.right - panels[0]!.box.left) / figure.x.labels.length;
      const all = panels.flatMap(({ panel }) => panel.cells.flat());
      // All cells or none: some numbers alone would look like something found there.
      const fits = all.every((cell) => cell === null || pen.measureText(cell.text).width + 8 <= width);
      for (const [i, { panel, box }] of panels.entries()) {
        panel.cells.forEach((row, r) => {
          row.forEach((cell, c) => {
            paintCell(pen, cellBox(figure, box, r, c), cell, fits ? numbers : null);
          });
        });
        const names = shortenAll(
          panels.map((one) => one.panel.name),
          Math.max(8, Math.floor((box.right - box.left) / (text * 0.62))),
        );
        pen.textAlign = "left";
        pen.fillStyle = theme.ink;
        pen.font = `bold ${text}px ${theme.font}`;
        pen.fillText(names[i] ?? "", box.left, box.top - head / 2);
        across(pen, box, width);
        if (i === 0 || box.left === panels[0]!.box.left) upwards(pen, box);
      }
      titles(pen);
      scaleOfColour(pen);
      pen.restore();
    },
  };

  function paintCell(pen: Pen, box: Box, cell: HeatCell | null, numbers: string | null): void {
    const inner = { left: box.left + 0.75, top: box.top + 0.75, right: box.right - 0.75, bottom: box.bottom - 0.75 };
    const [width, height] = [inner.right - inner.left, inner.bottom - inner.top];
    const { x, y } = middle(box);
    pen.textAlign = "center";
    if (cell === null) {
      pen.fillStyle = theme.grid;
      pen.fillRect(inner.left, inner.top, width, height);
      pen.fillStyle = theme.soft;
      pen.fillText("—", x, y);
      return;
    }
    const fill = heatFill(share(figure, cell.value));
    pen.fillStyle = fill;
    pen.fillRect(inner.left, inner.top, width, height);
    if (cell.shaky) hatch(pen, inner, inkOn(fill));
    if (numbers === null) return;
    pen.font = numbers;
    if (cell.shaky) {
      // The number on ground of its own, or the hatching would run through it.
      const wide = pen.measureText(cell.text).width + 8;
      pen.fillStyle = fill;
      pen.fillRect(x - wide / 2, y - text * 0.75, wide, text * 1.5);
    }
    pen.fillStyle = inkOn(fill);
    pen.fillText(cell.text, x, y + 0.5);
  }

  /** Values below a panel, every second or third where they would touch. */
  function across(pen: Pen, box: Box, width: number): void {
    pen.font = `${text - 1}px ${theme.font}`;
    pen.fillStyle = theme.soft;
    pen.textAlign = "center";
    const short = figure.x.labels.map((label) => shorten(label, 18));
    const widest = Math.max(...short.map((label) => pen.measureText(label).width)) + 8;
    const every = Math.max(1, Math.ceil(widest / width));
    short.forEach((label, c) => {
      if (c % every === 0) pen.fillText(label, box.left + (c + 0.5) * width, box.bottom + foot / 2);
    });
  }

  /** Values beside the panels at the left. */
  function upwards(pen: Pen, box: Box): void {
    pen.font = `${text - 1}px ${theme.font}`;
    pen.fillStyle = theme.soft;
    pen.textAlign = "right";
    const letters = Math.max(6, Math.floor((box.left - spine - 8) / (text * 0.52)));
    figure.y.labels.forEach((label, r) => {
      pen.fillText(shorten(label, letters), box.left - 7, box.bottom - (r + 0.5) * cellHeight);
    });
  }

  function titles(pen: Pen): void {
    const last = panels.reduce((a, b) => (b.box.bottom > a.box.bottom ? b : a)).box;
    const right = panels.reduce((most, { box }) => Math.max(most, box.right), 0);
    const { left, top } = panels[0]!.box;
    pen.font = `${text}px ${theme.font}`;
    pen.fillStyle = theme.ink;
    pen.textAlign = "center";
    pen.fillText(
      shortenPath(figure.x.title, Math.floor((right - left) / (text * 0.55))),
      (left + right) / 2,
      last.bottom + foot + 12,
    );
    pen.save();
    pen.translate(spine / 2 + 2, (top + last.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(shortenPath(figure.y.title, Math.max(8, Math.floor((last.bottom - top) / (text * 0.55)))), 0, 0);
    pen.restore();
  }

  function scaleOfColour(pen: Pen): void {
    const { scale } = figure;
    const bottom = panels.reduce((most, { box }) => Math.max(most, box.bottom), 0) + foot + 30;
    const left = panels[0]!.box.left;
    pen.textAlign = "left";
    pen.font = `${text}px ${theme.font}`;
    pen.fillStyle = theme.ink;
    const title = axisTitle(scale);
    pen.fillText(title, left, bottom + 8);
    const from = left + pen.measureText(title).width + 12;
    const hatched = panels.some(({ panel }) => panel.cells.flat().some((cell) => cell?.shaky));
    const words = "no steady state";
    const rest = hatched ? pen.measureText(words).width + 60 : 20;
    const wide = Math.max(80, Math.min(320, shown.room.width - from - rest));
    for (let i = 0; i < wide; i++) {
      pen.fillStyle = heatFill(i / (wide - 1));
      pen.fillRect(from + i, bottom, 1.5, 16);
    }
    pen.font = `${text - 1.5}px ${theme.font}`;
    pen.fillStyle = theme.soft;
    pen.strokeStyle = theme.soft;
    pen.lineWidth = 1;
    pen.textAlign = "center";
    let taken = Number.NEGATIVE_INFINITY;
    for (const value of scaleTicks(figure)) {
      const x = from + share(figure, value) * wide;
      const label =
        scale.symbol === "" && scale.unit !== "count"
          ? quantity(value, scale.unit)
          : tick(Number(value.toPrecision(3)), scale);
      const half = pen.measureText(label).width / 2;
      if (x - half < taken + 8) continue;
      taken = x + half;
      line(pen, x, bottom + 16, x, bottom + 20);
      pen.fillText(label, x, bottom + 29);
    }
    if (!hatched) return;
    const box = { left: from + wide + 22, top: bottom, right: from + wide + 44, bottom: bottom + 16 };
    pen.fillStyle = theme.grid;
    pen.fillRect(box.left, box.top, 22, 16);
    hatch(pen, box, theme.ink);
    pen.textAlign = "left";
    pen.font = `${text}px ${theme.font}`;
    pen.fillStyle = theme.ink;
    pen.fillText(words, box.right + 7, bottom + 8);
  }
}

/** Values named on the scale of colour: both ends, and round ones between them. */
function scaleTicks({ scale: { min, max, log } }: Heat): number[] {
  if (max <= min) return [min];
  const between = log ? logTicks(min, max) : [0.25, 0.5, 0.75].map((at) => min + (max - min) * at);
  const room = log
    ? (v: number): boolean =>
        Math.log(v / min) > 0.12 * Math.log(max / min) && Math.log(max / v) > 0.12 * Math.log(max / min)
    : () => true;
  return [min, ...between.filter(room), max];
}

function hatch(pen: Pen, box: Box, colour: string): void {
  within(pen, box, () => {
    pen.strokeStyle = colour;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1;
    const height = box.bottom - box.top;
    for (let x = box.left - height; x < box.right; x += 7) line(pen, x, box.bottom, x + height, box.top);
    pen.globalAlpha = 1;
  });
}
