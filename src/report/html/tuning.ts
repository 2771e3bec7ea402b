/** What was found for policies before the run, and what it changed. */
import type { Result } from "../../experiment/result.ts";
import { count, quantity } from "../format.ts";
import { html, type Markup } from "./escape.ts";
import { table } from "./table.ts";

export function tuningTables({ tuned = [] }: Result): Markup | null {
  if (tuned.length === 0) return null;
  return html`${tuned.map(tuning)}<p class="note">Found on calibration rows alone; evaluation rows only show how it turned out. Latency and energy here are means expected of an idle system.</p>`;
}

function tuning({ policy, goal, found, search, table: rows }: NonNullable<Result["tuned"]>[number]): Markup {
  const exits = Object.keys(rows[0]?.exits ?? {});
  const hasEnergy = rows.some(({ energy_j }) => energy_j !== null);
  const cells = rows.map((row) => [
    row.when,
    row.on,
    count(row.rows),
    quantity(row.accuracy, "share"),
    quantity(row.latency_s, "s"),
    ...(hasEnergy ? [row.energy_j === null ? "—" : quantity(row.energy_j, "J")] : []),
    ...exits.map((exit) => quantity(row.exits[exit]!, "share")),
  ]);
  const head = ["", "Rows", "Number", "Accuracy", "Latency", ...(hasEnergy ? ["Energy"] : []), ...exits];
  const options = Object.entries(found).map(([path, value]) => html`<li><code>${path}: ${value}</code></li>`);
  return html`<h3>${policy}: ${goal}</h3>
<ul>${options}</ul>
<p class="note">${search}</p>
${table(head, cells, { caption: `Tuning of ${policy}: before and after`, names: 2 })}`;
}
