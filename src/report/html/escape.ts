/** Markup in which every value is escaped unless it is markup itself. */

/** Text that is markup already. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | undefined | false | readonly Value[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);

function written(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return value.map(written).join("");
}

/** A piece of a page: html`<b>${name}</b>`. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(strings.map((part, i) => part + (i < values.length ? written(values[i]) : "")).join(""));
}

/** JSON that cannot end the script element it stands in, nor break a line of it. */
export function jsonIsland(value: unknown): Markup {
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === "number" ? Number(v.toPrecision(7)) : v));
  return new Markup(text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
