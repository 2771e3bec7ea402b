/** Curves with bands or whiskers, and lines across the plot. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import type { Lines } from "../charts/figure.ts";
import { styleOf, translucent } from "../charts/look.ts";
import { quantity } from "../format.ts";
import { isNarrow, scale } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import { type Box, line, marker, overlap, type Pen, whisker, within } from "./pen.ts";

type Drawn = Chart<"line", { x: number; y: number }[]>;

/** The chart of a {@link Lines} figure. */
export function linesChart(figure: Lines, shown: Shown): ChartConfiguration<"line", { x: number; y: number }[]> {
  const { room } = shown;
  const styles = figure.series.map(({ look }) => styleOf(look, room.theme));
  const radius = figure.marked ? (figure.series.length > 6 || isNarrow(room) ? 3.2 : 4) : 0;
  const datasets = figure.series.map(({ name, points }, i) => ({
    label: name,
    data: points.map(({ x, y }) => ({ x, y })),
    borderColor: styles[i]?.colour ?? room.theme.ink,
    backgroundColor: styles[i]?.colour ?? room.theme.ink,
    borderWidth: figure.series[i]?.look.baseline ? 2.4 : 2,
    borderDash: [...(styles[i]?.dash ?? [])],
    borderJoinStyle: "round" as const,
    pointRadius: 0,
    pointHoverRadius: 4,
    pointHitRadius: 10,
    // Many requests share a latency exactly only where it is a constant: then the curve is a step, which a straight line also draws.
    tension: 0,
    spanGaps: true,
  }));
  const words = figure.x.words;
  return {
    type: "line",
    data: { datasets },
    options: {
      ...common<"line">(shown, {
        title: (items) => {
          const x = items[0]?.parsed.x;
          return typeof x !== "number" ? "" : `${figure.x.title}: ${words ? words[x] : quantity(x, figure.x.unit)}`;
        },
        label: (item) => {
          const series = figure.series[item.datasetIndex];
          const point = series?.points[item.dataIndex];
          if (!series || !point) return "";
          const range =
            point.low === null || point.high === null
              ? ""
              : `  [${quantity(point.low, figure.y.unit)}, ${quantity(point.high, figure.y.unit)}]`;
          return `${series.name}: ${quantity(point.y, figure.y.unit)}${range}`;
        },
      }),
      parsing: false,
      interaction: figure.marked ? { mode: "x", intersect: false } : { mode: "nearest", intersect: false },
      scales: { x: scale(figure.x, "x", room), y: scale(figure.y, "y", room) },
    },
    plugins: [spread(figure, styles), limits(figure, shown), marks(figure, styles, shown, radius)],
  };
}

type Styles = readonly ReturnType<typeof styleOf>[];

const penOf = (chart: Drawn): Pen => chart.ctx as unknown as Pen;

/** Bands or whiskers, under the curves. */
function spread(figure: Lines, styles: Styles): Plugin<"line"> {
  return {
    id: "spread",
    beforeDatasetsDraw(chart) {
      const pen = penOf(chart as Drawn);
      const { x, y } = chart.scales;
      if (!x || !y) return;
      // Many bands over one another would turn to mud.
      const opacity = figure.series.length <= 4 ? 0.18 : figure.series.length <= 7 ? 0.12 : 0.07;
      within(pen, chart.chartArea, () => {
        figure.series.forEach(({ points, look }, i) => {
          const style = styles[i];
          const known = points.filter((p) => p.low !== null && p.high !== null && (!figure.y.log || p.low > 0));
          if (!style || !chart.isDatasetVisible(i) || known.length === 0) return;
          if (figure.spread === "whiskers") {
            pen.strokeStyle = style.colour;
            pen.lineWidth = 1.3;
            for (const p of known) {
              const [low, high] = [y.getPixelForValue(p.low ?? p.y), y.getPixelForValue(p.high ?? p.y)];
              if (Math.abs(low - high) > 2) whisker(pen, x.getPixelForValue(p.x), low, high, 3.5, true);
            }
            return;
          }
          pen.fillStyle = translucent(style.colour, look.baseline ? opacity * 0.8 : opacity);
          pen.beginPath();
          for (const p of known) pen.lineTo(x.getPixelForValue(p.x), y.getPixelForValue(p.high ?? p.y));
          for (const p of known.toReversed()) pen.lineTo(x.getPixelForValue(p.x), y.getPixelForValue(p.low ?? p.y));
          pen.closePath();
          pen.fill();
        });
      });
    },
  };
}

/** Markers over the curves, drawn by us so that legend and curve have the same. */
function marks(figure: Lines, styles: Styles, shown: Shown, radius: number): Plugin<"line"> {
  return {
    id: "marks",
    afterDatasetsDraw(chart) {
      const pen = penOf(chart as Drawn);
      const { x, y } = chart.scales;
      if (!x || !y || radius === 0) return;
      figure.series.forEach(({ points }, i) => {
        const style = styles[i];
        if (!style || !chart.isDatasetVisible(i)) return;
        for (const p of points)
          marker(
            pen,
            style,
            x.getPixelForValue(p.x),
            y.getPixelForValue(p.y),
            points.length > 15 ? radius * 0.75 : radius,
            shown.room.theme.paper,
          );
      });
    },
  };
}

/** Lines across the plot with their labels, which move down while they would touch one another. */
function limits(figure: Lines, shown: Shown): Plugin<"line"> {
  return {
    id: "limits",
    afterDatasetsDraw(chart) {
      const pen = penOf(chart as Drawn);
      const { theme, text } = shown.room;
      const area = chart.chartArea;
      const taken: Box[] = [];
      pen.save();
      pen.font = `${text - 1}px ${theme.font}`;
      for (const { at, axis, label } of figure.limits) {
        const along = chart.scales[axis];
        if (!along) continue;
        const p = along.getPixelForValue(at);
        pen.strokeStyle = theme.soft;
        pen.lineWidth = 1.2;
        pen.setLineDash([3, 3]);
        if (axis === "x") line(pen, p, area.top, p, area.bottom);
        else line(pen, area.left, p, area.right, p);
        pen.setLineDash([]);
        const width = pen.measureText(label).width;
        const toLeft = axis === "y" || p + width + 10 > area.right;
        const left = axis === "y" ? area.right - width - 6 : toLeft ? p - width - 6 : p + 6;
        let top = axis === "x" ? area.bottom - text * 2 : p - text - 6;
        const box = (): Box => ({ left, top, right: left + width, bottom: top + text + 4 });
        while (taken.some((other) => overlap(box(), other)) && top > area.top) top -= text + 6;
        taken.push(box());
        // Paper behind the words keeps them readable over a curve.
        pen.globalAlpha = 0.85;
        pen.fillStyle = theme.paper;
        pen.fillRect(left - 2, top - 1, width + 4, text + 5);
        pen.globalAlpha = 1;
        pen.fillStyle = theme.ink;
        pen.textAlign = "left";
        pen.textBaseline = "top";
        pen.fillText(label, left, top + 1);
      }
      pen.restore();
    },
  };
}
