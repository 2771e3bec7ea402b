/** A page that needs nothing else: no network, no files beside it. What all our pages share. */
import { clientScript, cspHash } from "../assets.ts";
import type { Figure } from "../charts/figure.ts";
import { html, Markup } from "./escape.ts";
import { figureData } from "./figures.ts";
import { style } from "./style.ts";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export interface PageParts {
  /** What kind of page it is: "Offramp report". */
  readonly kind: string;
  readonly title: string;
  readonly meta: string;
  /** Version that made it. */
  readonly offramp: string;
  /** The first is what the reader came for. */
  readonly sections: readonly Section[];
  /** Drawn by the page's script wherever a section has their frame. */
  readonly figures: readonly Figure[];
  readonly footer: string;
}

/** The whole page as text. */
export function documentOf({ kind, title: name, meta, offramp, sections, figures, footer }: PageParts): string {
  const script = clientScript();
  const policy = `default-src 'none'; script-src ${cspHash(script)}; style-src ${cspHash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Offramp ${offramp}">
<title>${name} · ${kind}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#${sections[0]?.id ?? ""}">Skip to the ${(sections[0]?.title ?? "page").toLowerCase()}</a>
<div class="page">
<header>
<p class="kind">${kind}</p>
<h1>${name}</h1>
<p class="meta">${meta}</p>
</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
<noscript><p class="card">Charts need scripts; every number behind them is in the tables.</p></noscript>
${sections.map(({ id, title, body }) => html`<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}\n</section>\n`)}
</main>
<footer>${footer}</footer>
</div>
<script type="application/json" id="figures">${figureData(figures)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text
  }`;
}
