/** Differences about zero with their intervals, a row a metric, the better side tinted, the numbers beside them. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import type { Forest } from "../charts/figure.ts";
import { styleOf, translucent } from "../charts/look.ts";
import { wrap } from "../text.ts";
import { isNarrow } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import { line, marker, type Pen, whisker } from "./pen.ts";

const each = 21;
const between = 13;
/** Above the rows, for the words of both sides. */
const head = 30;

const rowHeight = (figure: Forest): number => figure.series.length * each + between;

/** Height of the plot [px]. */
export const forestHeight = (figure: Forest): number => head + figure.rows.length * rowHeight(figure) + 6;

interface Columns {
  readonly left: number;
  readonly right: number;
}

/** Where the intervals are drawn, between the names and, where there is room, the numbers. */
const columnsOf = (width: number): Columns =>
  width < 560 ? { left: 108, right: width - 14 } : { left: 178, right: width - Math.min(300, width * 0.33) };

/** The chart of a {@link Forest} figure; its axes are the canvas itself, so that tooltips find the points. */
export function forestChart(figure: Forest, shown: Shown): ChartConfiguration<"scatter", { x: number; y: number }[]> {
  const { room, frame } = shown;
  const places = figure.series.map((_, s) =>
    figure.rows.flatMap((row, r) => {
      const point = row.points[s] ?? null;
      return point === null
        ? []
        : [{ r, x: across(figure, r, room.width)(point.value), y: middle(figure, r, s, frame.top) }];
    }),
  );
  const options = common<"scatter">(shown, {
    title: (items) => figure.rows[places[items[0]?.datasetIndex ?? 0]?.[items[0]?.dataIndex ?? 0]?.r ?? 0]?.name ?? "",
    label: (item) => {
      const place = places[item.datasetIndex]?.[item.dataIndex];
      const point = place === undefined ? null : figure.rows[place.r]?.points[item.datasetIndex];
      return point
        ? `${figure.series[item.datasetIndex]?.name ?? ""}: ${point.text}${point.settled ? "" : ", undecided"}`
        : "";
    },
  });
  return {
    type: "scatter",
    data: {
      datasets: figure.series.map(({ name, look }, s) => ({
        label: name,
        data: places[s]!.map(({ x, y }) => ({ x, y })),
        pointRadius: 0,
        pointHoverRadius: 0,
        pointHitRadius: each / 2,
        backgroundColor: styleOf(look, room.theme).colour,
      })),
    },
    options: {
      ...options,
      layout: { padding: 0 },
      scales: {
        x: { type: "linear", display: false, min: 0, max: room.width },
        y: {
          type: "linear",
          display: false,
          min: 0,
          max: forestHeight(figure) + frame.top + frame.bottom,
          reverse: true,
        },
      },
    },
    plugins: [rows(figure, shown)],
  };
}

const middle = (figure: Forest, row: number, series: number, top: number): number =>
  top + head + row * rowHeight(figure) + between / 2 + (series + 0.5) * each;

/** From a difference to its place: zero in the middle, the farthest limit of the row at the edge. */
function across(figure: Forest, row: number, width: number): (value: number) => number {
  const { left, right } = columnsOf(width);
  const far = (figure.rows[row]?.points ?? []).reduce(
    (most, p) => (p === null ? most : Math.max(most, Math.abs(p.value), Math.abs(p.low ?? 0), Math.abs(p.high ?? 0))),
    0,
  );
  return (value) => (left + right) / 2 + (far === 0 ? 0 : (value / far) * ((right - left) / 2 - 8));
}

function rows(figure: Forest, shown: Shown): Plugin<"scatter"> {
  const { theme, text, width } = shown.room;
  const { left, right } = columnsOf(width);
  const zero = (left + right) / 2;
  const top = shown.frame.top;
  const height = rowHeight(figure);
  return {
    id: "rows",
    afterDatasetsDraw(chart: Chart) {
      const pen = chart.ctx as unknown as Pen;
      pen.save();
      pen.textBaseline = "middle";
      pen.font = `${text - 1}px ${theme.font}`;
      pen.fillStyle = theme.soft;
      pen.textAlign = "right";
      pen.fillText("less", zero - 10, top + head - 13);
      pen.textAlign = "left";
      pen.fillText("more", zero + 10, top + head - 13);
      figure.rows.forEach((row, r) => {
        const above = top + head + r * height;
        // The better side in the green of good news, pale.
        if (row.better !== 0) {
          pen.fillStyle = translucent("#009e73", theme.name === "light" ? 0.09 : 0.16);
          pen.fillRect(row.better < 0 ? left : zero, above + 2, (right - left) / 2, height - 4);
        }
        pen.strokeStyle = theme.grid;
        pen.lineWidth = 1;
        line(pen, 10, above, width - 10, above);
        pen.font = `600 ${text}px ${theme.font}`;
        pen.fillStyle = theme.ink;
        pen.textAlign = "left";
        const measure = (words: string): number => pen.measureText(words).width;
        const words = wrap(row.name, left - 24, measure, 2);
        words.forEach((part, i) => {
          pen.fillText(part, 12, above + height / 2 + (i - (words.length - 1) / 2) * text * 1.3);
        });
      });
      pen.strokeStyle = theme.soft;
      pen.lineWidth = 1.2;
      line(pen, zero, top + head, zero, top + head + figure.rows.length * height);
      for (const [s, { look }] of figure.series.entries())
        if (chart.isDatasetVisible(s)) paint(pen, s, styleOf(look, theme));
      pen.restore();
    },
  };

  function paint(pen: Pen, s: number, style: ReturnType<typeof styleOf>): void {
    figure.rows.forEach((row, r) => {
      const point = row.points[s] ?? null;
      if (point === null) return;
      const [at, y] = [across(figure, r, width), middle(figure, r, s, top)];
      pen.strokeStyle = style.colour;
      pen.lineWidth = 1.7;
      if (point.low !== null && point.high !== null && point.high > point.low)
        whisker(pen, y, at(point.low), at(point.high), 4, false);
      marker(pen, { ...style, hollow: !point.settled }, at(point.value), y, 4.6, theme.paper);
      if (isNarrow(shown.room)) return;
      pen.font = `${text - 1}px ${theme.font}`;
      pen.textAlign = "left";
      pen.fillStyle = point.settled ? theme.ink : theme.soft;
      pen.fillText(point.text, right + 14, y);
    });
  }
}
