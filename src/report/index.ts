/** Reports of a run: a table for the terminal, a page, pictures. They return text and bytes; who calls them writes the files. */
export type { Deadline } from "./charts/latency-cdf.ts";
export { deadlinesIn } from "./deadlines.ts";
export { type PageOptions, renderHtml } from "./html/page.ts";
export { type Picture, type PictureOptions, renderCharts } from "./picture.ts";
export { renderTable, type TableOptions } from "./table.ts";
