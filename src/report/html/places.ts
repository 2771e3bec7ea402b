/** Tables of nodes, links, energy and streams. */
import type { Interval, PolicyResult, Result } from "../../experiment/result.ts";
import { count, quantity, type Unit } from "../format.ts";
import { html, type Markup } from "./escape.ts";
import { type Cell, measured, table } from "./table.ts";

/** Above so many rows a table is folded away. */
const mostRows = 24;

interface Column<T> {
  readonly title: string;
  readonly unit: Unit;
  readonly read: (row: T) => Interval | null;
}

interface Row<T> {
  readonly names: readonly string[];
  readonly value: T;
}

/** A table of every place under every policy, without the columns nobody has a value for. */
function sheet<T>(
  heads: readonly string[],
  columns: readonly Column<T>[],
  rows: readonly Row<T>[],
  caption: string,
  extra?: { title: string; read: (value: T) => string },
): Markup | null {
  const used = columns.filter(({ read }) => rows.some(({ value }) => read(value) !== null));
  if (used.length === 0) return null;
  const cells = rows.map(({ names, value }): Cell[] => [
    ...names,
    ...(extra ? [extra.read(value)] : []),
    ...used.map(({ read, unit }) => measured(read(value), unit)),
  ]);
  const made = table([...heads, ...(extra ? [extra.title] : []), ...used.map(({ title }) => title)], cells, {
    caption,
    names: heads.length,
  });
  return rows.length <= mostRows
    ? made
    : html`<details><summary>${caption}: ${rows.length} rows</summary>${made}</details>`;
}

const keys = (result: Result, of: (policy: PolicyResult) => object): string[] => [
  ...new Set(result.policies.flatMap((policy) => Object.keys(of(policy)))),
];

/** Every node under every policy. */
export function nodesTable(result: Result): Markup | null {
  const rows = keys(result, (p) => p.nodes).flatMap((name) =>
    result.policies.flatMap((policy) => {
      const value = policy.nodes[name];
      return value ? [{ names: [name, policy.name], value }] : [];
    }),
  );
  if (rows.length === 0) return null;
  return sheet(
    ["Node", "Policy"],
    [
      { title: "Utilisation", unit: "share", read: (n) => n.utilization },
      { title: "Busiest machine", unit: "share", read: (n) => n.utilization_max },
      { title: "Waiting in queue", unit: "count", read: (n) => n.queue_length },
      { title: "Present", unit: "count", read: (n) => n.in_system },
      { title: "Visits that waited", unit: "share", read: (n) => n.waited },
      { title: "Mean wait", unit: "s", read: (n) => n.waiting_s.mean },
      { title: "p95 wait", unit: "s", read: (n) => n.waiting_s.p95 },
      { title: "p99 wait", unit: "s", read: (n) => n.waiting_s.p99 },
      { title: "Mean service", unit: "s", read: (n) => n.service_s.mean },
      { title: "Mean stay", unit: "s", read: (n) => n.residence_s },
      { title: "Throughput", unit: "/s", read: (n) => n.throughput_per_s },
      { title: "Batch size", unit: "count", read: (n) => n.batch_size },
      { title: "Available", unit: "share", read: (n) => n.availability },
    ],
    rows,
    "Nodes",
  );
}

/** Both directions of every link under every policy. */
export function linksTable(result: Result): Markup | null {
  const rows = keys(result, (p) => p.links).flatMap((name) =>
    (["up", "down"] as const).flatMap((way) =>
      result.policies.flatMap((policy) => {
        const value = policy.links[name]?.[way];
        return value ? [{ names: [`${name} ${way}`, policy.name], value }] : [];
      }),
    ),
  );
  if (rows.length === 0) return null;
  return sheet(
    ["Link", "Policy"],
    [
      { title: "Utilisation", unit: "share", read: (l) => l.utilization },
      { title: "Carried rate", unit: "bit/s", read: (l) => l.rate_bps },
      { title: "Messages", unit: "/s", read: (l) => l.throughput_per_s },
      { title: "Present", unit: "count", read: (l) => l.in_system },
      { title: "Mean wait", unit: "s", read: (l) => l.waiting_s },
      { title: "Mean stay", unit: "s", read: (l) => l.residence_s },
      { title: "Attempts per message", unit: "count", read: (l) => l.attempts },
      { title: "Lost", unit: "share", read: (l) => l.lost },
      { title: "Bytes", unit: "B", read: (l) => l.bytes },
    ],
    rows,
    "Links",
  );
}

/** Where the energy of a request goes: a column a place. */
export function energyTable(result: Result): Markup | null {
  const places: { readonly title: string; readonly read: (policy: PolicyResult) => Interval | null | undefined }[] = [
    ...keys(result, (p) => p.energy_j.nodes).flatMap((name) => [
      { title: `${name}, working`, read: (p: PolicyResult) => p.energy_j.nodes[name]?.active },
      { title: `${name}, idle`, read: (p: PolicyResult) => p.energy_j.nodes[name]?.idle },
    ]),
    ...keys(result, (p) => p.energy_j.links).map((name) => ({
      title: `link ${name}`,
      read: (p: PolicyResult) => p.energy_j.links[name],
    })),
    { title: "Total", read: (p) => p.energy_j.total },
  ];
  const used = places.filter(({ read }) => result.policies.some((policy) => read(policy)));
  if (used.length === 0) return null;
  const rows = result.policies.map((policy): Cell[] => [
    policy.name,
    ...used.map(({ read }) => measured(read(policy), "J")),
  ]);
  return html`<p class="note">Energy per completed request, by where it was spent. Working energy belongs to requests; idle is what machines draw while they wait.</p>
${table(["Policy", ...used.map(({ title }) => title)], rows, { caption: "Energy per request" })}`;
}

/** Each stream under each policy; null when there is only one stream. */
export function streamsTable(result: Result): Markup | null {
  const names = keys(result, (p) => p.streams);
  if (names.length < 2) return null;
  const rows = names.flatMap((name) =>
    result.policies.flatMap((policy) => {
      const value = policy.streams[name];
      return value ? [{ names: [name, policy.name], value }] : [];
    }),
  );
  return sheet(
    ["Stream", "Policy"],
    [
      { title: "Mean latency", unit: "s", read: (s) => s.latency_s.mean },
      { title: "p95", unit: "s", read: (s) => s.latency_s.p95 },
      { title: "p99", unit: "s", read: (s) => s.latency_s.p99 },
      { title: "Accuracy", unit: "share", read: (s) => s.accuracy },
      { title: "Deadline missed", unit: "share", read: (s) => s.deadline_miss },
      { title: "Dropped", unit: "share", read: (s) => s.dropped },
      { title: "Throughput", unit: "/s", read: (s) => s.throughput_per_s },
    ],
    rows,
    "Streams",
    { title: "Arrived", read: (s) => count(s.requests.arrived) },
  );
}

/** Which node gave the answers; null where it is not known. */
export function answeredTable(result: Result): Markup | null {
  const names = keys(result, (p) => p.answered);
  if (names.length === 0) return null;
  const rows = result.policies.map((policy): Cell[] => [
    policy.name,
    ...names.map((name): Cell => {
      const found = policy.answered[name];
      if (!found) return "—";
      const latency = found.latency_s.mean
        ? html` <small>in ${quantity(found.latency_s.mean.estimate, "s")} on average</small>`
        : null;
      return html`${quantity(found.share?.estimate, "share")}${latency}`;
    }),
  ]);
  return table(["Policy", ...names.map((name) => `Answered at ${name}`)], rows, {
    caption: "Where answers were found",
  });
}
