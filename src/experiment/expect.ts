/** Expectations of a scenario, held against its results. */
import { type Candidate, differenceOf, limitsOf } from "./difference.ts";
import { isInterval, valueAt } from "./metrics.ts";
import type { Expectation, Interval, PolicyResult } from "./result.ts";

/** `split-90: p95 latency < 100 ms`, understood. */
export interface ExpectedFigure {
  readonly text: string;
  /** Values of the points it is about, by path; none: the file as written. */
  readonly at: Readonly<Record<string, string>>;
  readonly policy: string;
  /** Path in the policy's result. */
  readonly metric: string;
  readonly operator: "<" | "<=" | ">" | ">=";
  /** In the unit of the metric's key, or another policy's figure times a factor. */
  readonly bound: number | { readonly policy: string; readonly times: number };
}

/** What came of all policies at a point of the sweep, or with the file as written (`at` is empty). */
export interface Held {
  readonly at: Readonly<Record<string, string | number>>;
  readonly policies: readonly Candidate[];
}

/**
 * Passed or failed when the whole interval lies on one side of the bound, undecided when it straddles it. Without an interval (too few
 * replications or samples) the estimate decides; without a value the expectation failed. Against another policy the interval is that of
 * the difference of pairs. Of several points the worst counts.
 */
export function judge(expected: ExpectedFigure, points: readonly Held[], confidence: number): Expectation {
  const asked = Object.entries(expected.at);
  const mine = points.filter(({ at }) =>
    asked.length === 0 ? Object.keys(at).length === 0 : asked.every(([path, value]) => String(at[path]) === value),
  );
  const found = mine.map((point) => judgeThere(expected, point.policies, confidence));
  const worst = (["failed", "undecided", "passed"] as const).flatMap(
    (v) => found.find((f) => f.verdict === v) ?? [],
  )[0];
  return worst ?? { text: expected.text, verdict: "failed", observed: null };
}

function judgeThere(expected: ExpectedFigure, policies: readonly Candidate[], confidence: number): Expectation {
  const { text, policy, metric, bound } = expected;
  const one = policies.find((p) => p.name === policy);
  if (typeof bound === "object") {
    const other = policies.find((p) => p.name === bound.policy);
    const observed =
      one === undefined || other === undefined ? null : excess(metric, one, other, bound.times, confidence);
    return {
      text,
      verdict: verdict(expected, 0, observed),
      observed,
      ...(observed === null ? {} : { difference: true }),
    };
  }
  const value = one === undefined ? undefined : valueAt(one.result, metric);
  const observed: Interval | null = isInterval(value) ? value : typeof value === "number" ? exact(value) : null;
  return { text, verdict: verdict(expected, bound, observed), observed };
}

/** What the one has more than so many times the other, by pairs of replications. */
function excess(path: string, one: Candidate, other: Candidate, times: number, confidence: number): Interval | null {
  const [a, b] = [one, other].map((policy): Candidate => {
    const value = valueAt(policy.result, path);
    return typeof value === "number" ? { ...policy, result: resultWith(path, exact(value)) } : policy;
  }) as [Candidate, Candidate];
  const difference = differenceOf({ path, better: 0 }, a, times === 1 ? b : timesOf(path, b, times), true);
  if (difference === null) return null;
  const { estimate, n, values } = difference;
  return { estimate, ...limitsOf(difference, confidence), confidence, n, values };
}

function timesOf(path: string, policy: Candidate, times: number): Candidate {
  const value = valueAt(policy.result, path);
  if (!isInterval(value)) return policy;
  const values = value.values.map((v) => (v === null ? null : v * times));
  return { ...policy, result: resultWith(path, { ...value, estimate: value.estimate * times, values }) };
}

/** A result that holds one figure. */
const resultWith = (path: string, value: Interval): PolicyResult =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as PolicyResult;

function exact(value: number): Interval {
  return { estimate: value, low: null, high: null, confidence: 1, n: 1, values: [value] };
}

function verdict({ operator }: ExpectedFigure, bound: number, observed: Interval | null): Expectation["verdict"] {
  if (observed === null) return "failed";
  const holds = (x: number): boolean =>
    operator === "<" ? x < bound : operator === "<=" ? x <= bound : operator === ">" ? x > bound : x >= bound;
  if (observed.low === null || observed.high === null) return holds(observed.estimate) ? "passed" : "failed";
  const [low, high] = [holds(observed.low), holds(observed.high)];
  return low !== high ? "undecided" : low ? "passed" : "failed";
}
