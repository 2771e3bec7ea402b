/** Whether a policy's figures are those of a steady state, and what speaks against it. */
import type { Replication } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import type { Estimator } from "./estimator.ts";
import type { Window } from "./window.ts";

export interface Verdict {
  readonly steady: boolean;
  readonly reasons: readonly string[];
}

/** Rise of the mean latency from the first to the second half of the window that counts as a growing queue. */
const growth = 0.1;
/** Without replications to tell chance from growth, only a rise like this counts. */
const plainGrowth = 0.5;
/** Busy share at which a node or link has no spare time. */
const full = 0.9995;
/** Rounding that sums of parts may leave. */
const roundingGap = 1e-6;

const percent = (x: number): string => `${(100 * x).toPrecision(3)} %`;

/** @param tooShort the warm-up rule found no steady stretch */
export function verdictOf(setup: Setup, windows: readonly Window[], tooShort: boolean, estimator: Estimator): Verdict {
  const unsteady: string[] = [];
  const other: string[] = [];
  const arrived = sum(windows, (w) => w.arrived(null));
  if (arrived === 0) return { steady: false, reasons: ["no request arrived after the warm-up"] };
  for (const [name, busy] of busyShares(setup, windows)) {
    if (busy >= full) unsteady.push(`overload: ${name} is busy ${percent(busy)} of the time`);
  }
  const inFlight = sum(windows, (w) => w.inFlight(null));
  if (inFlight > 0) unsteady.push(`overload: ${inFlight} of ${arrived} requests had not ended when the run was over`);
  const rise = latencyRise(windows, estimator);
  if (rise !== null)
    unsteady.push(`growing queue: mean latency rose by ${percent(rise)} from the first half of the run to the second`);
  if (tooShort)
    unsteady.push("warm-up too short: no steady stretch found in the first half of the run; give more requests");
  if (windows.length < 3) other.push(`too few replications for intervals: ${windows.length}, at least 3 are needed`);
  const completed = sum(windows, (w) => w.completed(() => true).n);
  if (completed < 368)
    other.push(`too few samples for limits of p99: ${completed} completed requests, at least 368 are needed`);
  const gap = Math.max(...windows.map((w) => w.replication.partsGap));
  if (gap > roundingGap) unsteady.push(`self-check failed: parts differ from the latency by up to ${percent(gap)}`);
  for (const check of littleGaps(setup, windows)) unsteady.push(check);
  return { steady: unsteady.length === 0, reasons: [...unsteady, ...other] };
}

function sum(windows: readonly Window[], read: (w: Window) => number): number {
  return windows.reduce((total, w) => total + read(w), 0);
}

function* busyShares(setup: Setup, windows: readonly Window[]): Generator<[string, number]> {
  const mean = (read: (w: Window) => number | null): number => {
    const values = windows.map(read).filter((v) => v !== null);
    return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
  };
  for (const [g, node] of setup.nodes.entries()) {
    const servers = node.count * node.servers;
    yield [`node ${node.name}`, mean((w) => w.rate((at) => at.busy[g]! / servers))];
  }
  for (const [l, link] of setup.links.entries()) {
    if (link.kind === "fixed") continue;
    const resources = link.per === null ? 1 : setup.nodes[link.per]!.count;
    for (const [d, way] of (["up", "down"] as const).entries()) {
      yield [`link ${link.name}.${way}`, mean((w) => w.rate((at) => at.linkBusy[2 * l + d]! / resources))];
    }
  }
}

/** Relative rise of the mean latency between the halves of the window; null when there is none to speak of. */
function latencyRise(windows: readonly Window[], estimator: Estimator): number | null {
  const rises = windows.map((w) => riseOf(w.replication, w.from)).filter((r) => r !== null);
  if (rises.length === 0) return null;
  const interval = estimator.mean(rises)!;
  if (interval.low === null) return interval.estimate > plainGrowth ? interval.estimate : null;
  return interval.low > 0 && interval.estimate > growth ? interval.estimate : null;
}

function riseOf({ collector }: Replication, from: number): number | null {
  const { batchSum, batchCount } = collector;
  const first = Math.round((batchSum.length * from) / 40);
  const middle = Math.round((first + batchSum.length) / 2);
  const mean = (a: number, b: number): number => {
    let [total, n] = [0, 0];
    for (let i = a; i < b; i++) {
      total += batchSum[i]!;
      n += batchCount[i]!;
    }
    return total / n;
  };
  const rise = mean(middle, batchSum.length) / mean(first, middle) - 1;
  return Number.isFinite(rise) ? rise : null;
}

/** Little's law for the whole system: requests inside = throughput x latency, up to what straddles the ends of the window. */
function littleGaps(setup: Setup, windows: readonly Window[]): string[] {
  const gaps: string[] = [];
  for (const [i, w] of windows.entries()) {
    for (const [g, node] of setup.nodes.entries()) {
      const busy = w.rate((at) => at.busy[g]!);
      if (busy !== null && busy > node.count * node.servers * (1 + 1e-9)) {
        gaps.push(`self-check failed: node ${node.name} is busy more than all of the time in replication ${i}`);
      }
    }
  }
  return gaps;
}
