/** Points with whiskers both ways, named where they stand. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import type { Cloud } from "../charts/figure.ts";
import { styleOf } from "../charts/look.ts";
import { quantity } from "../format.ts";
import { shortenAll } from "../text.ts";
import { isNarrow, scale } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import { type Box, line, marker, type Pen, whisker, within } from "./pen.ts";
import { type Anchor, placeLabels } from "./place-labels.ts";

const radius = 5.5;

/** The chart of a {@link Cloud} figure. */
export function cloudChart(figure: Cloud, shown: Shown): ChartConfiguration<"scatter", { x: number; y: number }[]> {
  const { room } = shown;
  const range = (spread: readonly [number, number] | null, unit: Cloud["x"]["unit"]): string =>
    spread === null ? "" : `  [${quantity(spread[0], unit)}, ${quantity(spread[1], unit)}]`;
  return {
    type: "scatter",
    data: {
      datasets: figure.points.map(({ name, x, y, look }) => ({
        label: name,
        data: [{ x, y }],
        pointRadius: 0,
        pointHitRadius: 14,
        backgroundColor: styleOf(look, room.theme).colour,
      })),
    },
    options: {
      ...common<"scatter">(shown, {
        title: (items) => figure.points[items[0]?.datasetIndex ?? 0]?.name ?? "",
        label: (item) => {
          const p = figure.points[item.datasetIndex];
          if (!p) return [];
          return [
            `${figure.x.title}: ${quantity(p.x, figure.x.unit)}${range(p.xSpread, figure.x.unit)}`,
            `${figure.y.title}: ${quantity(p.y, figure.y.unit)}${range(p.ySpread, figure.y.unit)}`,
          ];
        },
      }),
      scales: { x: scale(figure.x, "x", room), y: scale(figure.y, "y", room) },
    },
    plugins: [points(figure, shown)],
  };
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly across: readonly [number, number] | null;
  readonly upright: readonly [number, number] | null;
}

function points(figure: Cloud, shown: Shown): Plugin<"scatter"> {
  const { theme, text } = shown.room;
  const short = shortenAll(
    figure.points.map(({ name }) => name),
    isNarrow(shown.room) ? 16 : 30,
  );
  // On a phone a long list is named by the legend above the chart alone.
  const named = !isNarrow(shown.room) || figure.points.length <= 6;
  return {
    id: "points",
    afterDatasetsDraw(chart: Chart) {
      const pen = chart.ctx as unknown as Pen;
      const { x, y } = chart.scales;
      if (!x || !y) return;
      const area = chart.chartArea;
      const visible = figure.points.map((_, i) => i).filter((i) => chart.isDatasetVisible(i));
      const spots = figure.points.map((p): Spot => {
        const pair = (s: readonly [number, number] | null, along: typeof x): readonly [number, number] | null =>
          s === null ? null : [along.getPixelForValue(s[0]), along.getPixelForValue(s[1])];
        return {
          x: x.getPixelForValue(p.x),
          y: y.getPixelForValue(p.y),
          across: pair(p.xSpread, x),
          upright: pair(p.ySpread, y),
        };
      });
      within(pen, area, () => {
        const best = visible
          .filter((i) => figure.points[i]?.front)
          .sort((a, b) => (figure.points[a]?.x ?? 0) - (figure.points[b]?.x ?? 0));
        pen.strokeStyle = theme.soft;
        pen.lineWidth = 1.2;
        pen.setLineDash([2, 4]);
        best.slice(1).forEach((i, k) => {
          const [from, to] = [spots[best[k] ?? i], spots[i]];
          if (from && to) line(pen, from.x, from.y, to.x, to.y);
        });
        pen.setLineDash([]);
        for (const i of visible) {
          const [spot, point] = [spots[i], figure.points[i]];
          if (!spot || !point) continue;
          pen.strokeStyle = styleOf(point.look, theme).colour;
          pen.lineWidth = 1.5;
          if (spot.across) whisker(pen, spot.y, spot.across[0], spot.across[1], 4, false);
          if (spot.upright) whisker(pen, spot.x, spot.upright[0], spot.upright[1], 4, true);
        }
      });
      for (const i of visible) {
        const [spot, point] = [spots[i], figure.points[i]];
        if (spot && point)
          marker(pen, { ...styleOf(point.look, theme), hollow: !point.best }, spot.x, spot.y, radius, theme.paper);
      }
      if (named) writeNames(pen, visible, spots, short, area, shown);
    },
  };

  function writeNames(
    pen: Pen,
    visible: readonly number[],
    spots: readonly Spot[],
    short: readonly string[],
    area: Box,
    { room }: Shown,
  ): void {
    pen.save();
    pen.font = `600 ${text}px ${room.theme.font}`;
    const anchors = visible.map(
      (i): Anchor => ({
        x: spots[i]?.x ?? 0,
        y: spots[i]?.y ?? 0,
        width: pen.measureText(short[i] ?? "").width + 2,
        height: text * 1.25,
      }),
    );
    const shownSpots = visible.flatMap((i) => spots[i] ?? []);
    const hard = shownSpots.map(({ x, y }) => ({
      left: x - radius - 3,
      right: x + radius + 3,
      top: y - radius - 3,
      bottom: y + radius + 3,
    }));
    const soft = shownSpots.flatMap(({ x, y, across, upright }) => [
      ...(across ? [{ left: Math.min(...across), right: Math.max(...across), top: y - 4, bottom: y + 4 }] : []),
      ...(upright ? [{ left: x - 4, right: x + 4, top: Math.min(...upright), bottom: Math.max(...upright) }] : []),
    ]);
    const places = placeLabels(anchors, { ...area, right: area.right + 8 }, hard, soft);
    pen.strokeStyle = room.theme.soft;
    pen.lineWidth = 0.9;
    places.forEach((placed, k) => {
      const anchor = anchors[k];
      if (!placed?.far || !anchor) return;
      const { box } = placed;
      const toX = Math.max(box.left, Math.min(box.right, anchor.x));
      const toY = Math.max(box.top, Math.min(box.bottom, anchor.y));
      const start = (radius + 2) / (Math.hypot(toX - anchor.x, toY - anchor.y) || 1);
      line(pen, anchor.x + (toX - anchor.x) * start, anchor.y + (toY - anchor.y) * start, toX, toY);
    });
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    places.forEach((placed, k) => {
      const name = short[visible[k] ?? -1];
      if (!placed || name === undefined) return;
      const { left, top, bottom } = placed.box;
      // A rim of paper keeps a name readable where a line or whisker passes behind it.
      pen.strokeStyle = room.theme.paper;
      pen.lineWidth = 3.5;
      pen.strokeText(name, left + 1, (top + bottom) / 2);
      pen.fillStyle = room.theme.ink;
      pen.fillText(name, left + 1, (top + bottom) / 2);
    });
    pen.restore();
  }
}
