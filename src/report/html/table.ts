/** Tables that scroll in a box of their own, so that the page never does. */
import type { Interval } from "../../experiment/result.ts";
import { interval, type Unit } from "../format.ts";
import { html, Markup } from "./escape.ts";

/** A cell is words or markup. */
export type Cell = string | Markup;

interface Options {
  readonly caption: string;
  /** Columns from the left that name a row rather than measure it. */
  readonly names?: number;
}

/** A table; an empty one is a sentence. */
export function table(
  columns: readonly Cell[],
  rows: readonly (readonly Cell[])[],
  { caption, names = 1 }: Options,
): Markup {
  if (rows.length === 0) return html`<p class="none">Nothing to list.</p>`;
  const head = columns.map(
    (column, i) => html`<th scope="col"${i < names ? html` class="name"` : null}>${column}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row" class="${isLong(cell) ? "name long" : "name"}">${cell}</th>` : html`<td${i < names ? html` class="name"` : null}>${cell}</td>`))}</tr>\n`,
  );
  return html`<div class="scroll" role="region" aria-label="Table: ${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
}

/** Names that must be folded, since they would push the numbers out of sight. */
const isLong = (cell: Cell): boolean => (cell instanceof Markup ? cell.text.replace(/<[^>]*>/g, "") : cell).length > 28;

/** An estimate with its interval below it, smaller. */
export function measured(value: Interval | null | undefined, unit: Unit): Markup {
  const { estimate, range } = interval(value, unit);
  return html`${estimate}${range === "" ? null : html` <small>${range}</small>`}`;
}
