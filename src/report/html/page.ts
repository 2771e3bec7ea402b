/** The report as one page that needs nothing else: no network, no files beside it. */
import type { Distributions, Result } from "../../experiment/result.ts";
import { figures } from "../charts/index.ts";
import type { Deadline } from "../charts/latency-cdf.ts";
import { quantity } from "../format.ts";
import { baselineOf } from "../metrics.ts";
import { plural } from "../text.ts";
import {
  expectationsText,
  headline,
  observedText,
  replicationsText,
  requestsText,
  type Standing,
  scope,
  standings,
  stoppingText,
  theoryTexts,
  warnings,
} from "../verdict.ts";
import { documentOf, type Section } from "./document.ts";
import { html, type Markup } from "./escape.ts";
import { figureFrame } from "./figures.ts";
import { answeredTable, energyTable, linksTable, nodesTable, streamsTable } from "./places.ts";
import { differencesTable, effortTable, policiesTable, requestsTable } from "./policies.ts";
import { reproduce } from "./reproduce.ts";
import { tuningTables } from "./tuning.ts";
import { glossary } from "./words.ts";

export interface PageOptions {
  /** The command that made the run. */
  readonly command?: string;
  /** Facts of the run that are not of its result: host, commit, wall time. */
  readonly run?: Readonly<Record<string, unknown>>;
  /** Times to mark in the latency distribution. */
  readonly deadlines?: readonly Deadline[];
}

/** Above so many policies their standings are folded: the table below says the same. */
const mostStandings = 4;

/** The whole page as text. */
export function renderHtml(result: Result, distributions: Distributions, options: PageOptions = {}): string {
  const all = figures(result, distributions, options.deadlines ?? []);
  const swept = all.filter(({ id }) => id.startsWith("sweep-"));
  const charts = all.filter((figure) => !swept.includes(figure));
  const section = (id: string, title: string, body: Markup | null): Section[] =>
    body === null ? [] : [{ id, title, body }];
  const sections = [
    ...section("verdict", "Verdict", verdict(result)),
    ...section("policies", "Policies", policies(result)),
    ...section(
      "charts",
      "Charts",
      charts.length === 0
        ? html`<p class="none">No request was completed, so there is nothing to draw.</p>`
        : html`${charts.map(figureFrame)}`,
    ),
    ...section("tuning", "Tuning", tuningTables(result)),
    ...section("sweep", "Sweep", swept.length === 0 ? null : html`${swept.map(figureFrame)}`),
    ...section("streams", "Streams", streamsTable(result)),
    ...section("nodes", "Nodes", nodesTable(result)),
    ...section("links", "Links", linksTable(result)),
    ...section("energy", "Energy", energyTable(result)),
    ...section("requests", "Requests", html`${requestsTable(result)}${answeredTable(result)}`),
    ...section("words", "How to read this", html`<div class="card">${glossary()}</div>`),
    ...section("reproduce", "Reproduce", reproduce(result, options)),
  ];
  return documentOf({
    kind: "Offramp report",
    title: result.title,
    meta: scopeText(result),
    offramp: result.offramp,
    sections,
    figures: all,
    footer: `Made by Offramp ${result.offramp}, seed ${result.seed}. Simulated figures: as good as the profiles and link models they stand on.`,
  });
}

function scopeText(result: Result): string {
  const { policies: n, confidence } = scope(result);
  const requests = requestsText(result);
  const parts = [
    plural(n, "policy", "policies"),
    replicationsText(result),
    requests === "" ? "" : `${requests} a policy`,
    confidence === null ? "" : `intervals at ${quantity(confidence, "share").replace(".0", "")}`,
    `seed ${result.seed}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function verdict(result: Result): Markup {
  const rows = standings(result);
  const listed = html`<ul class="standings">${rows.map(standing)}</ul>`;
  const title = `Against the baseline, ${baselineOf(result)}`;
  const against =
    rows.length === 0
      ? null
      : rows.length <= mostStandings
        ? html`<p class="note">${title}:</p>${listed}`
        : html`<details><summary>${title}, policy by policy</summary>${listed}</details>`;
  const warned = warnings(result);
  const checks = result.expectations;
  return html`${
    warned.length === 0
      ? null
      : html`<div class="warnings" role="note"><h3>Before you trust these numbers</h3><ul>${warned.map(({ policies: names, reason }) => html`<li><b>${names}</b>: ${reason}</li>`)}</ul></div>`
  }
<div class="card">
<p class="headline">${headline(result)}</p>
${against}
${
  checks.length === 0
    ? null
    : html`<h3>${expectationsText(result)}</h3><ul class="checks">${checks.map(
        (expectation) =>
          html`<li><span class="badge ${expectation.verdict}">${expectation.verdict}</span><span>${expectation.text}</span><span class="seen">observed ${observedText(expectation)}</span></li>`,
      )}</ul>`
}
</div>`;
}

function standing({ policy, ...said }: Standing): Markup {
  const lines = (["better", "worse", "undecided"] as const).filter((word) => said[word].length > 0);
  return html`<li><b>${policy}</b>${lines.map((word) => html`<p><span class="badge ${word}">${word}</span> ${said[word].join(", ")}</p>`)}</li>`;
}

function policies(result: Result): Markup {
  return html`${policiesTable(result)}
<p class="note">${[...theoryTexts(result), stoppingText(result)].join(" ")} Small figures are the intervals over replications. Latency and accuracy are over completed requests.</p>
${differencesTable(result)}
<h3>Rates and costs</h3>
${effortTable(result)}`;
}
