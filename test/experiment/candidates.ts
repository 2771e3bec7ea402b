/** Policies with hand-made figures, one value a replication, for tests of comparisons. */
import type { Candidate } from "../../src/experiment/difference.ts";
import type { Interval, PolicyResult } from "../../src/experiment/result.ts";

export function interval(values: readonly (number | null)[]): Interval {
  const known = values.filter((v) => v !== null);
  const estimate = known.reduce((a, b) => a + b, 0) / known.length;
  return { estimate, low: null, high: null, confidence: 0.95, n: known.length, values };
}

export interface Figures {
  readonly latency?: readonly (number | null)[];
  readonly accuracy?: readonly (number | null)[];
  readonly energy?: readonly (number | null)[];
  readonly dropped?: readonly (number | null)[];
  readonly steady?: boolean;
  readonly oracle?: boolean;
  readonly rows?: NonNullable<Candidate["rows"]>;
}

export function candidate(name: string, figures: Figures): Candidate {
  const of = (values: Figures["latency"]): Interval | null => (values === undefined ? null : interval(values));
  const result = {
    name,
    oracle: figures.oracle ?? false,
    verdict: { steady: figures.steady ?? true, reasons: [] },
    latency_s: { mean: of(figures.latency) },
    accuracy: of(figures.accuracy),
    energy_j: { nodes: {}, links: {}, total: of(figures.energy) },
    dropped: of(figures.dropped),
  };
  return { name, result: result as unknown as PolicyResult, rows: figures.rows ?? null };
}
