/** From a figure to a chart.js configuration: the one place that knows which kind is drawn how. Make a new one for every chart, chart.js changes what it is given. */
import type { ChartConfiguration } from "chart.js";
import type { Figure } from "../charts/figure.ts";
import { isNarrow, type Room } from "./axes.ts";
import { cloudChart } from "./cloud.ts";
import type { Shown } from "./common.ts";
import { forestChart, forestHeight } from "./forest.ts";
import { groupsChart, groupsHeight } from "./groups.ts";
import { heatChart, heatHeight } from "./heat.ts";
import { linesChart } from "./lines.ts";
import { stackChart, stackHeight } from "./stack.ts";

/** A configuration of any of our kinds. */
export type Config =
  | ReturnType<typeof linesChart>
  | ReturnType<typeof stackChart>
  | ReturnType<typeof groupsChart>
  | ReturnType<typeof cloudChart>
  | ReturnType<typeof heatChart>
  | ReturnType<typeof forestChart>;

/** The chart of a figure. */
export function chartOf(figure: Figure, shown: Shown): Config {
  if (figure.kind === "lines") return linesChart(figure, shown);
  if (figure.kind === "stack") return stackChart(figure, shown);
  if (figure.kind === "groups") return groupsChart(figure, shown);
  if (figure.kind === "heat") return heatChart(figure, shown);
  if (figure.kind === "forest") return forestChart(figure, shown);
  return cloudChart(figure, shown);
}

/** Height of the plot without title and legend [px]. */
export function plotHeight(figure: Figure, room: Pick<Room, "width">): number {
  if (figure.kind === "stack") return stackHeight(figure.names.length);
  if (figure.kind === "groups") return groupsHeight(figure);
  if (figure.kind === "heat") return heatHeight(figure, room.width);
  if (figure.kind === "forest") return forestHeight(figure);
  return room.width < 560 ? 320 : room.width < 700 ? 370 : 440;
}

/** chart.js is generic over kinds where we are not: a configuration of one kind is one of all. */
export const anyConfig = (config: Config): ChartConfiguration => config as ChartConfiguration;

export { isNarrow };
