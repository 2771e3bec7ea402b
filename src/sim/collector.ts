/**
 * What a replication leaves behind, kept in slices so that a warm-up cut can be made afterwards at constant memory.
 * Slice = a run of arrivals (or of time, when the run has a duration); what a request does counts in the slice it arrived in.
 */
import { Samples } from "./samples.ts";

/** Why a request was dropped. */
export const dropReasons = ["queue", "deadline", "link", "node"] as const;
export const QUEUE = 0;
export const DEADLINE = 1;

/** Parts of the latency after the compute of each node group. */
export const partNames = ["queue", "access", "transmit", "propagate", "codec", "response"] as const;

/** Columns of a cell of completed requests, then its parts. */
export const Cell = { n: 0, latency: 1, square: 2, correct: 3, inTime: 4, good: 5, parts: 6 } as const;
/** Columns of the visits to a node group. */
export const Visit = { n: 0, waiting: 1, waitingSquare: 2, waited: 3, service: 4, serviceSquare: 5, width: 6 } as const;
/** Columns of the messages of a link direction. */
export const Message = { n: 0, waiting: 1, residence: 2, attempts: 3, lost: 4, width: 5 } as const;

/** Integrals and counts since the start, at one instant. */
export interface Snapshot {
  readonly at: number;
  /** Arrivals so far. */
  readonly arrived: number;
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
  /** By stream: completed, and completed rightly and in time. */
  readonly completed: Float64Array;
  readonly good: Float64Array;
  /** Request seconds in the system. */
  readonly inSystem: number;
}

export interface Shape {
  readonly streams: number;
  readonly exits: number;
  readonly groups: number;
  readonly directions: number;
  readonly slices: number;
  /** Rows of the exit table, 0 without. */
  readonly rows: number;
}

export class Collector {
  readonly shape: Shape;
  readonly width: number;
  /** Latencies are summed as differences to the first, so that their spread does not cancel. */
  shift = Number.NaN;
  readonly serviceShift: Float64Array;
  readonly cells: Float64Array;
  readonly arrived: Float64Array;
  /** [reason, stream, slice]. */
  readonly dropped: Float64Array;
  readonly visits: Float64Array[];
  readonly messages: Float64Array[];
  readonly latency: Samples;
  /** By node group, waits above zero; the others are visits not waited. */
  readonly waiting: Samples[];
  /** Answers by [stream * exits + exit][slice] on each row: given, right. Filled on first use. */
  readonly rowTallies: (Uint32Array | undefined)[] = [];
  /** Sum and number of latencies per batch of arrivals. */
  readonly batchSum: Float64Array;
  readonly batchCount: Float64Array;
  /** By stream: completed, good; over the whole run. */
  readonly completed: Float64Array;
  readonly good: Float64Array;

  constructor(shape: Shape, batches: number) {
    this.shape = shape;
    const { streams, exits, groups, directions, slices } = shape;
    this.width = Cell.parts + groups + partNames.length;
    this.cells = new Float64Array(streams * exits * groups * slices * this.width);
    this.arrived = new Float64Array(streams * slices);
    this.dropped = new Float64Array(dropReasons.length * streams * slices);
    this.visits = Array.from({ length: groups }, () => new Float64Array(slices * Visit.width));
    this.serviceShift = new Float64Array(groups).fill(Number.NaN);
    this.messages = Array.from({ length: directions }, () => new Float64Array(slices * Message.width));
    this.latency = new Samples(slices);
    this.waiting = Array.from({ length: groups }, () => new Samples(slices));
    this.batchSum = new Float64Array(batches);
    this.batchCount = new Float64Array(batches);
    this.completed = new Float64Array(streams);
    this.good = new Float64Array(streams);
  }

  /** Cell of completed requests: [stream, exit, answering group]. */
  cell(stream: number, exit: number, group: number): number {
    return (stream * this.shape.exits + exit) * this.shape.groups + group;
  }

  /** @param part holds the parts of the latency from `firstPart` on */
  complete(
    cell: number,
    slice: number,
    batch: number,
    latency: number,
    correct: boolean,
    inTime: boolean,
    row: number,
    part: Float64Array,
    firstPart: number,
  ): void {
    const { cells, width, shape } = this;
    const stream = (cell / (shape.exits * shape.groups)) | 0;
    if (Number.isNaN(this.shift)) this.shift = latency;
    const d = latency - this.shift;
    const at = (cell * shape.slices + slice) * width;
    cells[at]! += 1;
    cells[at + Cell.latency]! += d;
    cells[at + Cell.square]! += d * d;
    this.completed[stream]! += 1;
    if (correct) cells[at + Cell.correct]! += 1;
    if (inTime) cells[at + Cell.inTime]! += 1;
    if (correct && inTime) {
      cells[at + Cell.good]! += 1;
      this.good[stream]! += 1;
    }
    for (let i = at + Cell.parts, j = firstPart; i < at + width; i++, j++) cells[i]! += part[j]!;
    this.latency.add(cell, slice, latency);
    if (batch < this.batchSum.length) {
      this.batchSum[batch]! += latency;
      this.batchCount[batch]! += 1;
    }
    if (row >= 0) this.tally((cell / shape.groups) | 0, slice, row, correct);
  }

  drop(reason: number, stream: number, slice: number): void {
    const at = (reason * this.shape.streams + stream) * this.shape.slices + slice;
    this.dropped[at] = this.dropped[at]! + 1;
  }

  visit(group: number, slice: number, waiting: number, service: number): void {
    const v = this.visits[group]!;
    const at = slice * Visit.width;
    v[at]! += 1;
    if (waiting > 0) {
      v[at + Visit.waiting] = v[at + Visit.waiting]! + waiting;
      v[at + Visit.waitingSquare] = v[at + Visit.waitingSquare]! + waiting * waiting;
      v[at + Visit.waited] = v[at + Visit.waited]! + 1;
      this.waiting[group]!.add(0, slice, waiting);
    }
    let shift = this.serviceShift[group]!;
    if (Number.isNaN(shift)) {
      shift = service;
      this.serviceShift[group] = service;
    }
    const d = service - shift;
    v[at + Visit.service] = v[at + Visit.service]! + d;
    v[at + Visit.serviceSquare] = v[at + Visit.serviceSquare]! + d * d;
  }

  message(direction: number, slice: number, waiting: number, residence: number): void {
    const m = this.messages[direction]!;
    const at = slice * Message.width;
    m[at] = m[at]! + 1;
    m[at + Message.waiting] = m[at + Message.waiting]! + waiting;
    m[at + Message.residence] = m[at + Message.residence]! + residence;
    m[at + Message.attempts] = m[at + Message.attempts]! + 1;
  }

  private tally(kind: number, slice: number, row: number, correct: boolean): void {
    const place = kind * this.shape.slices + slice;
    let tally = this.rowTallies[place];
    if (tally === undefined) {
      tally = new Uint32Array(this.shape.rows * 2);
      this.rowTallies[place] = tally;
    }
    tally[row * 2] = tally[row * 2]! + 1;
    if (correct) tally[row * 2 + 1] = tally[row * 2 + 1]! + 1;
  }
}

/** One replication of one policy, uncut. */
export interface Replication {
  readonly collector: Collector;
  /** `snapshots[k]`: when slice k began. */
  readonly snapshots: readonly Snapshot[];
  /** At the end of the window: the last arrival, or the duration. */
  readonly end: Snapshot;
  /** By [stream][slice]: not ended when the run was over, and of those the ones past their deadline. */
  readonly inFlight: Float64Array;
  readonly inFlightLate: Float64Array;
  readonly fingerprint: readonly [number, number, number, number];
  readonly events: number;
  /** Largest relative gap between a latency and the sum of its parts: zero but for rounding. */
  readonly partsGap: number;
}
