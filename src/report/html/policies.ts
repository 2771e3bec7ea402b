/** The tables of policies: what each achieved, and how far it is from the baseline. */
import type { Interval, PolicyResult, Result } from "../../experiment/result.ts";
import { count, difference, quantity, type Unit } from "../format.ts";
import { baselineOf, metricOf } from "../metrics.ts";
import { capital } from "../text.ts";
import { html, type Markup } from "./escape.ts";
import { type Cell, measured, table } from "./table.ts";

interface Column {
  readonly title: string;
  readonly unit: Unit;
  readonly read: (policy: PolicyResult) => Interval | null;
  /** Left out when no policy has a value. */
  readonly optional?: boolean;
}

const columns: readonly Column[] = [
  { title: "Mean latency", unit: "s", read: (p) => p.latency_s.mean },
  { title: "p50", unit: "s", read: (p) => p.latency_s.p50 },
  { title: "p95", unit: "s", read: (p) => p.latency_s.p95 },
  { title: "p99", unit: "s", read: (p) => p.latency_s.p99 },
  { title: "Accuracy", unit: "share", read: (p) => p.accuracy },
  { title: "Deadline missed", unit: "share", read: (p) => p.deadline_miss, optional: true },
  { title: "Dropped", unit: "share", read: (p) => p.dropped },
  { title: "Throughput", unit: "/s", read: (p) => p.throughput_per_s },
  { title: "Goodput", unit: "/s", read: (p) => p.goodput_per_s, optional: true },
  { title: "Energy per request", unit: "J", read: (p) => p.energy_j.total, optional: true },
  { title: "Sent up per request", unit: "B", read: (p) => p.bytes.up, optional: true },
  { title: "Sent down per request", unit: "B", read: (p) => p.bytes.down, optional: true },
  { title: "Cost per request", unit: "USD", read: (p) => p.cost_usd, optional: true },
];

/** A policy's name with what must be known about it at every sight. */
export function nameOf(policy: Pick<PolicyResult, "name" | "oracle">, baseline: string | null): Markup {
  const tags = [policy.name === baseline ? "baseline" : "", policy.oracle ? "oracle" : ""].filter((tag) => tag !== "");
  return html`${policy.name}${tags.length > 0 ? html` <span class="tag">${tags.join(", ")}</span>` : null}`;
}

/** Everything the policies are judged by. */
export function policiesTable(result: Result): Markup {
  const baseline = baselineOf(result);
  const used = columns.filter(({ read, optional }) => !optional || result.policies.some((policy) => read(policy)));
  const rows = result.policies.map((policy): Cell[] => [
    nameOf(policy, baseline),
    ...used.map(({ read, unit }) => measured(read(policy), unit)),
    policy.exits.some((exit) => exit.share) ? policy.exits.map((exit) => `${exit.name} ${quantity(exit.share?.estimate, "share")}`).join(", ") : "—",
  ]);
  return table(["Policy", ...used.map(({ title }) => title), "Leaves at exit"], rows, { caption: "Policies" });
}

/** Differences to the baseline with their verdicts; null where nothing was compared. */
export function differencesTable(result: Result): Markup | null {
  const baseline = baselineOf(result);
  if (baseline === null) return null;
  const metrics = [...new Set(result.comparisons.map((c) => c.metric))];
  const names = [...new Set(result.comparisons.map((c) => c.policy))];
  const rows = names.map((name): Cell[] => [
    name,
    ...metrics.map((metric): Cell => {
      const found = result.comparisons.find((c) => c.policy === name && c.metric === metric);
      if (!found) return "—";
      const { estimate, range } = difference(found.difference, metricOf(metric).unit);
      return html`<span class="diff">${estimate} <span class="badge ${found.verdict}">${found.verdict}</span>${range === "" ? null : html` <small>${range}</small>`}</span>`;
    }),
  ]);
  return html`<h3>Difference to the baseline, ${baseline}</h3>
<p class="note">Policy minus baseline, replication by replication on the same arrivals; “undecided” means that the interval does not settle which is better. pp = percentage points.</p>
${table(["Policy", ...metrics.map((metric) => capital(metricOf(metric).label))], rows, { caption: `Differences to ${baseline}` })}`;
}

/** What became of every request, and what the warm-up cut took away. */
export function requestsTable(result: Result): Markup {
  const reasons = [...new Set(result.policies.flatMap((policy) => Object.keys(policy.requests.dropped)))];
  const rows = result.policies.map(({ name, requests, warmup }): Cell[] => [
    name,
    count(requests.arrived),
    count(requests.completed),
    ...reasons.map((reason) => count(requests.dropped[reason] ?? 0)),
    count(requests.in_flight),
    count(requests.deadline_missed),
    warmup.requests === null ? "—" : `${count(warmup.requests)}${warmup.seconds === null ? "" : ` (${quantity(warmup.seconds, "s")})`}${warmup.found ? "" : ", end not found"}`,
  ]);
  const heads = ["Policy", "Arrived", "Completed", ...reasons.map((reason) => `Dropped: ${reason}`), "In flight at the end", "Deadline missed", "Warm-up cut"];
  return table(heads, rows, { caption: "What became of the requests" });
}
