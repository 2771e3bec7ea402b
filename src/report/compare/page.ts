/** A comparison as a page, and as pictures. */
import type { RunComparison, RunDifference, RunPolicy } from "../../experiment/compare-runs.ts";
import type { Distributions, PolicyResult, Result } from "../../experiment/result.ts";
import type { Figure } from "../charts/figure.ts";
import { accuracyLatency, energyLatency } from "../charts/front.ts";
import { latencyCdf } from "../charts/latency-cdf.ts";
import { looks } from "../charts/look.ts";
import { interval, quantity } from "../format.ts";
import { documentOf, type Section } from "../html/document.ts";
import { html, type Markup } from "../html/escape.ts";
import { figureFrame } from "../html/figures.ts";
import { type Cell, table } from "../html/table.ts";
import { glossary } from "../html/words.ts";
import { known, metricOf } from "../metrics.ts";
import { drawFigure, type Picture } from "../picture.ts";
import { capital, plural } from "../text.ts";
import {
  byPair,
  forest,
  frontTexts,
  isNone,
  needText,
  noneText,
  pairingTexts,
  relativeText,
  sentenceOf,
  told,
  verdictText,
} from "./differences.ts";
import { namedPolicies } from "./policies.ts";

/** Every figure of a comparison that has data. */
export function comparisonFigures(found: RunComparison, entrants: readonly RunPolicy[]): Figure[] {
  const policies = [...namedPolicies(entrants).values()];
  const bases = [...new Set(found.comparisons.map(({ baseline }) => baseline))];
  const look = looks(
    policies.map(({ name }) => name),
    bases.length === 1 ? bases[0]! : null,
  );
  const field = { policies, ...(found.standing === null ? {} : { standing: found.standing }) };
  const all: Result = { ...entrants[0]!.run.result, policies, comparisons: [], expectations: [], sweep: [] };
  const distributions: Distributions = {
    format: "offramp/distributions",
    version: 1,
    policies: entrants.flatMap(({ name, run, policy }) => {
      const mine = run.distributions.policies.find((p) => p.name === policy);
      return mine === undefined ? [] : [{ ...mine, name }];
    }),
  };
  return [
    forest(found, look),
    accuracyLatency(field, look),
    energyLatency(field, look),
    latencyCdf(all, distributions, look, []),
  ].filter((figure) => figure !== null);
}

/** Every chart of a comparison as a file. */
export async function* renderComparisonCharts(
  found: RunComparison,
  entrants: readonly RunPolicy[],
): AsyncGenerator<Picture> {
  for (const figure of comparisonFigures(found, entrants)) yield await drawFigure(figure);
}

/** @param command what made the comparison, for whoever wants to repeat it */
export function renderComparisonPage(found: RunComparison, entrants: readonly RunPolicy[], command: string): string {
  const figures = comparisonFigures(found, entrants);
  const policies = namedPolicies(entrants);
  const runs = [...new Set(entrants.map(({ run }) => run))];
  const sections: Section[] = [
    { id: "verdict", title: "Verdict", body: verdict(found) },
    { id: "charts", title: "Charts", body: html`${figures.map(figureFrame)}` },
    {
      id: "differences",
      title: "Differences",
      body: html`${byPair(found).map(({ name, all }) => differences(name, all, policies))}${family(found)}`,
    },
    { id: "words", title: "How to read this", body: html`<div class="card">${glossary()}</div>` },
    { id: "runs", title: "Runs", body: runsTable(found, runs, command) },
  ];
  const title =
    runs.length === 1
      ? runs[0]!.result.title
      : `${runs.map(({ name }) => name).join(" and ")}: ${runs[0]!.result.title}`;
  return documentOf({
    kind: "Offramp comparison",
    title,
    meta: [
      plural(runs.length, "run"),
      plural(found.policies.length, "policy", "policies"),
      plural(found.comparisons.length, "comparison"),
      `intervals at ${quantity(found.confidence, "share").replace(".0", "")} before correction`,
    ].join(" · "),
    offramp: found.offramp,
    sections,
    figures,
    footer: `Made by Offramp ${found.offramp}. Simulated figures: as good as the profiles and link models they stand on.`,
  });
}

function verdict(found: RunComparison): Markup {
  const warned = [
    ...found.policies
      .filter(({ steady }) => !steady)
      .map(({ name }) => [name, "no steady state, so its figures depend on how long the run lasted"]),
    ...found.policies
      .filter(({ oracle }) => oracle)
      .map(({ name }) => [name, "an oracle: it knows what no real controller can, and stands here as a bound"]),
    ...found.left_out.map(({ metric, why }) => [capital(metricOf(metric).label), `not compared for all: ${why}`]),
  ];
  return html`${
    warned.length === 0
      ? null
      : html`<div class="warnings" role="note"><h3>Before you trust these numbers</h3><ul>${warned.map(([name, why]) => html`<li><b>${name}</b>: ${why}</li>`)}</ul></div>`
  }
<div class="card">
<p class="headline">${verdictText(found)}</p>
<ul class="standings">${byPair(found).map(({ all }) => html`<li>${sentenceOf(all)}</li>`)}</ul>
<h3>The front</h3>
${frontTexts(found).map((text) => html`<p>${text}</p>`)}
<h3>Pairs</h3>
${pairingTexts(found).map((text) => html`<p>${text}</p>`)}
</div>`;
}

function differences(name: string, all: readonly RunDifference[], policies: ReadonlyMap<string, PolicyResult>): Markup {
  const estimate = (policy: string, metric: string): string => {
    const result = policies.get(policy);
    return result === undefined ? "—" : interval(known(metric).read(result), metricOf(metric).unit).estimate;
  };
  const shown = all.filter((c) => !isNone(c));
  const hasNeed = shown.some((c) => needText(c) !== "");
  const none = noneText(all);
  const rows = shown.map((c): Cell[] => {
    const { estimate: size, range } = told(c);
    const base = policies.get(c.baseline);
    return [
      capital(metricOf(c.metric).label),
      estimate(c.baseline, c.metric),
      estimate(c.policy, c.metric),
      html`${size}${range === "" ? null : html` <small>${range}</small>`}`,
      relativeText(c.difference.estimate, base && known(c.metric).read(base)?.estimate),
      html`<span class="badge ${c.verdict}">${c.verdict}</span>`,
      c.p_adjusted === null ? "—" : c.p_adjusted < 0.001 ? "< 0.001" : c.p_adjusted.toFixed(3),
      ...(hasNeed ? [needText(c) || "—"] : []),
    ];
  });
  const heads = [
    "Metric",
    all[0]?.baseline ?? "",
    all[0]?.policy ?? "",
    "Difference",
    "Relative",
    "Verdict",
    "p, adjusted",
  ];
  return html`<h3>${name}</h3>
${rows.length === 0 ? null : table([...heads, ...(hasNeed ? ["Replications to settle"] : [])], rows, { caption: name })}
${none === "" ? null : html`<p class="note">${none}</p>`}`;
}

const family = (found: RunComparison): Markup =>
  html`<p class="note">Policy minus baseline; pp = percentage points. Verdicts hold together over ${found.family}. Small figures are intervals at the confidence that the correction asks of each, so they leave out 0 exactly where the verdict is settled. Replications to settle: if difference and variance stay what they are.</p>`;

function runsTable(found: RunComparison, runs: readonly RunPolicy["run"][], command: string): Markup {
  return html`${table(
    ["Run", "Folder", "Title", "Seed", "Replications"],
    found.runs.map(({ name, path, title, seed, replications }) => [
      name,
      path,
      title,
      String(seed),
      String(replications),
    ]),
    { caption: "Runs", names: 3 },
  )}
<h3>Inputs</h3>
${table(
  ["Run", "File", "SHA-256"],
  runs.flatMap(({ name, result }) =>
    result.inputs.map(({ path, sha256 }) => [name, path, html`<code>${sha256}</code>`]),
  ),
  { caption: "Inputs", names: 3 },
)}
<div class="card"><dl><dt>Command</dt><dd><pre tabindex="0"><code>${command}</code></pre></dd></dl></div>`;
}
