/** Policies against the baseline: paired by replication, which common random numbers make worth while. */
import { type Candidate, type Difference, differenceOf, limitsOf } from "./difference.ts";
import { comparedMetrics } from "./metrics.ts";
import type { PolicyOutcome } from "./outcome.ts";
import type { Comparison } from "./result.ts";
import { verdictsOf } from "./verdicts.ts";

export const candidateOf = ({ result, rows }: PolicyOutcome): Candidate => ({ name: result.name, result, rows });

/** All metrics of all policies but the baseline. Verdicts hold together, by Holm's correction over the policies of a metric. */
export function comparePolicies(
  outcomes: readonly PolicyOutcome[],
  baseline: string,
  confidence: number,
): Comparison[] {
  const base = outcomes.find((o) => o.result.name === baseline);
  if (base === undefined) return [];
  const others = outcomes.filter((o) => o !== base).map(candidateOf);
  const families = comparedMetrics.map((metric) => {
    const drafts = others.flatMap((other) => {
      const difference = differenceOf(metric, other, candidateOf(base), true);
      return difference === null ? [] : [{ policy: other.name, difference }];
    });
    const verdicts = verdictsOf(
      drafts.map(({ difference }) => difference),
      1 - confidence,
    );
    return drafts.map(({ policy, difference }, i): Comparison => {
      const { verdict, needed } = verdicts[i]!;
      return {
        baseline,
        policy,
        metric: metric.path,
        difference: intervalOf(difference, confidence),
        verdict,
        ...(verdict === "undecided" ? { replications_needed: needed } : {}),
      };
    });
  });
  return others.flatMap(({ name }) => families.flatMap((family) => family.filter(({ policy }) => policy === name)));
}

/** A difference as results show it. */
export function intervalOf(difference: Difference, confidence: number): Comparison["difference"] {
  const { estimate, n, values } = difference;
  return { estimate, ...limitsOf(difference, confidence), confidence, n, values };
}
