/** Where the warm-up of a policy's replications ends. */
import { isStationary } from "../sim/arrivals/rate.ts";
import type { Replication } from "../sim/collector.ts";
import type { Varying } from "../sim/links/varying.ts";
import type { Setup } from "../sim/setup.ts";
import { Slicing } from "../sim/slicing.ts";
import { mser } from "./statistics/index.ts";
import type { Warmup } from "./summarise.ts";

export interface Cut {
  /** First slice that counts. */
  readonly from: number;
  readonly warmup: Warmup;
  /** No steady stretch was found. */
  readonly tooShort: boolean;
}

/**
 * One cut for all replications of a policy: MSER-5 on the latencies averaged over replications, moved up to the next slice.
 * @see White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6), 1997
 */
export function findCut(setup: Setup, replications: readonly Replication[]): Cut {
  const { warmup } = setup.run;
  if (warmup.kind === "requests") {
    const from = warmup.n > 0 ? 1 : 0;
    return {
      from,
      warmup: { requests: warmup.n, seconds: meanStart(replications, from), found: false },
      tooShort: false,
    };
  }
  if (warmup.kind === "time") {
    const from = warmup.at > 0 ? 1 : 0;
    return {
      from,
      warmup: { requests: meanArrived(replications, from), seconds: warmup.at, found: false },
      tooShort: false,
    };
  }
  if (!hasSteadyLaws(setup)) return { from: 0, warmup: { requests: 0, seconds: 0, found: true }, tooShort: false };
  const means = averageBatches(replications);
  const found = means.length < 10 ? { cut: 0, reachedHalf: true } : mser(means);
  const from = new Slicing(setup.run).sliceAfter(found.cut / Math.max(1, means.length));
  return {
    from,
    warmup: { requests: meanArrived(replications, from), seconds: meanStart(replications, from), found: true },
    tooShort: found.reachedHalf && means.length >= 10,
  };
}

/**
 * Nothing is meant to be different at one time than at another: arrivals and samples of all streams follow laws that are the same at any time, and no
 * node fails, no link is out, no capacity changes for good at a set instant. Where something does, a cut could take away what is to be seen.
 */
export function hasSteadyLaws({ streams, nodes, links }: Setup): boolean {
  return (
    streams.every(
      ({ arrivals, samples }) => isStationary(arrivals) && (typeof samples === "string" || samples.points.length === 1),
    ) &&
    nodes.every(({ faults }) => faults.length === 0) &&
    links.every(
      ({ outages, up, down }) =>
        outages?.kind !== "windows" && [up, down].every((way) => !endsUp(way.varying) && !endsUp(way.delays)),
    )
  );
}

/** It changes at first, and then no more. */
const endsUp = (varying: Varying | null): boolean =>
  varying?.kind === "steps" && !varying.repeats && varying.values.length > 1;

function averageBatches(replications: readonly Replication[]): number[] {
  const means: number[] = [];
  const batches = replications[0]?.collector.batchSum.length ?? 0;
  for (let i = 0; i < batches; i++) {
    let [total, n] = [0, 0];
    for (const { collector } of replications) {
      if (collector.batchCount[i]! === 0) continue;
      total += collector.batchSum[i]! / collector.batchCount[i]!;
      n++;
    }
    if (n > 0) means.push(total / n);
  }
  return means;
}

function meanStart(replications: readonly Replication[], slice: number): number | null {
  const starts = replications.map((r) => r.snapshots[slice]?.at);
  return starts.includes(undefined) ? null : starts.reduce<number>((a, b) => a + b!, 0) / starts.length;
}

function meanArrived(replications: readonly Replication[], slice: number): number | null {
  const starts = replications.map((r) => r.snapshots[slice]?.arrived);
  return starts.includes(undefined) ? null : Math.round(starts.reduce<number>((a, b) => a + b!, 0) / starts.length);
}
