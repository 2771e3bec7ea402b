import type { TunedResult } from "../experiment/result.ts";
import { columns, si } from "./table.ts";

/** What tuning found for a policy, before and after, on calibration and evaluation rows. */
export function tunedTable({ policy, goal, found, search, table }: TunedResult): string {
  const options = Object.entries(found).map(([path, value]) => `  ${path}: ${value}\n`);
  const exits = Object.keys(table[0]!.exits);
  const rows = table.map((row) => [
    row.when,
    `${row.on} (${row.rows})`,
    `${(100 * row.accuracy).toFixed(2)} %`,
    si(row.latency_s, "s"),
    row.energy_j === null ? "—" : si(row.energy_j, "J"),
    exits.map((exit) => (100 * row.exits[exit]!).toFixed(1)).join("/"),
  ]);
  const head = ["tuning", "rows", "accuracy", "latency", "energy", `left at ${exits.join("/")} %`];
  return `\n${policy}, tuned for the ${goal}: ${search}\n${options.join("")}${columns(head, rows)}`;
}
