/** A comparison on a terminal. */
import { styleText } from "node:util";
import type { RunComparison, RunDifference } from "../../experiment/compare-runs.ts";
import type { PolicyResult } from "../../experiment/result.ts";
import { absent, decimal, interval } from "../format.ts";
import { known, metricOf } from "../metrics.ts";
import { type Column, cell, fold, tableLines } from "../terminal-table.ts";
import { plural } from "../text.ts";
import { byPair, frontTexts, isNone, needText, noneText, pairingTexts, relativeText, told } from "./differences.ts";

export interface CompareTableOptions {
  readonly color?: boolean;
  /** Columns of the terminal; 80 at least. Default 100. */
  readonly width?: number;
}

/** @param policies by the names of the comparison */
export function renderComparison(
  found: RunComparison,
  policies: ReadonlyMap<string, PolicyResult>,
  { color = false, width = 100 }: CompareTableOptions = {},
): string {
  const wide = Math.max(80, width);
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    color && text !== "" ? styleText(format, text, { validateStream: false }) : text;
  const colours = { better: "green", worse: "red", undecided: "yellow" } as const;
  const verdictCell = (c: RunDifference) => {
    const need = needText(c);
    return cell(need === "" ? c.verdict : `${c.verdict} (${need})`, (text) => paint(colours[c.verdict], text));
  };
  const blocks = byPair(found).map(({ name, all: every }) => {
    const all = every.filter((c) => !isNone(c));
    const [first] = every;
    const value = (policy: string, metric: string): string => {
      const result = policies.get(policy);
      return result === undefined ? absent : interval(known(metric).read(result), metricOf(metric).unit).estimate;
    };
    const column = (title: string, cells: readonly string[]): Column => ({
      title,
      cells: cells.map((text) => cell(text)),
    });
    const columns: Column[] = [
      column(
        "baseline",
        all.map((c) => value(c.baseline, c.metric)),
      ),
      column(
        "policy",
        all.map((c) => value(c.policy, c.metric)),
      ),
      column(
        "difference",
        all.map((c) => told(c).estimate),
      ),
      column(
        "relative",
        all.map((c) => relativeText(c.difference.estimate, readOf(policies.get(c.baseline), c.metric))),
      ),
      column(
        "[corrected interval]",
        all.map((c) => told(c).range || absent),
      ),
      column(
        "p",
        all.map((c) => pText(c.p_adjusted)),
      ),
      { title: "verdict", left: true, cells: all.map((c) => verdictCell(c)) },
    ];
    const names: Column = { title: "metric", cells: all.map((c) => cell(metricOf(c.metric).label)) };
    const n = first?.difference.n ?? 0;
    const title = `${name}, ${first?.paired ? plural(n, "pair") : "not paired"}`;
    const none = noneText(every);
    return [
      paint("bold", title),
      ...(all.length === 0 ? [] : tableLines(names, columns, wide, (text) => paint("dim", text))),
      ...(none === "" ? [] : fold(none, wide)),
    ];
  });
  const notes = [
    ...pairingTexts(found),
    ...found.left_out.map(({ metric, why }) => `${metricOf(metric).label} is not compared for all: ${why}.`),
    `Policy minus baseline. Verdicts hold together over ${found.family}: at most ${percent(1 - found.confidence)} that any of a metric's is false. p is adjusted, and each interval is at the confidence that the correction asks of it, so it leaves out 0 exactly where the verdict is not “undecided”. In brackets: replications that would settle it if difference and variance stay what they are.`,
  ];
  const unsteady = found.policies.filter(({ steady }) => !steady).map(({ name }) => name);
  const warned = unsteady.map(
    (name) => `${paint("yellow", "!")} ${name}: no steady state, so its figures depend on how long the run lasted`,
  );
  const oracles = found.policies
    .filter(({ oracle }) => oracle)
    .map(({ name }) => `${paint("yellow", "!")} ${name}: an oracle, a bound and no candidate`);
  const text = [
    ...blocks,
    frontTexts(found).flatMap((line) => fold(line, wide)),
    [...warned, ...oracles],
    notes.flatMap((note) => fold(note, wide)).map((line) => paint("dim", line)),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  return `${text.replaceAll("\u202f", " ")}\n`;
}

const readOf = (policy: PolicyResult | undefined, metric: string): number | null | undefined =>
  policy === undefined ? null : known(metric).read(policy)?.estimate;

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

function pText(p: number | null): string {
  if (p === null) return absent;
  return p < 0.001 ? "<0.001" : decimal(p, 3);
}
