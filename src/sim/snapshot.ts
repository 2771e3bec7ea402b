/** The state of a replication at one instant: what has ended by then, from the collector, and the part of what has not. */
import { Cell, type Collector, Visit } from "./collector.ts";
import { entityBits, entityMask, HELD, STAGE, WAITING } from "./events.ts";
import { keepsEach } from "./kept-seconds.ts";
import type { Recorder } from "./recorder.ts";
import { ARRIVED_AT, CODE, GROUP, intWidth, QUEUED_AT, type Requests, SLICE, STARTED_AT, STREAM } from "./requests.ts";
import type { Setup } from "./setup.ts";
import type { StationSnapshot, Stations } from "./stations/index.ts";
import type { Tables } from "./tables.ts";
import type { Transport } from "./transport.ts";

/** Integrals and counts since the start, at one instant. */
export interface Snapshot {
  readonly at: number;
  /** Arrivals so far. */
  readonly arrived: number;
  /** Requests dropped so far. */
  readonly dropped: number;
  /** Requests waiting or in service at each node group. */
  readonly present: Float64Array;
  /** By node group: busy server seconds, waiting request seconds, visits ended. */
  readonly busy: Float64Array;
  readonly waiting: Float64Array;
  readonly departed: Float64Array;
  /** Busy server seconds of each machine; null where the group is too large to keep them per slice. */
  readonly busyEach: readonly (Float64Array | null)[];
  /** By link direction: busy seconds (or, on shared links, seconds at full rate), message seconds inside, messages and bytes that left. */
  readonly linkBusy: Float64Array;
  readonly linkInside: Float64Array;
  readonly linkLeft: Float64Array;
  readonly linkBytes: Float64Array;
  /** By link: energy of its radios [J]; NaN where it is unknown. */
  readonly linkEnergy: Float64Array;
  /** By stream: completed, and completed rightly and in time. */
  readonly completed: Float64Array;
  readonly good: Float64Array;
  /** Request seconds in the system. */
  readonly inSystem: number;
  /** By node group; null for plain ones. */
  readonly stations: readonly (StationSnapshot | null)[];
}

/** What is read of the simulation. */
interface State {
  readonly setup: Setup;
  readonly tables: Tables;
  readonly requests: Requests;
  readonly collector: Collector;
  readonly transport: Transport;
  readonly stations: Stations;
  readonly recorder: Recorder | null;
  readonly agenda: { readonly now: number };
  readonly arrived: number;
  readonly busySeconds: Float64Array;
  readonly lostWaiting: Float64Array;
  readonly lostInside: Float64Array;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

export function takeSnapshot(state: State, now: number): Snapshot {
  const { setup, tables, requests, collector } = state;
  const stations = state.stations.snapshot(now);
  const { firstMachine } = tables;
  // Only of groups small enough: the arrays are kept as long as the replication.
  const busyEach = setup.nodes.map((node, g) =>
    keepsEach(node.count, collector.shape.slices)
      ? state.busySeconds.slice(firstMachine[g]!, firstMachine[g + 1]!)
      : null,
  );
  const busy = Float64Array.from(busyEach, (each, g) =>
    each === null ? sum(state.busySeconds.subarray(firstMachine[g]!, firstMachine[g + 1]!)) : 0,
  );
  const waiting = Float64Array.from(setup.nodes, (_, g) => {
    const ended = collector.total(collector.visits, g, Visit.waiting, Visit.width);
    return ended + state.lostWaiting[g]!;
  });
  const present = new Float64Array(setup.nodes.length);
  let inSystem = state.lostInside[0]!;
  const { int, real, realWidth } = requests;
  for (let slot = 0; slot < requests.used; slot++) {
    const r = slot * realWidth;
    if (real[r + ARRIVED_AT]! < 0) continue;
    inSystem += now - real[r + ARRIVED_AT]!;
    const code = int[slot * intWidth + CODE]!;
    const group = int[slot * intWidth + GROUP]!;
    if (code >> entityBits === STAGE) {
      const each = busyEach[group]!;
      if (each === null) busy[group]! += now - real[r + STARTED_AT]!;
      else each[(code & entityMask) - firstMachine[group]!]! += now - real[r + STARTED_AT]!;
      waiting[group]! += real[r + STARTED_AT]! - real[r + QUEUED_AT]!;
      present[group]! += 1;
    } else if (code >> entityBits === WAITING) {
      waiting[group]! += now - real[r + QUEUED_AT]!;
      present[group]! += 1;
    } else if (code >> entityBits === HELD) present[group]! += 1;
  }
  stations.forEach((station, g) => {
    if (station !== null) waiting[g] = station.inside - station.serving;
  });
  busyEach.forEach((each, g) => {
    if (each !== null) busy[g] = sum(each);
  });
  const { completed, good, latencies } = completions(collector);
  return {
    at: now,
    arrived: state.arrived,
    dropped: collector.dropped.reduce((a, b) => a + b, 0),
    present,
    busy,
    waiting,
    departed: Float64Array.from(setup.nodes, (_, g) => collector.total(collector.visits, g, Visit.n, Visit.width)),
    busyEach,
    ...state.transport.snapshot(now),
    completed,
    good,
    inSystem: inSystem + latencies,
    stations,
  };
}

/** By stream: completed, and rightly and in time; and the sum of all latencies. */
function completions(collector: Collector): { completed: Float64Array; good: Float64Array; latencies: number } {
  const { cells, width, shape } = collector;
  const completed = new Float64Array(shape.streams);
  const good = new Float64Array(shape.streams);
  const perStream = cells.length / shape.streams;
  let latencies = 0;
  for (let at = 0; at < cells.length; at += width) {
    if (cells[at + Cell.n] === 0) continue;
    const stream = Math.floor(at / perStream);
    completed[stream]! += cells[at + Cell.n]!;
    good[stream]! += cells[at + Cell.good]!;
    latencies += cells[at + Cell.n]! * collector.shift[0]! + cells[at + Cell.latency]!;
  }
  return { completed, good, latencies };
}

/** By [stream][slice]: not ended when the run was over, and of those the ones past their deadline. */
export function leftBehind(state: State): { inFlight: Float64Array; inFlightLate: Float64Array } {
  const { requests, collector, tables } = state;
  const { streams, slices } = collector.shape;
  const inFlight = new Float64Array(streams * slices);
  const inFlightLate = new Float64Array(streams * slices);
  const { now } = state.agenda;
  for (let slot = 0; slot < requests.used; slot++) {
    const arrivedAt = requests.real[slot * requests.realWidth + ARRIVED_AT]!;
    if (arrivedAt < 0) continue;
    const stream = requests.int[slot * intWidth + STREAM]!;
    const place = stream * slices + requests.int[slot * intWidth + SLICE]!;
    inFlight[place]! += 1;
    if (now - arrivedAt > tables.deadlines[stream]!) inFlightLate[place]! += 1;
    state.recorder?.ended(slot, requests, "in_flight", now, -1, null);
  }
  return { inFlight, inFlightLate };
}
