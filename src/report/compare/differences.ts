/** Chart of all differences of a comparison, and the words for one. */
import type { RunComparison, RunDifference } from "../../experiment/compare-runs.ts";
import type { Forest, Look } from "../charts/figure.ts";
import { absent, count, difference, signed } from "../format.ts";
import { metricOf } from "../metrics.ts";
import { capital, list, plural } from "../text.ts";

/** "−7.40 ms" and "[−7.65, −7.14]", the corrected interval. */
export function told({ metric, difference: d, corrected }: RunDifference): { estimate: string; range: string } {
  const { unit } = metricOf(metric);
  return difference({ ...d, low: corrected.low, high: corrected.high, values: [] }, unit);
}

/** Of an undecided difference, how many replications would settle it; empty where it is settled. */
export function needText(c: RunDifference): string {
  if (c.verdict !== "undecided") return "";
  const { replications_needed: n } = c;
  if (c.p === null) return `${n ?? 3} at least`;
  if (n === null || n === undefined) return c.difference.estimate === 0 ? "no difference to see" : "over 10 000";
  return count(n);
}

/** No difference in any replication: there is nothing to tell. */
export const isNone = ({ difference: d }: RunDifference): boolean => d.estimate === 0 && d.low === 0 && d.high === 0;

/** "No difference at all in accuracy and dropped requests."; empty where everything differs. */
export function noneText(all: readonly RunDifference[]): string {
  const none = all.filter(isNone).map(({ metric }) => metricOf(metric).label);
  if (none.length === 0) return "";
  return none.length === all.length ? "No difference at all, in any metric." : `No difference at all in ${list(none)}.`;
}

/** Against the baseline where that is not 0: "−12 %". */
export function relativeText(estimate: number, baseline: number | null | undefined): string {
  if (!baseline) return absent;
  return signed(estimate / Math.abs(baseline), "share").replace("pp", "%");
}

/** Title of a comparison: "split against cloud-only". */
export const pairName = (c: Pick<RunDifference, "policy" | "baseline">): string => `${c.policy} against ${c.baseline}`;

/** All comparisons, pair by pair in their order. */
export function byPair(found: RunComparison): { readonly name: string; readonly all: readonly RunDifference[] }[] {
  const names = [...new Set(found.comparisons.map(pairName))];
  return names.map((name) => ({ name, all: found.comparisons.filter((c) => pairName(c) === name) }));
}

/** The figure; null where nothing differs at all. */
export function forest(found: RunComparison, looks: ReadonlyMap<string, Look>): Forest | null {
  const pairs = byPair(found).filter(({ all }) => !all.every(isNone));
  const metrics = [...new Set(found.comparisons.map(({ metric }) => metric))];
  const isAlike = (metric: string): boolean => found.comparisons.every((c) => c.metric !== metric || isNone(c));
  const shown = metrics.filter((metric) => !isAlike(metric));
  if (shown.length === 0) return null;
  const one = (all: readonly RunDifference[], metric: string): RunDifference | undefined =>
    all.find((c) => c.metric === metric);
  const base = new Set(found.comparisons.map(({ baseline }) => baseline));
  return {
    kind: "forest",
    id: "differences",
    title: base.size === 1 ? `Differences to ${[...base][0]}` : "Differences between the runs",
    finding: verdictText(found),
    reading: `Each row has its own scale; the green side is better. Intervals are at the confidence that Holm's correction asks of them; filled points are settled, hollow ones undecided.`,
    series: pairs.map(({ name, all }, i) => ({
      name: base.size === 1 ? (all[0]?.policy ?? name) : name,
      // Across runs a pair is no policy: it has a look of its own.
      look: (base.size === 1 ? looks.get(all[0]?.policy ?? "") : null) ?? { hue: i, pattern: i, baseline: false },
    })),
    rows: shown.map((metric) => ({
      name: capital(metricOf(metric).label),
      better: found.metrics.find(({ path }) => path === metric)?.better === "higher" ? 1 : -1,
      points: pairs.map(({ all }) => {
        const c = one(all, metric);
        if (c === undefined) return null;
        const { estimate, range } = told(c);
        const { low, high } = c.corrected;
        return {
          value: c.difference.estimate,
          low,
          high,
          text: range === "" ? estimate : `${estimate} ${range}`,
          settled: c.verdict !== "undecided",
        };
      }),
    })),
    table: {
      columns: ["metric", ...pairs.map(({ name }) => name)],
      rows: metrics.map((metric) => [
        metricOf(metric).label,
        ...pairs.map(({ all }) => {
          const c = one(all, metric);
          if (c === undefined) return absent;
          const { estimate, range } = told(c);
          return `${estimate} ${range} ${c.verdict}`.replace("  ", " ");
        }),
      ]),
    },
  };
}

/** How many comparisons are settled which way. */
export function verdictText(found: RunComparison): string {
  const n = (verdict: string): number => found.comparisons.filter((c) => c.verdict === verdict).length;
  return `Of ${plural(found.comparisons.length, "comparison")}, ${n("better")} better, ${n("worse")} worse, ${n("undecided")} undecided.`;
}

/** What a policy is shown to be better and worse at, in a sentence. */
export function sentenceOf(all: readonly RunDifference[]): string {
  const [first] = all;
  if (!first) return "";
  const said = (verdict: RunDifference["verdict"]): string[] =>
    all.filter((c) => c.verdict === verdict).map((c) => `${metricOf(c.metric).label} ${told(c).estimate}`);
  const [better, worse] = [said("better"), said("worse")];
  if (all.every(isNone)) return `${pairName(first)}: no difference at all.`;
  const parts = [
    better.length > 0 ? `better in ${list(better)}` : "",
    worse.length > 0 ? `worse in ${list(worse)}` : "",
  ].filter((part) => part !== "");
  return `${pairName(first)}: ${parts.length === 0 ? "nothing is settled" : parts.join("; ")}.`;
}

/** Whether replications were pairs, in a sentence for every two runs where it matters. */
export function pairingTexts(found: RunComparison): string[] {
  const across = found.pairing.filter(({ runs: [a, b] }) => a !== b);
  if (across.length === 0) return ["Paired by replication: all policies meet the same arrivals, samples and channels."];
  return across.map(({ runs: [a, b], paired, why }) =>
    paired
      ? `${a} and ${b}: paired by replication, since seed, replications and workload agree.`
      : `${a} and ${b}: not paired (${why}), so the intervals are Welch's and wider.`,
  );
}

/** What the front is over, as far as it was compared. */
const frontMetrics: readonly string[] = ["latency_s.mean", "accuracy", "energy_j.total", "dropped"];

/** Who is off the front, and because of whom. */
export function frontTexts({ standing, metrics }: RunComparison): string[] {
  const over = frontMetrics.filter((path) => metrics.some((metric) => metric.path === path));
  if (standing === null || over.length === 0) return [];
  const words = over.map((path) => metricOf(path).label);
  const off = Object.entries(standing.dominated);
  if (off.length === 0) return [`No policy is shown to be off the front of ${list(words)}.`];
  const told = off.map(([name, by]) => {
    const worse = [...new Set(by.flatMap((one) => one.metrics))].map((path) => metricOf(path).label);
    return `${name} is dominated by ${list(by.map(({ policy }) => policy))}: shown to be worse in ${list(worse)}, and better in nothing of the front.`;
  });
  return [`The front is over ${list(words)}.`, ...told];
}
