/** The page's script: draws every figure of the data island, with tooltips and a legend of buttons, on screen and on paper, in light and dark. */
import type { Figure } from "../charts/figure.ts";
import { dark, light, type Theme } from "../charts/look.ts";
import { anyConfig, chartOf, plotHeight } from "../draw/chart.ts";
import { legendOf, paintSample, sampleWidth } from "../draw/legend.ts";
import type { Pen } from "../draw/pen.ts";
import { Chart } from "../draw/register.ts";
import { type PageElement, page } from "./dom.ts";

/** Width of a figure on an A4 sheet [px]. */
const paperWidth = 680;

interface Mounted {
  readonly figure: Figure;
  readonly box: PageElement;
  readonly canvas: PageElement;
  readonly legend: PageElement;
  /** Names switched off by the reader; they stay off when the chart is drawn anew. */
  readonly hidden: Set<number>;
  chart: Chart | null;
  width: number;
}

const prefersDark = page.matchMedia("(prefers-color-scheme: dark)");
const currentTheme = (): Theme => (prefersDark.matches ? dark : light);

function mount(figure: Figure): Mounted | null {
  const frame = page.document.getElementById(`figure-${figure.id}`);
  const box = frame?.querySelector(".plot");
  const canvas = frame?.querySelector("canvas");
  const legend = frame?.querySelector(".legend");
  return box && canvas && legend ? { figure, box, canvas, legend, hidden: new Set(), chart: null, width: 0 } : null;
}

/** Draws one figure for the room it has. */
function draw(mounted: Mounted, theme: Theme, width: number): void {
  const { figure, canvas, hidden } = mounted;
  mounted.chart?.destroy();
  mounted.width = width;
  const height = plotHeight(figure, { width });
  canvas.style.width = "";
  canvas.style.height = "";
  canvas.width = width;
  canvas.height = height;
  const config = anyConfig(
    chartOf(figure, {
      room: { theme, width, height, text: width < 560 ? 11 : 12.5 },
      live: true,
      frame: { top: 0, bottom: 0 },
    }),
  );
  config.data.datasets.forEach((dataset, i) => {
    dataset.hidden = hidden.has(i);
  });
  mounted.chart = new Chart(canvas as unknown as ConstructorParameters<typeof Chart>[0], config);
  drawLegend(mounted, theme);
}

/** One button an entry, so that a keyboard can switch a policy off too. */
function drawLegend(mounted: Mounted, theme: Theme): void {
  const { figure, legend, hidden } = mounted;
  const entries = legendOf(figure, theme);
  const switches = entries.filter((entry) => entry.kind !== "mark").length > 1;
  legend.replaceChildren(
    ...entries.map((entry, i) => {
      const button = page.document.createElement(switches && entry.kind !== "mark" ? "button" : "span");
      button.className = "entry";
      button.append(sampleOf(figure, entry, theme), entry.name);
      if (!switches || entry.kind === "mark") return button;
      button.setAttribute("type", "button");
      button.setAttribute("aria-pressed", String(!hidden.has(i)));
      button.addEventListener("click", () => {
        if (!hidden.delete(i)) hidden.add(i);
        button.setAttribute("aria-pressed", String(!hidden.has(i)));
        mounted.chart?.setDatasetVisibility(i, !hidden.has(i));
        mounted.chart?.update();
      });
      return button;
    }),
  );
}

function sampleOf(figure: Figure, entry: Parameters<typeof paintSample>[1], theme: Theme): PageElement {
  const [width, height] = [sampleWidth(figure), 16];
  const ratio = Math.max(1, page.devicePixelRatio);
  const sample = page.document.createElement("canvas");
  sample.width = width * ratio;
  sample.height = height * ratio;
  sample.style.width = `${width}px`;
  sample.style.height = `${height}px`;
  sample.setAttribute("aria-hidden", "true");
  const context = sample.getContext("2d");
  if (context) {
    context.scale(ratio, ratio);
    paintSample(
      context as unknown as Pen,
      entry,
      0,
      height / 2,
      width,
      theme,
      figure.kind === "lines" && figure.marked,
    );
  }
  return sample;
}

function start(): void {
  const island = page.document.getElementById("figures")?.textContent ?? "[]";
  const all = (JSON.parse(island) as Figure[]).flatMap((figure) => mount(figure) ?? []);
  const onScreen = (): void => {
    for (const mounted of all) draw(mounted, currentTheme(), Math.max(220, mounted.box.clientWidth));
  };
  onScreen();
  prefersDark.addEventListener("change", onScreen);
  let timer = 0;
  page.addEventListener("resize", () => {
    page.clearTimeout(timer);
    timer = page.setTimeout(() => {
      for (const mounted of all) {
        const width = Math.max(220, mounted.box.clientWidth);
        if (width !== mounted.width) draw(mounted, currentTheme(), width);
      }
    }, 120);
  });
  let closed: PageElement[] = [];
  page.addEventListener("beforeprint", () => {
    closed = [...page.document.querySelectorAll("details")].filter((details) => !details.open);
    for (const details of closed) details.open = true;
    for (const mounted of all) draw(mounted, light, paperWidth);
  });
  page.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
    onScreen();
  });
}

start();
