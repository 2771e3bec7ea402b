/** Stacked bars: pieces with their value inside where it fits, the total at the end. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import type { Stack } from "../charts/figure.ts";
import { inkOn, pieceFill } from "../charts/look.ts";
import { quantity, scaled } from "../format.ts";
import { names, type Room, scale } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import type { Pen } from "./pen.ts";

/** Height of the plot of `n` bars [px]. */
export const stackHeight = (n: number): number => 92 + n * (n > 8 ? 34 : n > 4 ? 40 : 46);

/** The chart of a {@link Stack} figure. */
export function stackChart(figure: Stack, shown: Shown): ChartConfiguration<"bar", (number | null)[]> {
  const { room } = shown;
  const fills = figure.pieces.map(({ colour }) => pieceFill(colour, room.theme));
  const options = common<"bar">(shown, {
    title: (items) => figure.names[items[0]?.dataIndex ?? 0] ?? "",
    label: (item) => {
      const piece = figure.pieces[item.datasetIndex];
      return piece ? `${piece.name}: ${quantity(piece.values[item.dataIndex], figure.x.unit)}` : "";
    },
  });
  return {
    type: "bar",
    data: {
      labels: [...figure.names],
      datasets: figure.pieces.map(({ name, values }, i) => ({
        label: name,
        data: [...values],
        backgroundColor: fills[i] ?? room.theme.ink,
        borderColor: room.theme.paper,
        borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
        borderSkipped: false,
        barPercentage: 0.78,
        categoryPercentage: 0.92,
        maxBarThickness: 34,
      })),
    },
    options: {
      ...options,
      indexAxis: "y",
      interaction: { mode: "index", axis: "y", intersect: false },
      scales: {
        x: { ...scale(roomy(figure, room), "x", room), stacked: true },
        y: { ...names(figure.names, room), stacked: true },
      } as NonNullable<typeof options.scales>,
    },
    plugins: [labels(figure, fills, shown)],
  };
}

/** Leaves room at the right of the longest bar for its total. */
function roomy(figure: Stack, room: Room): Stack["x"] {
  const totals = figure.names.map((_, i) => figure.pieces.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const most = Math.max(0, ...totals);
  if (figure.x.max !== undefined || !figure.ends.some((end) => end !== "")) return figure.x;
  const widest = Math.max(...figure.ends.map((end) => end.length)) * room.text * 0.6;
  return {
    ...figure.x,
    max: most > 0 ? (most * room.width) / Math.max(room.width * 0.5, room.width - widest * 1.5) : 1,
  };
}

function labels(figure: Stack, fills: readonly string[], shown: Shown): Plugin<"bar"> {
  const { theme, text } = shown.room;
  return {
    id: "labels",
    afterDatasetsDraw(chart: Chart) {
      const pen = chart.ctx as unknown as Pen;
      const x = chart.scales.x;
      const y = chart.scales.y;
      if (!x || !y) return;
      pen.save();
      pen.textBaseline = "middle";
      figure.names.forEach((_, row) => {
        const middle = y.getPixelForValue(row);
        let start = 0;
        let hidden = false;
        figure.pieces.forEach(({ values }, i) => {
          if (!chart.isDatasetVisible(i)) {
            hidden = true;
            return;
          }
          const value = values[row] ?? 0;
          const from = x.getPixelForValue(start);
          start += value;
          const room = x.getPixelForValue(start) - from;
          const words =
            figure.x.unit === "share" ? `${Math.round(value * 100)} %` : scaled(value, figure.x.unit, figure.x);
          pen.font = `${text - 1}px ${theme.font}`;
          if (value <= 0 || room < pen.measureText(words).width + 8) return;
          pen.fillStyle = inkOn(fills[i] ?? theme.ink);
          pen.textAlign = "center";
          pen.fillText(words, from + room / 2, middle + 0.5);
        });
        const end = hidden ? quantity(start, figure.x.unit) : (figure.ends[row] ?? "");
        if (end === "" || (hidden && figure.x.unit === "share")) return;
        pen.font = `600 ${text}px ${theme.font}`;
        pen.fillStyle = theme.ink;
        pen.textAlign = "left";
        pen.fillText(end, x.getPixelForValue(start) + 7, middle + 0.5);
      });
      pen.restore();
    },
  };
}
