/** A study as one page that needs nothing else: what it found, claim by claim, and the charts behind it. */
import { clientScript, cspHash } from "../assets.ts";
import type { Figure } from "../charts/figure.ts";
import { html, Markup } from "./escape.ts";
import { figureData, figureFrame } from "./figures.ts";
import { style } from "./style.ts";

export interface StudyFinding {
  /** What was claimed. */
  readonly claim: string;
  /** What was seen, with its interval. */
  readonly text: string;
  readonly verdict: "confirmed" | "contradicted" | "undecided";
}

export interface StudySection {
  readonly id: string;
  readonly title: string;
  /** What was done. */
  readonly method: string;
  readonly findings: readonly StudyFinding[];
  readonly figures: readonly Figure[];
  /** Pictures that are no charts. */
  readonly pictures: readonly { readonly png: Buffer; readonly alt: string; readonly caption: string }[];
}

export interface StudyPage {
  readonly title: string;
  readonly question: string;
  readonly meta: string;
  readonly sections: readonly StudySection[];
  readonly limits: readonly string[];
  readonly command: string;
  readonly version: string;
}

const badges = { confirmed: "passed", contradicted: "failed", undecided: "" } as const;

/** The whole page as text. */
export function renderStudy({ title, question, meta, sections, limits, command, version }: StudyPage): string {
  const script = clientScript();
  const policy = `default-src 'none'; script-src ${cspHash(script)}; style-src ${cspHash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  const all = sections.flatMap(({ figures }) => figures);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Offramp ${version}">
<title>${title} · Offramp study</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#found">Skip to what was found</a>
<div class="page">
<header>
<p class="kind">Offramp study</p>
<h1>${title}</h1>
<p class="meta">${meta}</p>
</header>
<nav aria-label="Sections"><ul><li><a href="#found">What was found</a></li>${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>`)}<li><a href="#limits">Limits</a></li></ul></nav>
<main>
<section aria-labelledby="found">
<h2 id="found">What was found</h2>
<div class="card">
<p class="headline">${question}</p>
${sections.map(({ title: name, findings }) => html`<h3>${name}</h3>${list(findings)}`)}
</div>
</section>
${sections.map(
  ({ id, title: name, method, figures, pictures }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${name}</h2>
<p>${method}</p>
${figures.map(figureFrame)}${pictures.map(
  ({ png, alt, caption }) =>
    html`<figure><figcaption class="finding">${caption}</figcaption><div class="plot"><img src="data:image/png;base64,${png.toString("base64")}" alt="${alt}" width="100%"></div></figure>`,
)}
</section>
`,
)}
<section aria-labelledby="limits">
<h2 id="limits">Limits</h2>
<div class="card"><ul>${limits.map((limit) => html`<li>${limit}</li>`)}</ul><p>Made by:</p><pre><code>${command}</code></pre></div>
</section>
</main>
<footer>Made by Offramp ${version}.</footer>
</div>
<script type="application/json" id="figures">${figureData(all)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

const list = (findings: readonly StudyFinding[]): Markup =>
  html`<ul class="checks">${findings.map(
    ({ claim, text, verdict }) =>
      html`<li><span class="badge ${badges[verdict]}">${verdict}</span><span>${claim}</span><span class="seen">${text}</span></li>`,
  )}</ul>`;
