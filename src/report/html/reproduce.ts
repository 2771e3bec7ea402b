/** What is needed to get the same numbers again. */
import type { Result } from "../../experiment/result.ts";
import { html, type Markup } from "./escape.ts";
import { table } from "./table.ts";

interface Origin {
  readonly command?: string;
  readonly run?: Readonly<Record<string, unknown>>;
}

/** Nested facts as lines: host.cpu, host.cores. */
function flatten(facts: Readonly<Record<string, unknown>>, path = ""): [string, string][] {
  return Object.entries(facts).flatMap(([key, value]): [string, string][] => {
    const name = path === "" ? key : `${path}.${key}`;
    if (Array.isArray(value))
      return [[name, value.map((v) => (typeof v === "object" ? JSON.stringify(v) : String(v))).join(" ")]];
    if (typeof value === "object" && value !== null) return flatten(value as Readonly<Record<string, unknown>>, name);
    return value === null || value === undefined ? [] : [[name, String(value)]];
  });
}

/** Title, seed, version, hashes of the inputs, the command, and where it ran. */
export function reproduce(result: Result, { command, run }: Origin): Markup {
  const facts = run ? flatten(run) : [];
  return html`<div class="card">
<dl>
<dt>Title</dt><dd>${result.title}</dd>
<dt>Seed</dt><dd>${result.seed}</dd>
<dt>Offramp</dt><dd>${result.offramp}</dd>
${command === undefined ? null : html`<dt>Command</dt><dd><pre tabindex="0"><code>${command}</code></pre></dd>`}
</dl>
<p class="note">The same inputs, seed and Node major version give byte-identical numbers on any machine, with any number of workers.</p>
</div>
<h3>Inputs</h3>
${table(
  ["File", "SHA-256"],
  result.inputs.map(({ path, sha256 }) => [path, html`<code>${sha256}</code>`]),
  { caption: "Inputs", names: 2 },
)}
<h3>Fingerprints of the event histories</h3>
${table(
  ["Policy", "Order of events", "Times to 1 ns"],
  result.policies.map(({ name, fingerprint }) => [
    name,
    html`<code>${fingerprint.order}</code>`,
    html`<code>${fingerprint.time}</code>`,
  ]),
  { caption: "Fingerprints", names: 3 },
)}
${
  facts.length === 0
    ? null
    : html`<details><summary>Where and how it ran</summary>${table(
        ["Fact", "Value"],
        facts.map(([name, value]) => [name, html`<span class="wide">${value}</span>`]),
        { caption: "Where and how it ran", names: 2 },
      )}</details>`
}`;
}
