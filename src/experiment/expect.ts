/** Expectations of a scenario, held against its results. */
import { isInterval, valueAt } from "./metrics.ts";
import type { Expectation, Interval, PolicyResult } from "./result.ts";

/** `split-90: p95 latency < 100 ms`, understood. */
export interface ExpectedFigure {
  readonly text: string;
  readonly policy: string;
  /** Path in the policy's result. */
  readonly metric: string;
  readonly operator: "<" | "<=" | ">" | ">=";
  /** In the unit of the metric's key. */
  readonly bound: number;
}

/**
 * Passed or failed when the whole interval lies on one side of the bound, undecided when it straddles it. Without an interval (too few
 * replications or samples) the estimate decides; without a value the expectation failed.
 */
export function judge(expected: ExpectedFigure, policies: readonly PolicyResult[]): Expectation {
  const policy = policies.find((p) => p.name === expected.policy);
  const value = policy === undefined ? undefined : valueAt(policy, expected.metric);
  const observed: Interval | null = isInterval(value) ? value : typeof value === "number" ? exact(value) : null;
  return { text: expected.text, verdict: verdict(expected, observed), observed };
}

function exact(value: number): Interval {
  return { estimate: value, low: null, high: null, confidence: 1, n: 1, values: [value] };
}

function verdict({ operator, bound }: ExpectedFigure, observed: Interval | null): Expectation["verdict"] {
  if (observed === null) return "failed";
  const holds = (x: number): boolean =>
    operator === "<" ? x < bound : operator === "<=" ? x <= bound : operator === ">" ? x > bound : x >= bound;
  if (observed.low === null || observed.high === null) return holds(observed.estimate) ? "passed" : "failed";
  const [low, high] = [holds(observed.low), holds(observed.high)];
  return low !== high ? "undecided" : low ? "passed" : "failed";
}
