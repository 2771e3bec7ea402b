/** Whether a policy's figures are those of a steady state, and what speaks against it. */
import { isOpen } from "../sim/arrivals/rate.ts";
import { Visit } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import { latencySeries } from "./batches.ts";
import { certainOverload } from "./certain-overload.ts";
import { Estimator } from "./estimator.ts";
import { imbalances, selfChecks } from "./self-checks.ts";
import { hasSteadyLaws } from "./warmup.ts";
import type { Window } from "./window.ts";

export interface Verdict {
  readonly steady: boolean;
  readonly reasons: readonly string[];
}

/** Rise of the mean latency from the first to the second half of the window that counts as a growing queue. */
const growth = 0.1;
/** Growth that its interval does not tell from chance is none; of a hundred steady runs, one may be called growing whatever the confidence of the run. */
const certainty = new Estimator(0.99);
/** Without replications to tell chance from growth, only a rise like this counts. */
const plainGrowth = 0.5;
/** Busy share at which a node or link has no spare time. */
const full = 0.9995;
/** Share of what came to a node and had not left when the window ended that counts as a growing queue. */
const deficit = 0.02;
/** Completed requests that 95 % limits of p99 take; see `smallestSample`. */
const enoughForP99 = 368;

const percent = (x: number): string => `${(100 * x).toPrecision(3)} %`;

/**
 * @param batches of long runs, where there are too few replications
 * @param tooShort the warm-up rule found no steady stretch
 */
export function verdictOf(
  setup: Setup,
  windows: readonly Window[],
  batches: readonly Window[],
  tooShort: boolean,
): Verdict {
  const arrived = sum(windows, (w) => w.arrived(null));
  if (arrived === 0) return { steady: false, reasons: ["no request arrived after the warm-up"] };
  const unsteady = [...overload(setup, windows, arrived)];
  if (tooShort)
    unsteady.push("warm-up too short: no steady stretch found in the first half of the run; give more requests");
  const failed = selfChecks(setup, windows);
  // Averages and sums differ by what straddles the ends of the window: in a steady state by little.
  if (unsteady.length === 0 && failed.length === 0 && hasSteadyLaws(setup))
    unsteady.push(...imbalances(setup, windows));
  const reasons = [...unsteady, ...failed, ...fewness(windows, batches)];
  return { steady: unsteady.length === 0 && failed.length === 0, reasons };
}

function* overload(setup: Setup, windows: readonly Window[], arrived: number): Generator<string> {
  const inFlight = sum(windows, (w) => w.inFlight(null));
  if (inFlight > 0) yield `overload: ${inFlight} of ${arrived} requests had not ended when the run was over`;
  // What follows another law as time goes on has no steady state to leave.
  if (!hasSteadyLaws(setup)) return;
  // What is certain beforehand need not show within the run; where requests are dropped, less is carried than is offered.
  if (sum(windows, (w) => w.allDropped(null)) === 0)
    for (const [name, load] of certainOverload(setup))
      yield `overload: ${name} is offered ${Number(load.toPrecision(4))} times what it can do`;
  // Clients that wait for their answers keep a server busy all the time and nobody waiting for ever.
  const isOpenLoop = setup.streams.every((stream) => isOpen(stream.arrivals));
  for (const [name, busy] of isOpenLoop ? busyShares(setup, windows) : []) {
    if (busy >= full) yield `overload: ${name} is busy ${percent(busy)} of the time`;
  }
  for (const [g, node] of setup.nodes.entries()) {
    const share = rateDeficit(windows, g);
    if (share !== null)
      yield `overload: node ${node.name} let ${percent(share)} fewer requests go than came to it within the window`;
  }
  const rise = latencyRise(setup, windows);
  if (rise !== null)
    yield `growing queue: mean latency rose by ${percent(rise)} from the first half of the run to the second`;
}

function* fewness(windows: readonly Window[], batches: readonly Window[]): Generator<string> {
  const n = windows.length;
  const runs = n === 1 ? "one replication" : `${n} replications`;
  if (n < 3 && batches.length > 0) yield `${runs}: intervals are from ${batches.length} batch means of the run`;
  else if (n < 3)
    yield `too few replications for intervals: ${n}, at least 3 are needed, or a run long enough for batch means`;
  const completed = sum(windows, (w) => w.completed(() => true).n);
  if (completed < enoughForP99)
    yield `too few samples for limits of p99: ${completed} completed requests, at least ${enoughForP99} are needed`;
}

function sum(windows: readonly Window[], read: (w: Window) => number): number {
  return windows.reduce((total, w) => total + read(w), 0);
}

/** Mean busy share of the machines of every node, and of the resources of every link direction where messages contend. */
function* busyShares(setup: Setup, windows: readonly Window[]): Generator<[string, number]> {
  const mean = (read: (w: Window) => number | null): number => {
    const values = windows.map(read).filter((v) => v !== null);
    return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
  };
  for (const [g, node] of setup.nodes.entries()) {
    // A full queue drops: it cannot grow. Nor is there one where work comes as evenly as it is done.
    if (node.queue.places < Number.POSITIVE_INFINITY || !windows.some((w) => someoneWaits(w, g))) continue;
    const servers = node.count * node.servers;
    yield [
      `node ${node.name}`,
      mean((w) => {
        const up = w.over((at) => at.stations[g]?.up ?? 0);
        return up ? w.over((at) => at.busy[g]!)! / up : w.rate((at) => at.busy[g]! / servers);
      }),
    ];
  }
  for (const [l, link] of setup.links.entries()) {
    if (link.kind === "fixed") continue;
    const resources = link.per === null ? 1 : setup.nodes[link.per]!.count;
    for (const [d, way] of (["up", "down"] as const).entries()) {
      yield [`link ${link.name}.${way}`, mean((w) => w.rate((at) => at.linkBusy[2 * l + d]! / resources))];
    }
  }
}

/** More than what rounding makes of work that comes just when the work before is done. */
function someoneWaits(window: Window, g: number): boolean {
  const visits = window.visits(g);
  return visits[Visit.waiting]! > 1e-6 * (window.over((at) => at.busy[g]!) ?? 0);
}

/**
 * Share by which departures from a node fall behind what comes to it, over the window; null when that may be chance: a queue that does not
 * grow wanders by about the square root of the arrivals at most.
 */
function rateDeficit(windows: readonly Window[], g: number): number | null {
  const shares: number[] = [];
  for (const w of windows) {
    const gone = w.over((at) => at.departed[g]!);
    const grown = w.over((at) => at.present[g]!);
    if (gone === null || grown === null || gone + grown <= 0) continue;
    if (grown <= 4 * Math.sqrt(gone + grown)) return null;
    shares.push(grown / (gone + grown));
  }
  const interval = shares.length === 0 ? null : certainty.mean(shares);
  if (interval === null || interval.estimate <= deficit) return null;
  return interval.low === null || interval.low > 0 ? interval.estimate : null;
}

/** Relative rise of the mean latency between the halves of the window; null when there is none to speak of. */
function latencyRise(setup: Setup, windows: readonly Window[]): number | null {
  const rises = windows.map((w) => riseOf(latencySeries(setup, w))).filter((r) => r !== null);
  if (rises.length === 0) return null;
  const interval = certainty.mean(rises)!;
  if (interval.low === null) return interval.estimate > plainGrowth ? interval.estimate : null;
  return interval.low > 0 && interval.estimate > growth ? interval.estimate : null;
}

function riseOf(series: readonly number[]): number | null {
  const middle = Math.round(series.length / 2);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const rise = mean(series.slice(middle)) / mean(series.slice(0, middle)) - 1;
  return Number.isFinite(rise) ? rise : null;
}
