/** Options that every chart shares: no animation, our tooltip, no built-in legend or title (the page and the picture draw their own). */
import type { ChartOptions, ChartType, TooltipItem } from "chart.js";
import { isNarrow, type Room } from "./axes.ts";

/** How the figure is shown. */
export interface Shown {
  readonly room: Room;
  /** In a page, with tooltips and the device's own pixel ratio; else a picture of twice the pixels. */
  readonly live: boolean;
  /** Space kept free above and below for title and legend [px]. */
  readonly frame: { readonly top: number; readonly bottom: number };
}

interface Tip<T extends ChartType> {
  readonly title?: (items: TooltipItem<T>[]) => string;
  readonly label: (item: TooltipItem<T>) => string | string[];
}

/** Options common to all kinds. */
export function common<T extends ChartType>(shown: Shown, tip: Tip<T>): NonNullable<ChartOptions<T>> {
  const { theme, text } = shown.room;
  const side = isNarrow(shown.room) ? 4 : 14;
  const options: ChartOptions = {
    responsive: false,
    maintainAspectRatio: false,
    animation: false,
    ...(shown.live ? {} : { devicePixelRatio: 2, events: [] }),
    font: { family: theme.font, size: text },
    layout: { padding: { left: side, right: side + 8, top: shown.frame.top + 8, bottom: shown.frame.bottom + 4 } },
    plugins: {
      legend: { display: false },
      tooltip: {
        enabled: shown.live,
        backgroundColor: theme.name === "light" ? "#1c2024" : "#e9ecef",
        titleColor: theme.name === "light" ? "#ffffff" : "#15181c",
        bodyColor: theme.name === "light" ? "#ffffff" : "#15181c",
        bodyFont: { family: theme.font, size: text - 1 },
        titleFont: { family: theme.font, size: text - 1, weight: "bold" },
        padding: 9,
        cornerRadius: 5,
        boxPadding: 4,
        caretSize: 5,
      },
    },
  };
  // The callbacks are of one kind of chart; the rest is the same for all.
  Object.assign(options.plugins?.tooltip ?? {}, {
    callbacks: { ...(tip.title ? { title: tip.title } : {}), label: tip.label },
  });
  return options as NonNullable<ChartOptions<T>>;
}
