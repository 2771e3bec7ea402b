/**
 * What a replication leaves behind, kept in slices so that a warm-up cut can be made afterwards at constant memory.
 * Slice = a run of arrivals (or of time, when the run has a duration); what a request does counts in the slice it arrived in.
 */
import type { Ints, Reals } from "./pack.ts";
import type { Rewards } from "./rewards.ts";
import { Samples } from "./samples.ts";
import type { Snapshot } from "./snapshot.ts";

export * from "./drop-reasons.ts";

/** Why a request was dropped, by number: see `drop-reasons.ts`. */
export const dropReasons = ["queue", "deadline", "link", "node", "admission"] as const;

/** Parts of the latency after the compute of each node group. */
export const partNames = ["queue", "access", "transmit", "propagate", "codec", "response"] as const;

/** Values that may wait to be filed in histograms. */
export const pendingRoom = 4096;

/** Columns of a cell of completed requests, then its parts; see `columns.ts`. */
export const Cell = { n: 0, latency: 1, square: 2, correct: 3, inTime: 4, good: 5, parts: 6 } as const;
/** Columns of the visits to a node group. */
export const Visit = { n: 0, waiting: 1, waitingSquare: 2, waited: 3, service: 4, serviceSquare: 5, width: 6 } as const;
/** Columns of the messages of a link direction; `attempts` are those after the first. */
export const Message = { n: 0, waiting: 1, residence: 2, bytes: 3, attempts: 4, lost: 5, width: 6 } as const;

export interface Shape {
  readonly streams: number;
  readonly exits: number;
  readonly groups: number;
  readonly directions: number;
  readonly slices: number;
  /** Slices that a warm-up cut may begin with. */
  readonly cuts: number;
  /** Rows of the exit table, 0 without. */
  readonly rows: number;
}

const tableNames = [
  "shift",
  "serviceShift",
  "cells",
  "arrived",
  "visits",
  "messages",
  "batchSum",
  "batchCount",
] as const satisfies readonly (keyof ReturnType<typeof columnsOf>)[];

export class Collector {
  readonly shape: Shape;
  readonly width: number;
  /** Latencies are summed as differences to the first, so that their spread does not cancel; service times by group the same. */
  readonly shift: Reals;
  readonly serviceShift: Reals;
  /** [stream, exit, answering group, slice], a row of {@link Cell} each. */
  readonly cells: Reals;
  /** [stream, slice]. */
  readonly arrived: Reals;
  /** [reason, stream, slice]. */
  readonly dropped: Reals;
  /** [group, slice], a row of {@link Visit} each. */
  readonly visits: Reals;
  /** [link direction, slice], a row of {@link Message} each. */
  readonly messages: Reals;
  readonly latency: Samples;
  /** By node group, waits above zero; the others are visits not waited. */
  readonly waiting: readonly Samples[];
  /** By [group, slice]: the group, for one division less a value. */
  private readonly groupOf: Ints;
  /** Answers by [stream * exits + exit][slice] on each row: given, right. Filled on first use. */
  readonly rowTallies: (Uint32Array | undefined)[] = [];
  /** Sum and number of latencies per batch of arrivals. */
  readonly batchSum: Reals;
  readonly batchCount: Reals;
  /** Latencies (by place) and waits (by ~place) that have still to be filed. */
  private pendingPlaces: Ints;
  private pendingValues: Reals;

  /** @param view arrays as {@link columnsOf} says */
  constructor(shape: Shape, view: Readonly<Record<keyof ReturnType<typeof columnsOf>, Reals>>, pendingPlaces: Ints) {
    this.shape = shape;
    const { streams, exits, groups, slices, cuts } = shape;
    this.width = widthOf(shape);
    this.shift = view.shift.fill(Number.NaN);
    this.serviceShift = view.serviceShift.fill(Number.NaN);
    this.cells = view.cells;
    this.arrived = view.arrived;
    this.dropped = new Float64Array(dropReasons.length * streams * slices);
    this.visits = view.visits;
    this.messages = view.messages;
    this.batchSum = view.batchSum;
    this.batchCount = view.batchCount;
    this.pendingPlaces = pendingPlaces;
    this.pendingValues = view.pendingValues;
    this.latency = new Samples(streams * exits * groups, slices, cuts);
    this.groupOf = Int32Array.from({ length: groups * slices }, (_, place) => Math.floor(place / slices));
    this.waiting = Array.from({ length: groups }, () => new Samples(1, slices, cuts));
  }

  /** Takes copies of its tables, so that what the event loop kept beside them is let go with it. */
  detach(): void {
    const tables = this as { -readonly [K in (typeof tableNames)[number]]: Reals };
    for (const name of tableNames) tables[name] = this[name].slice();
    this.pendingPlaces = new Int32Array(0);
    this.pendingValues = new Float64Array(0);
  }

  /** Files the first `n` pending values. */
  file(n: number): void {
    const { pendingPlaces, pendingValues, latency, waiting, groupOf } = this;
    const { slices } = this.shape;
    for (let i = 0; i < n; i++) {
      const place = pendingPlaces[i]!;
      if (place >= 0) latency.add(place, pendingValues[i]!);
      else {
        const group = groupOf[~place]!;
        waiting[group]!.add(~place - group * slices, pendingValues[i]!);
      }
    }
  }

  drop(reason: number, stream: number, slice: number): void {
    this.dropped[(reason * this.shape.streams + stream) * this.shape.slices + slice]! += 1;
  }

  /**
   * A message has left, or will surely leave, a link; waiting and residence [s].
   * @param isFirst not counted yet, as one that is sent again after a pause is
   * @param attempts made meanwhile, of which `lost` were lost
   */
  message(
    direction: number,
    slice: number,
    waiting: number,
    residence: number,
    size: number,
    isFirst: boolean,
    attempts: number,
    lost: number,
  ): void {
    const { messages } = this;
    const at = (direction * this.shape.slices + slice) * Message.width;
    messages[at]! += +isFirst;
    messages[at + Message.waiting]! += waiting;
    messages[at + Message.residence]! += residence;
    messages[at + Message.bytes]! += size;
    messages[at + Message.attempts]! += attempts - +isFirst;
    messages[at + Message.lost]! += lost;
  }

  /** An answer to an evaluation row. */
  tally(kind: number, slice: number, row: number, correct: boolean): void {
    const place = kind * this.shape.slices + slice;
    let tally = this.rowTallies[place];
    if (tally === undefined) {
      tally = new Uint32Array(this.shape.rows * 2);
      this.rowTallies[place] = tally;
    }
    tally[row * 2]! += 1;
    if (correct) tally[row * 2 + 1]! += 1;
  }

  /** Sum over all slices of a column of the visits to a group, or of the messages of a link direction. */
  total(table: Float64Array, entry: number, column: number, width: number): number {
    const { slices } = this.shape;
    let sum = 0;
    for (let slice = 0; slice < slices; slice++) sum += table[(entry * slices + slice) * width + column]!;
    return sum;
  }
}

/** Largest relative gap between the latencies of a cell and slice and the sum of their parts: zero but for rounding. */
export function partsGap({ cells, width, shift }: Collector): number {
  let most = 0;
  for (let at = 0; at < cells.length; at += width) {
    const latencies = cells[at]! * shift[0]! + cells[at + Cell.latency]!;
    const parts = cells.subarray(at + Cell.parts, at + width).reduce((sum, part) => sum + part, 0);
    if (cells[at]! > 0 && latencies !== parts) most = Math.max(most, Math.abs(parts - latencies) / latencies);
  }
  return most;
}

function widthOf(shape: Shape): number {
  return Cell.parts + shape.groups + partNames.length;
}

/** Lengths of the tables that the event loop writes. */
export function columnsOf(shape: Shape, batches: number) {
  const { streams, exits, groups, directions, slices } = shape;
  return {
    shift: 1,
    serviceShift: groups,
    arrived: streams * slices,
    visits: groups * slices * Visit.width,
    messages: directions * slices * Message.width,
    batchSum: batches,
    batchCount: batches,
    cells: streams * exits * groups * slices * widthOf(shape),
    pendingValues: pendingRoom,
  };
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
  /** See {@link partsGap}. */
  readonly partsGap: number;
  /** Null unless the placement rule says what it earns. */
  readonly rewards: Rewards | null;
}
