/** Grouped bars with whiskers and a mark for the busiest machine. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import type { Groups } from "../charts/figure.ts";
import { type Style, styleOf, translucent } from "../charts/look.ts";
import { quantity } from "../format.ts";
import { names, scale } from "./axes.ts";
import { common, type Shown } from "./common.ts";
import { line, type Pen, whisker, within } from "./pen.ts";

/** Height of the plot [px]: a bar needs 12 px to be told from its neighbour. */
export function groupsHeight(figure: Groups): number {
  const bars = figure.series.length;
  const each = bars <= 3 ? 18 : bars <= 6 ? 14 : 12;
  return 84 + figure.names.length * (bars * each + 18);
}

/** The chart of a {@link Groups} figure. */
export function groupsChart(figure: Groups, shown: Shown): ChartConfiguration<"bar", (number | null)[]> {
  const { room } = shown;
  const styles = figure.series.map(({ look }) => styleOf(look, room.theme));
  const options = common<"bar">(shown, {
    title: (items) => figure.names[items[0]?.dataIndex ?? 0] ?? "",
    label: (item) => {
      const series = figure.series[item.datasetIndex];
      const bar = series?.bars[item.dataIndex];
      if (!series || !bar) return "";
      const range =
        bar.low === null || bar.high === null
          ? ""
          : `  [${quantity(bar.low, "share")}, ${quantity(bar.high, "share")}]`;
      const mark = bar.mark === null ? "" : `, ${figure.mark} ${quantity(bar.mark, "share")}`;
      return `${series.name}: ${quantity(bar.value, "share")}${range}${mark}`;
    },
  });
  return {
    type: "bar",
    data: {
      labels: [...figure.names],
      datasets: figure.series.map(({ name, bars }, i) => {
        const style = styles[i];
        const colour = style?.colour ?? room.theme.ink;
        return {
          label: name,
          data: bars.map(({ value }) => value),
          backgroundColor: style?.hollow ? translucent(colour, 0.3) : colour,
          borderColor: colour,
          borderWidth: 1.2,
          borderSkipped: false,
          // A bar of nothing stays visible as a line on the axis: it was measured.
          minBarLength: 1.5,
          barPercentage: 0.84,
          categoryPercentage: 0.86,
          maxBarThickness: 26,
        };
      }),
    },
    options: {
      ...options,
      indexAxis: "y",
      interaction: { mode: "index", axis: "y", intersect: false },
      scales: { x: scale(figure.x, "x", room), y: names(figure.names, room) } as NonNullable<typeof options.scales>,
    },
    plugins: [whiskers(figure, styles, shown)],
  };
}

function whiskers(figure: Groups, styles: readonly Style[], shown: Shown): Plugin<"bar"> {
  const { theme } = shown.room;
  return {
    id: "whiskers",
    afterDatasetsDraw(chart: Chart) {
      const pen = chart.ctx as unknown as Pen;
      const x = chart.scales.x;
      if (!x) return;
      const { left, top, right, bottom } = chart.chartArea;
      within(pen, { left, top, right: right + 6, bottom }, () => {
        figure.series.forEach(({ bars }, i) => {
          if (!chart.isDatasetVisible(i)) return;
          const drawn = chart.getDatasetMeta(i).data;
          bars.forEach((bar, row) => {
            const y = drawn[row]?.y;
            if (y === undefined) return;
            if (bar.low !== null && bar.high !== null) {
              const [from, to] = [x.getPixelForValue(bar.low), x.getPixelForValue(bar.high)];
              // A pale edge first, so that the whisker shows on a bar of its own colour.
              for (const [colour, width] of [
                [theme.paper, 3.4],
                [theme.soft, 1.4],
              ] as const) {
                pen.strokeStyle = colour;
                pen.lineWidth = width;
                if (to - from > 2.5) whisker(pen, y, from, to, 3, false);
              }
            }
            if (bar.mark === null) return;
            const at = x.getPixelForValue(bar.mark);
            pen.strokeStyle = styles[i]?.colour ?? theme.ink;
            pen.lineWidth = 2.4;
            line(pen, at, y - 5, at, y + 5);
          });
        });
      });
    },
  };
}
