/** What must hold of every run whatever it simulates. An exact law that fails is a fault of the simulator. */
import { type Collector, Message, QUEUE, Visit } from "../sim/collector.ts";
import type { Setup } from "../sim/setup.ts";
import type { Window } from "./window.ts";

/** Rounding that sums of parts may leave. */
const rounding = 1e-6;
/** Gap between L and lambda W that is not put down to what straddles the ends of the window. */
const littleGap = 0.01;

/** Exact laws that a run breaks, in words; none in a sound one. */
export function selfChecks(setup: Setup, windows: readonly Window[]): string[] {
  const found = new Set<string>();
  for (const window of windows) {
    for (const fault of [
      ...conservation(window),
      ...countedOnce(setup, window.replication.collector),
      ...loads(setup, window),
      ...energies(setup, window),
    ])
      found.add(`self-check failed: ${fault}; a fault of offramp, please report it`);
  }
  for (const window of windows) {
    const { partsGap } = window.replication;
    if (partsGap <= rounding) continue;
    found.add(tooFine(window) ?? `self-check failed: parts differ from the latency by up to ${percent(partsGap)}`);
  }
  return [...found];
}

/** In words, when latencies are so short and the run so long that instants are too far apart to tell parts from one another; else null. */
function tooFine(window: Window): string | null {
  const { at } = window.replication.end;
  const { n, latency } = window.completed(() => true);
  // Doubles next to one another.
  const step = at * Number.EPSILON;
  if (n === 0 || step < (rounding / 10) * (latency / n)) return null;
  const mean = (latency / n).toPrecision(2);
  return `latencies of ${mean} s are too short for the clock: at ${at.toPrecision(2)} s its instants are ${step.toPrecision(2)} s apart; take larger times or a shorter run`;
}

/** Every request of a run, warm-up included, has completed, was dropped or is in flight. */
function* conservation({ setup, replication }: Window): Generator<string> {
  const { collector, inFlight } = replication;
  const { streams, slices, exits, groups } = collector.shape;
  const row = (table: Float64Array, first: number): number =>
    table.subarray(first, first + slices).reduce((a, b) => a + b, 0);
  for (let s = 0; s < streams; s++) {
    const arrived = row(collector.arrived, s * slices);
    let ended = row(inFlight, s * slices);
    for (let at = s * slices; at < collector.dropped.length; at += streams * slices)
      ended += row(collector.dropped, at);
    for (let cell = s * exits * groups * slices; cell < (s + 1) * exits * groups * slices; cell++)
      ended += collector.cells[cell * collector.width]!;
    if (arrived !== ended)
      yield `${arrived} requests of ${setup.streams[s]!.name} arrived, ${ended} completed, were dropped or are in flight`;
  }
}

/** Distributions hold as many values as were counted. */
function* countedOnce(setup: Setup, collector: Collector): Generator<string> {
  const { cells, width, visits } = collector;
  let completed = 0;
  for (let at = 0; at < cells.length; at += width) completed += cells[at]!;
  const kept = collector.latency.total;
  if (kept !== completed) yield `${kept} latencies of ${completed} completed requests were kept`;
  for (const [g, node] of setup.nodes.entries()) {
    const waited = collector.total(visits, g, Visit.waited, Visit.width);
    const waits = collector.waiting[g]!.total;
    if (waits !== waited) yield `${waits} of ${waited} waits at node ${node.name} were kept`;
  }
}

/** No server and no link is busy more than all of the time; nothing leaves a node more often than it came. */
function* loads(setup: Setup, window: Window): Generator<string> {
  const tooMuch = (busy: number | null, slack = 0): boolean => busy !== null && busy > 1 + 1e-9 + slack;
  const { collector } = window.replication;
  for (const [g, node] of setup.nodes.entries()) {
    const on = window.serversOn(g);
    const busy = window.over((at) => at.busy[g]!);
    const share = on ? busy! / on : window.rate((at) => at.busy[g]! / (node.count * node.servers));
    if (tooMuch(share)) yield `node ${node.name} is busy more than all of the time`;
    const visits = collector.total(collector.visits, g, Visit.n, Visit.width);
    if (window.end.departed[g]! > visits) yield `more requests left node ${node.name} than visited it`;
  }
  for (const [l, link] of setup.links.entries()) {
    const resources = link.per === null ? 1 : setup.nodes[link.per]!.count;
    for (const [d, way] of (["up", "down"] as const).entries()) {
      const busy = window.rate((at) => at.linkBusy[2 * l + d]! / resources);
      if (link.kind !== "fixed" && tooMuch(busy, lostDigits(collector, 2 * l + d) / (window.seconds! * resources)))
        yield `link ${link.name}.${way} is busy more than all of the time`;
    }
  }
}

/** Seconds that rounding may add to the busy time of a link direction: a difference of sums, which are large where messages queue without end. */
function lostDigits(collector: Collector, way: number): number {
  const total = (column: number): number => collector.total(collector.messages, way, column, Message.width);
  return Number.EPSILON * total(Message.n) * total(Message.residence);
}

/** The energy of a node is the integral of its power, which is never below idle nor above busy. */
function* energies(setup: Setup, window: Window): Generator<string> {
  if (window.seconds === null) return;
  for (const [g, { name, power, count, servers }] of setup.nodes.entries()) {
    // Where servers come and go, their number bounds nothing.
    if (power === null || setup.nodes[g]!.autoscale !== null) continue;
    const busy = window.over((at) => at.busy[g]!)!;
    const mean = power.idle * count + ((power.busy - power.idle) / servers) * (busy / window.seconds);
    const [low, high] = [Math.min(power.idle, power.busy) * count, Math.max(power.idle, power.busy) * count];
    if (mean < low * (1 - 1e-9) || mean > high * (1 + 1e-9))
      yield `node ${name} draws ${mean} W on average, outside its ${low} to ${high} W`;
  }
}

/**
 * Little's law, L = lambda W, for the whole and for every node and link: time averages over the window against sums over what arrived in it.
 * Both differ by what straddles the ends, which is allowed for; a larger gap means that the run is no picture of a steady state.
 * @see J. D. C. Little, "A proof for the queuing formula L = lambda W", Operations Research 9(3), 1961
 */
export function imbalances(setup: Setup, windows: readonly Window[]): string[] {
  const found: string[] = [];
  const longest = windows.reduce((sum, w) => sum + (w.latencies(() => true).max ?? 0), 0);
  const check = (
    what: string,
    inside: (w: Window) => number | null,
    stay: (w: Window) => { readonly n: number; readonly seconds: number },
  ): void => {
    let [integral, seconds, visits, span] = [0, 0, 0, 0];
    for (const w of windows) {
      const of = inside(w);
      if (of === null || w.seconds === null) return;
      const { n, seconds: stayed } = stay(w);
      integral += of;
      seconds += stayed;
      visits += n;
      span += w.seconds;
    }
    if (visits === 0 || seconds === 0) return;
    const gap = Math.abs(integral - seconds) / seconds;
    // Ten mean stays at either end, and one of the longest.
    const straddling = (10 * windows.length * (seconds / visits)) / span + longest / seconds;
    if (gap > littleGap + straddling)
      found.push(
        `Little's law is off by ${percent(gap)} at ${what}: L = ${(integral / span).toPrecision(4)}, lambda W = ${(seconds / span).toPrecision(4)}; the run is too short for a steady state`,
      );
  };
  const dropped = windows.reduce((sum, w) => sum + w.allDropped(null), 0);
  if (dropped === 0)
    check(
      "the whole system",
      (w) => w.over((at) => at.inSystem),
      (w) => {
        const { n, latency } = w.completed(() => true);
        return { n, seconds: latency };
      },
    );
  // Those dropped on their way leave time in the integrals and no visit; a full queue takes none of their time.
  if (dropped > windows.reduce((sum, w) => sum + w.dropped(QUEUE, null), 0)) return found;
  for (const [g, node] of setup.nodes.entries())
    check(
      `node ${node.name}`,
      (w) => w.over((at) => at.stations[g]?.inside ?? at.busy[g]! + at.waiting[g]!),
      (w) => {
        const v = w.visits(g);
        const shift = w.replication.collector.serviceShift[g]!;
        const service = Number.isNaN(shift) ? 0 : v[Visit.n]! * shift + v[Visit.service]!;
        return { n: v[Visit.n]!, seconds: v[Visit.waiting]! + service };
      },
    );
  for (const [l, link] of setup.links.entries())
    for (const [d, way] of (["up", "down"] as const).entries())
      check(
        `link ${link.name}.${way}`,
        (w) => w.over((at) => at.linkInside[2 * l + d]!),
        (w) => {
          const m = w.messages(2 * l + d);
          return { n: m[Message.n]!, seconds: m[Message.residence]! };
        },
      );
  return found;
}

const percent = (x: number): string => `${(100 * x).toPrecision(3)} %`;
