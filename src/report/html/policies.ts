/** The tables of policies: what each achieved, and how far it is from the baseline. */
import type { Interval, PolicyResult, Result } from "../../experiment/result.ts";
import { count, difference, quantity, type Unit } from "../format.ts";
import { baselineOf, metricOf } from "../metrics.ts";
import { capital, list } from "../text.ts";
import { isNothing } from "../verdict.ts";
import { html, type Markup } from "./escape.ts";
import { type Cell, measured, table } from "./table.ts";

interface Column {
  readonly title: string;
  readonly unit: Unit;
  readonly read: (policy: PolicyResult) => Interval | null;
  /** Left out when no policy has a value. */
  readonly optional?: boolean;
}

const quality: readonly Column[] = [
  { title: "Mean latency", unit: "s", read: (p) => p.latency_s.mean },
  { title: "p50", unit: "s", read: (p) => p.latency_s.p50 },
  { title: "p95", unit: "s", read: (p) => p.latency_s.p95 },
  { title: "p99", unit: "s", read: (p) => p.latency_s.p99 },
  { title: "Accuracy", unit: "share", read: (p) => p.accuracy },
  { title: "Deadline missed", unit: "share", read: (p) => p.deadline_miss, optional: true },
  { title: "Dropped", unit: "share", read: (p) => p.dropped },
];

const effort: readonly Column[] = [
  { title: "Throughput", unit: "/s", read: (p) => p.throughput_per_s },
  { title: "Goodput", unit: "/s", read: (p) => p.goodput_per_s, optional: true },
  { title: "Energy per request", unit: "J", read: (p) => p.energy_j.total, optional: true },
  { title: "Sent up per request", unit: "B", read: (p) => p.bytes.up, optional: true },
  { title: "Sent down per request", unit: "B", read: (p) => p.bytes.down, optional: true },
  { title: "Cost per request", unit: "USD", read: (p) => p.cost_usd, optional: true },
];

/** A policy's name with what must be known about it at every sight. */
export function nameOf(
  policy: Pick<PolicyResult, "name" | "oracle"> & Partial<Pick<PolicyResult, "verdict">>,
  baseline: string | null,
): Markup {
  const tags = [
    policy.name === baseline ? "baseline" : "",
    policy.oracle ? "oracle" : "",
    policy.verdict?.steady === false ? "no steady state" : "",
  ].filter((tag) => tag !== "");
  return html`${policy.name}${tags.length > 0 ? html` <span class="tag">${tags.join(", ")}</span>` : null}`;
}

interface Sheet {
  readonly heads: string[];
  readonly rows: Cell[][];
}

function sheet(result: Result, columns: readonly Column[]): Sheet {
  const baseline = baselineOf(result);
  const used = columns.filter(({ read, optional }) => !optional || result.policies.some((policy) => read(policy)));
  return {
    heads: ["Policy", ...used.map(({ title }) => title)],
    rows: result.policies.map((policy): Cell[] => [
      nameOf(policy, baseline),
      ...used.map(({ read, unit }) => measured(read(policy), unit)),
    ]),
  };
}

/** Whole percents in the order of the exits: "62 / 23 / 15 %". */
function exitsText({ exits }: PolicyResult): string {
  if (!exits.some((exit) => exit.share)) return "—";
  return `${exits.map((exit) => (exit.share ? Math.round(exit.share.estimate * 100) : "—")).join(" / ")} %`;
}

/** How fast and how right each policy is, and where its requests leave. */
export function policiesTable(result: Result): Markup {
  const { heads, rows } = sheet(result, quality);
  const names = result.policies.find((policy) => policy.exits.length > 0)?.exits.map((exit) => exit.name) ?? [];
  const exits = html`Leaves at exit<br><span class="tag">${names.join(" / ")}</span>`;
  return table(
    [...heads, exits],
    rows.map((row, i) => [...row, result.policies[i] ? exitsText(result.policies[i]) : "—"]),
    { caption: "Policies: speed and accuracy" },
  );
}

/** What each policy gets through and what that takes. */
export function effortTable(result: Result): Markup {
  const { heads, rows } = sheet(result, effort);
  return table(heads, rows, { caption: "Policies: rates and costs" });
}

/** Differences to the baseline with their verdicts, a row a metric; null where nothing was compared. */
export function differencesTable(result: Result): Markup | null {
  const baseline = baselineOf(result);
  if (baseline === null) return null;
  const names = [...new Set(result.comparisons.map((c) => c.policy))];
  const all = [...new Set(result.comparisons.map((c) => c.metric))];
  const alike = all.filter((metric) => result.comparisons.every((c) => c.metric !== metric || isNothing(c)));
  const rows = all
    .filter((metric) => !alike.includes(metric))
    .map((metric): Cell[] => [
      capital(metricOf(metric).label),
      ...names.map((name): Cell => {
        const found = result.comparisons.find((c) => c.policy === name && c.metric === metric);
        if (!found) return "—";
        const { estimate, range } = difference(found.difference, metricOf(metric).unit);
        return html`<span class="diff">${estimate} <span class="badge ${found.verdict}">${found.verdict}</span>${range === "" ? null : html` <small>${range}</small>`}${settledBy(found.replications_needed)}</span>`;
      }),
    ]);
  return html`<h3>Difference to the baseline, ${baseline}</h3>
<p class="note">Policy minus baseline, replication by replication on the same arrivals; “undecided” means that the runs do not settle which is better. ${together(names.length)}pp = percentage points.${
    alike.length === 0 ? null : ` No difference at all in ${list(alike.map((metric) => metricOf(metric).label))}.`
  }</p>
${table(["Metric", ...names], rows, { caption: `Differences to ${baseline}` })}`;
}

/** Why a verdict may be undecided whose interval leaves out 0; nothing to say of one comparison. */
const together = (comparisons: number): string =>
  comparisons < 2
    ? ""
    : "Intervals are of each difference alone, verdicts hold together over the policies (Holm's correction): one may be undecided although its interval leaves out 0. ";

/** How many replications would settle what is undecided; nothing where none would, or it is settled. */
function settledBy(needed: number | null | undefined): Markup | null {
  return needed === null || needed === undefined
    ? null
    : html` <small>${count(needed)} replications may settle it</small>`;
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
    warmup.requests === null
      ? "—"
      : `${count(warmup.requests)}${warmup.seconds === null ? "" : ` (${quantity(warmup.seconds, "s")})`}${warmup.found ? "" : ", end not found"}`,
  ]);
  const heads = [
    "Policy",
    "Arrived",
    "Completed",
    ...reasons.map((reason) => `Dropped: ${reason}`),
    "In flight at the end",
    "Deadline missed",
    "Warm-up cut",
  ];
  return table(heads, rows, { caption: "What became of the requests" });
}
