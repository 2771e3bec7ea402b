/** A chart's place in the page: title, finding, legend, canvas, how to read it, the table behind it. */
import type { Figure } from "../charts/figure.ts";
import { html, jsonIsland, type Markup } from "./escape.ts";
import { table } from "./table.ts";

/** The frame that the page's script draws into; the table stays when there is no script. */
export function figureFrame(figure: Figure): Markup {
  const { id, title, finding, reading, table: rows } = figure;
  return html`<figure id="figure-${id}" aria-labelledby="title-${id}">
<figcaption><h3 id="title-${id}">${title}</h3><p class="finding">${finding}</p></figcaption>
<div class="legend" role="group" aria-label="Show or hide in the chart"></div>
<div class="plot"><canvas role="img" aria-label="Chart: ${title}. ${finding}"></canvas></div>
<p class="reading">${reading}</p>
<details><summary>Numbers behind this chart</summary>${table(rows.columns, rows.rows, { caption: `Numbers behind: ${title}` })}</details>
</figure>
`;
}

/** The figures as data for the script, without the tables that the page holds already. */
export const figureData = (figures: readonly Figure[]): Markup =>
  jsonIsland(figures.map((figure) => ({ ...figure, table: { columns: [], rows: [] } })));
