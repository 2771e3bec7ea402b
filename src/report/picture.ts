/** Charts as PNG pictures. Canvas and chart.js load here, when the first picture is drawn, and nowhere else. */
import type { Distributions, Result } from "../experiment/result.ts";
import { fontFiles } from "./assets.ts";
import type { Figure } from "./charts/figure.ts";
import { figures } from "./charts/index.ts";
import type { Deadline } from "./charts/latency-cdf.ts";
import { light, type Theme } from "./charts/look.ts";
import { anyConfig, chartOf, plotHeight } from "./draw/chart.ts";
import { frameOf } from "./draw/frame.ts";
import type { Pen } from "./draw/pen.ts";

/** Width of every picture in layout pixels; the file has twice as many. */
const width = 960;
const family = "Offramp Sans";
const theme: Theme = { ...light, font: `"${family}"` };

/** A chart as a file: `name` has no extension. */
export interface Picture {
  readonly name: string;
  readonly png: Buffer;
}

export interface PictureOptions {
  /** Times to mark in the latency distribution. */
  readonly deadlines?: readonly Deadline[];
}

let ready:
  | Promise<{ canvas: typeof import("@napi-rs/canvas"); Chart: typeof import("./draw/register.ts").Chart }>
  | undefined;

async function load() {
  const [canvas, { Chart }] = await Promise.all([import("@napi-rs/canvas"), import("./draw/register.ts")]);
  for (const file of fontFiles()) {
    if (canvas.GlobalFonts.registerFromPath(file, family) === null) throw new Error(`cannot read the font ${file}`);
  }
  return { canvas, Chart };
}

/** One figure drawn; the same figure gives the same bytes. */
export async function drawFigure(figure: Figure): Promise<Picture> {
  ready ??= load();
  const { canvas, Chart } = await ready;
  const ruler = canvas.createCanvas(1, 1).getContext("2d") as unknown as Pen;
  const frame = frameOf(figure, width, theme, ruler);
  const height = Math.ceil(frame.top + plotHeight(figure, { width }) + frame.bottom);
  const sheet = canvas.createCanvas(width, height);
  const config = anyConfig(
    chartOf(figure, {
      room: { theme, width, height: height - frame.top - frame.bottom, text: 13 },
      live: false,
      frame,
    }),
  );
  config.plugins = [
    ...(config.plugins ?? []),
    {
      id: "sheet",
      beforeDraw(chart) {
        const pen = chart.ctx as unknown as Pen;
        pen.save();
        pen.fillStyle = theme.paper;
        pen.fillRect(0, 0, width, height);
        pen.restore();
        frame.paint(pen, height);
      },
    },
  ];
  const chart = new Chart(sheet as unknown as ConstructorParameters<typeof Chart>[0], config);
  try {
    // Not encodeSync: memory is given back only when the event loop turns.
    return { name: figure.id, png: await sheet.encode("png") };
  } finally {
    chart.destroy();
  }
}

/** Every chart that has data, in reading order; the next is drawn while the last is being packed. */
export async function* renderCharts(
  result: Result,
  distributions: Distributions,
  options: PictureOptions = {},
): AsyncGenerator<Picture> {
  let last: Promise<Picture> | null = null;
  for (const figure of figures(result, distributions, options.deadlines ?? [])) {
    const next = drawFigure(figure);
    if (last !== null) yield await last;
    last = next;
  }
  if (last !== null) yield await last;
}
