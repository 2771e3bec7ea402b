/** The summary of a run on a terminal. */
import { styleText } from "node:util";
import type { Interval, PolicyResult, Result, SweepPoint } from "../experiment/result.ts";
import { leadAt } from "./charts/sweep-leads.ts";
import { decimal, interval, quantity, type Scale, scaled, scaleFor, signed, type Unit } from "./format.ts";
import { baselineOf, known } from "./metrics.ts";
import { type Cell, type Column, cell, fold, tableLines } from "./terminal-table.ts";
import { plural, shorten, shortenAll } from "./text.ts";
import {
  expectationsText,
  headline,
  observedText,
  replicationsText,
  requestsText,
  scope,
  stoppingText,
  theoryTexts,
  warnings,
} from "./verdict.ts";

export interface TableOptions {
  /** Colour or not; left out, as the standard output and NO_COLOR say. */
  readonly color?: boolean;
  /** Columns of the terminal; 80 at least. Default 100. */
  readonly width?: number;
}

type Format = Parameters<typeof styleText>[0];
type Paint = (format: Format) => (text: string) => string;

/** The summary, ending in a line break. */
export function renderTable(result: Result, { color, width = 100 }: TableOptions = {}): string {
  const wide = Math.max(80, width);
  const paint: Paint = (format) => (text) => {
    if (color === false || text === "") return text;
    return color === true ? styleText(format, text, { validateStream: false }) : styleText(format, text);
  };
  const blocks = [
    [paint("bold")(shorten(result.title, wide)), paint("dim")(scopeLine(result))],
    policyLines(result, wide, paint),
    sweepLines(result, wide, paint),
    fold(headline(result), wide),
    expectationLines(result, wide, paint),
    theoryTexts(result).flatMap((text) => fold(text, wide)),
    warningLines(result, wide, paint),
    footLines(result, wide).map(paint("dim")),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  // Every terminal and every search knows the plain space; few know the narrow one.
  return `${text.replaceAll("\u202f", " ")}\n`;
}

function scopeLine(result: Result): string {
  const requests = requestsText(result);
  const parts = [
    plural(result.policies.length, "policy", "policies"),
    replicationsText(result),
    requests === "" ? "" : `${requests} a policy in all`,
    `seed ${result.seed}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** One prefix for a column, so that numbers stand below one another; null where their sizes are too far apart for one. */
function columnScale(values: readonly (number | null | undefined)[], unit: Unit): Scale | null {
  const sizes = values.flatMap((v) => (v ? [Math.abs(v)] : []));
  if (sizes.length === 0) return scaleFor(0, unit);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return high / low > 1e4 ? null : scaleFor(Math.sqrt(low * high), unit);
}

const titled = (title: string, scale: Scale | null): string =>
  scale === null || scale.symbol === "" ? title : `${title} ${scale.symbol}`;

function policyLines(result: Result, width: number, paint: Paint): string[] {
  const { policies } = result;
  if (policies.length === 0) return [];
  const baseline = baselineOf(result);
  const latencies = policies.flatMap(({ latency_s: l }) => [l.mean, l.p50, l.p95, l.p99].map((i) => i?.estimate));
  const scale = columnScale(latencies, "s");
  const plain = (
    title: string,
    unit: Unit,
    read: (p: PolicyResult) => Interval | null,
    on = columnScale(
      policies.map((p) => read(p)?.estimate),
      unit,
    ),
  ): Column => ({
    title: titled(title, on),
    cells: policies.map((p) => {
      const value = read(p)?.estimate;
      return cell(on === null ? quantity(value, unit) : scaled(value, unit, on));
    }),
  });
  const latency = (title: string, read: (p: PolicyResult) => Interval | null): Column => plain(title, "s", read, scale);
  const names: Column = {
    title: "policy",
    cells: shortenAll(
      policies.map(({ name }) => name),
      24,
    ).map((name, i) =>
      cell(
        `${name}${policies[i]?.name === baseline ? " (base)" : ""}${policies[i]?.oracle ? " (oracle)" : ""}`,
        paint("bold"),
      ),
    ),
  };
  const p95: Column = {
    title: titled("p95 [interval]", scale),
    cells: policies.map(({ latency_s, verdict }) => {
      const text = interval(latency_s.p95, "s", scale ?? undefined);
      const range = verdict.steady || latency_s.p95 === null ? text.range : "(no steady state)";
      return cell([scale === null ? text.estimate : text.number, range].filter((part) => part !== "").join(" "));
    }),
  };
  const columns: Column[] = [
    latency("mean", (p) => p.latency_s.mean),
    ...(baseline === null ? [] : [againstBase(result, paint)]),
    latency("p50", (p) => p.latency_s.p50),
    p95,
    latency("p99", (p) => p.latency_s.p99),
    plain("accuracy", "share", (p) => p.accuracy),
    ...(policies.some((p) => p.deadline_miss) ? [plain("late", "share", (p) => p.deadline_miss)] : []),
    plain("dropped", "share", (p) => p.dropped),
    ...(policies.some((p) => p.energy_j.total) ? [plain("energy", "J", (p) => p.energy_j.total)] : []),
    ...(policies.some((p) => p.exits.some((e) => e.share)) ? [exitColumn(policies)] : []),
  ];
  return tableLines(names, columns, width, paint("dim"));
}

/** "−44 % better": the mean latency against the baseline's, and whether that is settled. */
function againstBase(result: Result, paint: Paint): Column {
  const baseline = baselineOf(result);
  const base = result.policies.find(({ name }) => name === baseline)?.latency_s.mean?.estimate;
  const colours = { better: "green", worse: "red", undecided: "yellow" } as const;
  return {
    title: "mean vs base",
    cells: result.policies.map(({ name }): Cell => {
      if (name === baseline) return cell("base", paint("dim"));
      const found = result.comparisons.find((c) => c.policy === name && c.metric === "latency_s.mean");
      if (!found) return cell("—");
      const share = base ? found.difference.estimate / base : null;
      const size =
        share === null
          ? signed(found.difference.estimate, "s")
          : `${share > 0 ? "+" : share < 0 ? "−" : ""}${decimal(Math.abs(share * 100), Math.abs(share) < 0.1 ? 1 : 0)} %`;
      return cell(`${size} ${found.verdict}`, paint(colours[found.verdict]));
    }),
  };
}

/** "62/23/15": whole percents of the requests that leave at each exit. */
function exitColumn(policies: readonly PolicyResult[]): Column {
  return {
    title: "exits %",
    cells: policies.map(({ exits }) =>
      cell(
        exits.some((e) => e.share)
          ? exits.map((e) => (e.share ? Math.round(e.share.estimate * 100) : "—")).join("/")
          : "—",
      ),
    ),
  };
}

function sweepLines(result: Result, width: number, paint: Paint): string[] {
  const { sweep } = result;
  const first = sweep[0];
  if (!first) return [];
  const values = (read: (p: PolicyResult) => Interval | null) =>
    sweep.flatMap((point) => point.policies.flatMap((p) => read(p)?.estimate ?? []));
  const p95 = values((p) => p.latency_s.p95).length > 0;
  const tables = [
    p95 ? sweepTable(result, "latency_s.p95", width, paint) : sweepTable(result, "latency_s.mean", width, paint),
  ];
  const accuracies = values((p) => p.accuracy);
  const perPolicy = (name: string) =>
    sweep.flatMap((point) => point.policies.find((p) => p.name === name)?.accuracy?.estimate ?? []);
  const moves = result.policies.some(({ name }) => Math.max(...perPolicy(name)) - Math.min(...perPolicy(name)) > 0.002);
  if (accuracies.length > 0 && moves) tables.push(sweepTable(result, "accuracy", width, paint));
  return tables.filter((lines) => lines.length > 0).flatMap((lines, i) => (i > 0 ? ["", ...lines] : lines));
}

function sweepTable(result: Result, metric: string, width: number, paint: Paint): string[] {
  const { label: title, unit, read } = known(metric);
  const { sweep } = result;
  const paths = [...new Set(sweep.flatMap((point) => Object.keys(point.at)))];
  const names = result.policies.map(({ name }) => name);
  const value = (point: SweepPoint, name: string): number | null => {
    const policy = point.policies.find((p) => p.name === name);
    return (policy ? read(policy)?.estimate : null) ?? null;
  };
  const scale = columnScale(
    sweep.flatMap((point) => names.map((name) => value(point, name))),
    unit,
  );
  // Green is a lead that the intervals settle.
  const best = sweep.map((point) => {
    const lead = leadAt(known(metric), point);
    return lead?.isSettled ? lead.names[0] : null;
  });
  const short = shortenAll(names, 18);
  const columns = names.map(
    (name, i): Column => ({
      title: short[i] ?? name,
      cells: sweep.map((point, row) => {
        const v = value(point, name);
        const text = scale === null ? quantity(v, unit) : scaled(v, unit, scale);
        return cell(text, name === best[row] ? paint("green") : undefined);
      }),
    }),
  );
  if (sweep.every((point) => names.every((name) => value(point, name) === null))) return [];
  const last = paths.map((path) => path.split(".").at(-1) ?? path).join(", ");
  const first: Column = {
    title: shorten(last, 24),
    cells: sweep.map((point) => cell(paths.map((path) => String(point.at[path] ?? "—")).join(", "))),
  };
  const unitNote = scale === null || scale.symbol === "" ? "" : ` (${scale.symbol})`;
  return [
    paint("bold")(shorten(`${title}${unitNote} along ${paths.join(", ")}`, width)),
    ...tableLines(first, columns, width, paint("dim")),
  ];
}

function expectationLines(result: Result, width: number, paint: Paint): string[] {
  if (result.expectations.length === 0) return [];
  const signs = { passed: ["✓", "green"], failed: ["✗", "red"], undecided: ["?", "yellow"] } as const;
  return [
    expectationsText(result),
    ...result.expectations.flatMap((expectation) => {
      const { text, verdict } = expectation;
      const [sign, colour] = signs[verdict];
      const [start = "", ...rest] = fold(`${text} — ${verdict}, observed ${observedText(expectation)}`, width - 4);
      return [`  ${paint(colour)(sign)} ${start}`, ...rest.map((line) => `    ${line}`)];
    }),
  ];
}

function warningLines(result: Result, width: number, paint: Paint): string[] {
  return warnings(result).flatMap(({ policies, reason }) => {
    const [start = "", ...rest] = fold(`${policies}: ${reason}`, width - 4);
    return [`${paint("yellow")("!")} ${start}`, ...rest.map((line) => `  ${line}`)];
  });
}

function footLines(result: Result, width: number): string[] {
  const { replications, batches, confidence } = scope(result);
  const exits = result.policies.find((p) => p.exits.length > 0)?.exits.map(({ name }) => name) ?? [];
  const interval =
    confidence === null || replications === null
      ? ""
      : `[low, high]: ${Math.round(confidence * 1000) / 10} % interval from ${batches === null ? replicationsText(result) : plural(batches, "batch mean")}. `;
  const stopped = stoppingText(result);
  const words = [
    stopped === "" ? "" : `${stopped} `,
    "mean, p50, p95, p99: latency of completed requests; pN = N % of them stay within it. ",
    interval,
    result.policies.some((p) => p.deadline_miss) ? "late: past the deadline, dropped or unfinished. " : "",
    result.policies.some((p) => p.energy_j.total) ? "energy: per request. " : "",
    exits.length > 0 ? `exits: share leaving at ${exits.join("/")}. ` : "",
    baselineOf(result) === null
      ? ""
      : `base: ${baselineOf(result)}, the baseline; “undecided” = the interval does not settle it. `,
    "—: no value.",
  ];
  return fold(words.join(""), width);
}
