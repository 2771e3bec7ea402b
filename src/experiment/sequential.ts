/** Replications until the intervals are narrow enough. */
import { isInterval, valueAt } from "./metrics.ts";
import type { PolicyOutcome } from "./outcome.ts";
import type { PolicyResult } from "./result.ts";
import { type Precision, relativePrecision } from "./statistics/index.ts";

export interface PrecisionPlan {
  /** Path in a policy's result, and the largest relative error wanted. */
  readonly targets: readonly { readonly metric: string; readonly relative: number }[];
  /** Replications at which it stops whatever was reached. */
  readonly most: number;
}

/** Replications over which a precision must hold. K. Hoad, S. Robinson, R. Davies, J. Oper. Res. Soc. 61(11), 2010. */
const lookAhead = 5;

interface Target {
  readonly metric: string;
  readonly wanted: number;
  /** Null where no replication has a value. */
  readonly found: Precision | null;
}

/**
 * Looks again after as many further replications as the widths so far suggest, so that the number depends on this policy's figures alone.
 * Without a steady state there is nothing to be precise about: it stops once the look-ahead is over.
 * @param upTo outcome of the first n replications
 * @param least fewest replications
 */
export async function untilPrecise(
  upTo: (n: number) => Promise<PolicyOutcome>,
  plan: PrecisionPlan,
  least: number,
): Promise<PolicyOutcome> {
  let n = Math.min(plan.most, least + lookAhead);
  for (;;) {
    const outcome = await upTo(n);
    const targets = plan.targets.map((target) => look(outcome.result, target, least));
    const isReached = targets.every(({ found }) => found === null || found.reached);
    if (isReached || n >= plan.most || !outcome.result.verdict.steady) return told(outcome, targets, isReached, n);
    const missing = Math.max(
      ...targets.map(({ found }) => (found === null ? 0 : found.relativeHalfWidth / found.limit)),
    );
    // Widths shrink with the square root; a little short of it, for they may have been wide by chance. Each look sums all up anew: of
    // many replications a twentieth more is no loss.
    n = Math.min(plan.most, Math.max(n + 1, Math.floor(1.05 * n), Math.floor(0.8 * n * missing ** 2)));
  }
}

function look(result: PolicyResult, { metric, relative }: PrecisionPlan["targets"][number], least: number): Target {
  const value = valueAt(result, metric);
  const values = isInterval(value) ? value.values.filter((v) => v !== null) : [];
  if (!isInterval(value) || values.length === 0) return { metric, wanted: relative, found: null };
  const options = { precision: relative, confidence: value.confidence, least, lookAhead };
  return { metric, wanted: relative, found: relativePrecision(values, options) };
}

function told(
  outcome: PolicyOutcome,
  targets: readonly Target[],
  reached: boolean,
  replications: number,
): PolicyOutcome {
  const { result } = outcome;
  const missed = targets.filter(({ found }) => found !== null && !found.reached);
  const reasons = missed.map(
    ({ metric, wanted, found }) =>
      `precision not reached: ${metric} is known to ${percent(found!.relativeHalfWidth)} after ${replications} replications, ${percent(wanted)} wanted`,
  );
  return {
    ...outcome,
    result: {
      ...result,
      verdict: { ...result.verdict, reasons: [...result.verdict.reasons, ...reasons] },
      precision: {
        reached,
        replications,
        targets: targets.map(({ metric, wanted, found }) => {
          const width = found?.relativeHalfWidth ?? Number.POSITIVE_INFINITY;
          return { metric, wanted, achieved: Number.isFinite(width) ? width : null };
        }),
      },
    },
  };
}

const percent = (x: number): string => (Number.isFinite(x) ? `${Number((100 * x).toPrecision(3))} %` : "nothing");
