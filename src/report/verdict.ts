/** What a run found, in sentences made from its numbers; a difference counts only when its interval says so. */
import type { Comparison, PolicyResult, Result } from "../experiment/result.ts";
import { count, difference, interval, quantity, type Unit } from "./format.ts";
import { baselineOf, metricOf } from "./metrics.ts";
import { measured } from "./quantity.ts";
import { list, plural } from "./text.ts";

/** The sentence a reader takes away. */
export function headline(result: Result): string {
  const baseline = baselineOf(result);
  const base = result.policies.find(({ name }) => name === baseline);
  const timed = result.policies.filter((policy) => policy.latency_s.mean !== null);
  const first = result.policies[0];
  if (!first) return "This run holds no policy.";
  if (timed.length === 0) return "No policy completed a request, so there is no latency to compare.";
  if (result.policies.length === 1) return alone(first);
  if (!base) return `${lowest(timed)} No baseline was named, so no difference was tested.`;
  return against(result, base);
}

/** A policy whose queues do not grow, and that knows no more than a real controller could. */
const fair = (policy: PolicyResult): boolean => policy.verdict.steady && !policy.oracle;
const mean = (policy: PolicyResult): number => policy.latency_s.mean?.estimate ?? Number.POSITIVE_INFINITY;

function alone(policy: PolicyResult): string {
  const accuracy = policy.accuracy ? ` and is right ${quantity(policy.accuracy.estimate, "share")} of the time` : "";
  const start = `${policy.name} answers in ${quantity(mean(policy), "s")} on average, 95 % of requests within ${quantity(policy.latency_s.p95?.estimate, "s")},${accuracy}`;
  return `${start.replace(/,$/, "")}. One policy, so there is nothing to compare it with.`.replace(",.", ".");
}

function lowest(policies: readonly PolicyResult[]): string {
  const best = policies.reduce((a, b) => (mean(b) < mean(a) ? b : a));
  return `The lowest mean latency is ${best.name}'s, ${quantity(mean(best), "s")}.`;
}

function against(result: Result, base: PolicyResult): string {
  const find = (policy: PolicyResult, metric: string) =>
    result.comparisons.find((c) => c.policy === policy.name && c.metric === metric);
  const others = result.policies.filter((policy) => policy !== base);
  const faster = others.filter((policy) => fair(policy) && find(policy, "latency_s.mean")?.verdict === "better");
  const overloaded = base.verdict.steady
    ? ""
    : ` The baseline did not reach a steady state, so the gap depends on how long the run lasted.`;
  const [best] = faster.sort((a, b) => mean(a) - mean(b));
  if (!best) {
    const tested = others.some((policy) => find(policy, "latency_s.mean"));
    const why = tested
      ? `No policy is shown to be faster than the baseline, ${base.name}`
      : `No difference in mean latency to the baseline, ${base.name}, could be tested`;
    return `${why} (mean latency ${quantity(base.latency_s.mean?.estimate, "s")}).${overloaded}`;
  }
  const gap = find(best, "latency_s.mean");
  const share =
    base.latency_s.mean && gap
      ? ` (${quantity(Math.abs(gap.difference.estimate) / base.latency_s.mean.estimate, "share")})`
      : "";
  const lead = `${best.name} answers in ${quantity(mean(best), "s")} on average, ${quantity(Math.abs(gap?.difference.estimate ?? 0), "s")}${share} sooner than the baseline, ${base.name}`;
  return `${lead}${accuracyClause(find(best, "accuracy"))}.${overloaded}`;
}

function accuracyClause(comparison: Comparison | undefined): string {
  if (!comparison) return "";
  const size = quantity(Math.abs(comparison.difference.estimate), "share").replace("%", "percentage points");
  if (comparison.verdict === "better") return `, and is ${size} more accurate`;
  if (comparison.verdict === "worse") return `, at the price of ${size} of accuracy`;
  return ", with no difference in accuracy that these runs could show";
}

/** What one policy is better and worse at than the baseline. */
export interface Standing {
  readonly policy: string;
  readonly better: readonly string[];
  readonly worse: readonly string[];
  readonly undecided: readonly string[];
}

/** What a standing speaks of; the table of differences has the rest. */
const headlines = [
  "latency_s.mean",
  "latency_s.p95",
  "accuracy",
  "deadline_miss",
  "dropped",
  "goodput_per_s",
  "energy_j.total",
  "cost_usd",
];

/** Neither estimate nor interval leave zero: the policies are alike by construction. */
export const isNothing = ({ difference: d }: Comparison): boolean =>
  d.estimate === 0 && (d.low ?? 0) === 0 && (d.high ?? 0) === 0;

/** Every policy but the baseline, each with its main metrics sorted by verdict. */
export function standings(result: Result): Standing[] {
  const baseline = baselineOf(result);
  return result.policies
    .filter(({ name }) => name !== baseline)
    .map(({ name }) => {
      const all = result.comparisons.filter((c) => c.policy === name && !isNothing(c));
      const mine = headlines.flatMap((metric) => all.find((c) => c.metric === metric) ?? []);
      const said = (verdict: Comparison["verdict"]): string[] => mine.filter((c) => c.verdict === verdict).map(phrase);
      return {
        policy: name,
        better: said("better"),
        worse: said("worse"),
        undecided: mine.filter((c) => c.verdict === "undecided").map((c) => metricOf(c.metric).label),
      };
    })
    .filter(({ better, worse, undecided }) => better.length + worse.length + undecided.length > 0);
}

function phrase(comparison: Comparison): string {
  const { label, unit } = metricOf(comparison.metric);
  return `${label} ${difference(comparison.difference, unit).estimate}`;
}

/** "2 of 3 expectations hold, 1 fails"; empty when the scenario has none. */
export function expectationsText(result: Result): string {
  const total = result.expectations.length;
  if (total === 0) return "";
  const n = (verdict: string): number => result.expectations.filter((e) => e.verdict === verdict).length;
  if (n("passed") === total) return total === 1 ? "The one expectation holds." : `All ${total} expectations hold.`;
  const failed = n("failed") > 0 ? `, ${n("failed")} ${n("failed") === 1 ? "fails" : "fail"}` : "";
  const open = n("undecided") > 0 ? `, ${n("undecided")} undecided` : "";
  return `${n("passed")} of ${plural(total, "expectation")} ${n("passed") === 1 ? "holds" : "hold"}${failed}${open}.`;
}

/** "54.2 ms [53.0, 55.1]" for what an expectation saw, with its sign where that is a difference. */
export function observedText({ text, observed, difference: isDifference }: Result["expectations"][number]): string {
  if (isDifference === true && observed !== null) {
    const { estimate, range } = difference(observed, unitOfWords(text));
    return `a difference of ${range === "" ? estimate : `${estimate} ${range}`}`;
  }
  const bound = measured(text.split(/[<>]=?/)[1] ?? "");
  // A bare bound is a share unless it is plainly a number of things.
  const unit =
    bound && bound.unit !== "count"
      ? bound.unit
      : /queue|in.system|requests|batch|attempts/.test(text)
        ? "count"
        : "share";
  const { estimate, range } = interval(observed, unit);
  return range === "" ? estimate : `${estimate} ${range}`;
}

/** Of the metric that a sentence names. */
function unitOfWords(text: string): Unit {
  const words: readonly (readonly [RegExp, Unit])[] = [
    [/latency/, "s"],
    [/throughput|goodput/, "/s"],
    [/energy/, "J"],
    [/cost/, "USD"],
    [/bytes/, "B"],
    [/in.system/, "count"],
  ];
  const metric =
    text
      .split(/[<>]=?/)[0]
      ?.split(":")
      .at(-1) ?? "";
  return words.find(([pattern]) => pattern.test(metric))?.[1] ?? "share";
}

/** Everything a reader must know before believing the numbers, named by policy; the same reason under several policies is said once. */
export function warnings(result: Result): { readonly policies: string; readonly reason: string }[] {
  const found = new Map<string, string[]>();
  for (const policy of result.policies) {
    for (const reason of policy.verdict.reasons) found.set(reason, [...(found.get(reason) ?? []), policy.name]);
  }
  const swept = new Map<string, number>();
  for (const point of result.sweep) {
    for (const policy of point.policies)
      if (!policy.verdict.steady) swept.set(policy.name, (swept.get(policy.name) ?? 0) + 1);
  }
  const along = [...swept].map(([name, n]) => ({
    policies: name,
    reason: `not steady at ${n} of ${plural(result.sweep.length, "point")} of the sweep`,
  }));
  const oracles = result.policies
    .filter(({ oracle }) => oracle)
    .map(({ name, bound }) => ({
      policies: name,
      reason: `an oracle: it knows what no real controller can, and stands here as a bound${bound === undefined ? "" : ` (${bound})`}`,
    }));
  const all = result.policies.length;
  const here = [...found].map(([reason, names]) => ({
    policies: names.length === all && all > 2 ? "all policies" : list(names),
    reason,
  }));
  return [...here, ...along, ...oracles];
}

/** "Theory: split 15.3 ms on average, simulated 15.2 ms [15.1, 15.4]" of every policy that theory knows. */
export function theoryTexts(result: Result): string[] {
  return result.policies.flatMap(({ name, theory, latency_s }) => {
    if (!theory) return [];
    const { estimate, range } = interval(latency_s.mean, "s");
    const simulated = range === "" ? estimate : `${estimate} ${range}`;
    return `Theory (product-form network): mean latency of ${name} ${quantity(theory.latency_mean_s, "s")}, simulated ${simulated}.`;
  });
}

/** "Replications until mean and p95 latency were known to 2 %: split 17, edge-only 12 (stopped at most)"; empty without a precision. */
export function stoppingText(result: Result): string {
  const asked = result.policies.flatMap(({ name, precision }) => (precision ? [{ name, ...precision }] : []));
  const [first] = asked;
  if (!first) return "";
  const wanted = first.targets.map(({ metric, wanted: w }) => `${metricOf(metric).label} to ${quantity(w, "share")}`);
  const numbers = asked.map(
    ({ name, replications, reached }) => `${name} ${replications}${reached ? "" : " (not reached)"}`,
  );
  return `Replications stopped by rule, once ${list(wanted)} were known: ${numbers.join(", ")}.`;
}

/** "25 to 100 replications": each policy may have stopped by itself. Empty where no policy has any. */
export function replicationsText(result: Result): string {
  const [fewest, most] = ends(result.policies.flatMap((policy) => figureOfAll(policy)?.values.length ?? []));
  return most === 0 ? "" : `${fewest === most ? "" : `${fewest} to `}${plural(most, "replication")}`;
}

/** "292 500 requests", or the fewest and the most where policies have different numbers of replications. Empty where nothing arrived. */
export function requestsText(result: Result): string {
  const [fewest, most] = ends(result.policies.map(({ requests }) => requests.arrived));
  const isEqual = new Set(result.policies.map((policy) => figureOfAll(policy)?.values.length)).size === 1;
  return most === 0 ? "" : `${isEqual ? "" : `${count(fewest)} to `}${count(most)} requests`;
}

const ends = (numbers: readonly number[]): [number, number] => [Math.min(...numbers), Math.max(0, ...numbers)];

const figureOfAll = (policy: Result["policies"][number]) =>
  policy.latency_s.mean ?? policy.throughput_per_s ?? policy.dropped;

/** How many policies, and what intervals are from: replications, or batches of fewer than three of them. */
export function scope(result: Result): {
  readonly policies: number;
  readonly replications: number | null;
  readonly batches: number | null;
  readonly confidence: number | null;
} {
  const first = result.policies.flatMap((policy) => figureOfAll(policy) ?? [])[0];
  return {
    policies: result.policies.length,
    replications: first?.values.length ?? null,
    batches: first && first.n > first.values.length ? first.n : null,
    confidence: first?.confidence ?? null,
  };
}
