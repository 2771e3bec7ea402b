/** Who leads in what, and who stands on the front of latency, accuracy and energy: over all pairs, with intervals. */
import { type Candidate, type Difference, differenceOf } from "./difference.ts";
import { comparedMetrics, type Metric } from "./metrics.ts";
import type { Standing } from "./result.ts";
import { verdictsOf } from "./verdicts.ts";

/** What the front is over. Who answers fewer requests is no faster for it: dropping them counts, too. */
export const frontMetrics: readonly string[] = ["latency_s.mean", "accuracy", "energy_j.total", "dropped"];
/** Figures that do not depend on how long a queue has been growing. */
const timeless: readonly string[] = ["accuracy"];

interface Pair {
  readonly one: Candidate;
  readonly other: Candidate;
  readonly difference: Difference;
}

/** Whether two candidates' replications are pairs. */
export type Pairing = (one: Candidate, other: Candidate) => boolean;
const always: Pairing = () => true;

/**
 * What is known of bounds (`oracle: true`) leads nobody and dominates nobody; what has no steady state may be shown to be worse, never better.
 * @param isPaired all are unless given
 * @param metrics all that policies are compared in unless given
 * @returns null for fewer than two policies
 */
export function standingOf(
  all: readonly Candidate[],
  confidence: number,
  isPaired: Pairing = always,
  metrics: readonly Metric[] = comparedMetrics,
): Standing | null {
  const candidates = all.filter(({ result }) => !result.oracle);
  if (candidates.length < 2) return null;
  const level = 1 - confidence;
  const pairs = new Map(metrics.map((metric) => [metric.path, pairsIn(metric, candidates, isPaired)]));
  const best = [...pairs].flatMap(([metric, family]) => {
    const among = candidates.filter((c) => family.some(({ one, other }) => one === c || other === c));
    const beaten = new Set(beatings(family, level).map(({ loser }) => loser));
    return among.length === 0 ? [] : [[metric, among.filter((c) => !beaten.has(c)).map(({ name }) => name)] as const];
  });
  return { best: Object.fromEntries(best), dominated: dominated(candidates, pairs, level) };
}

function pairsIn(metric: Metric, candidates: readonly Candidate[], isPaired: Pairing): Pair[] {
  return candidates.flatMap((one, i) =>
    candidates.slice(i + 1).flatMap((other) => {
      const difference = differenceOf(metric, one, other, isPaired(one, other));
      return difference === null ? [] : [{ one, other, difference }];
    }),
  );
}

interface Beating {
  readonly winner: Candidate;
  readonly loser: Candidate;
  readonly metric: string;
}

/** Who is shown to be better than whom, by Holm's correction over the whole family. */
function beatings(family: readonly Pair[], level: number): Beating[] {
  const verdicts = verdictsOf(
    family.map(({ difference }) => difference),
    level,
  );
  return family.flatMap(({ one, other, difference }, i): Beating[] => {
    const { verdict } = verdicts[i]!;
    if (verdict === "undecided") return [];
    const [winner, loser] = verdict === "better" ? [one, other] : [other, one];
    const metric = difference.metric.path;
    return winner.result.verdict.steady || timeless.includes(metric) ? [{ winner, loser, metric }] : [];
  });
}

/**
 * A policy is dominated by one that is shown to be better in some metric, while itself it is better in none, not even by its estimate. The
 * family is all pairs in all metrics of the front.
 */
function dominated(
  candidates: readonly Candidate[],
  pairs: ReadonlyMap<string, readonly Pair[]>,
  level: number,
): Standing["dominated"] {
  const family = frontMetrics.flatMap((metric) => pairs.get(metric) ?? []);
  const beaten = beatings(family, level);
  const isBetterAnywhere = (loser: Candidate, winner: Candidate): boolean =>
    family.some(({ one, other, difference: { estimate, metric } }) => {
      const ahead = one === loser && other === winner ? estimate : one === winner && other === loser ? -estimate : 0;
      return ahead * metric.better > 0;
    });
  const knows = (c: Candidate, metric: string): boolean =>
    family.some(({ one, other, difference }) => difference.metric.path === metric && (one === c || other === c));
  const found = candidates.flatMap((loser) => {
    const by = candidates.flatMap((winner) => {
      const metrics = beaten.filter((b) => b.loser === loser && b.winner === winner).map(({ metric }) => metric);
      const isSame = frontMetrics.every((metric) => knows(loser, metric) === knows(winner, metric));
      return metrics.length > 0 && isSame && !isBetterAnywhere(loser, winner) ? [{ policy: winner.name, metrics }] : [];
    });
    return by.length === 0 ? [] : [[loser.name, by] as const];
  });
  return Object.fromEntries(found);
}
