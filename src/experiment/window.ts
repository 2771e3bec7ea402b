/** What one replication says once its warm-up is cut off: plain numbers, from which estimates over replications are made. */
import { Cell, dropReasons, Message, partNames, type Replication, Visit } from "../sim/collector.ts";
import type { Selection } from "../sim/samples.ts";
import type { Setup } from "../sim/setup.ts";
import type { Snapshot } from "../sim/snapshot.ts";

/** Sums over the completed requests of some cells. */
export interface Completed {
  readonly n: number;
  /** Sum of latencies [s]. */
  readonly latency: number;
  /** Sample variance of latencies [s²]; 0 for one. */
  readonly variance: number;
  readonly correct: number;
  readonly inTime: number;
  readonly good: number;
  /** Compute by node group, then {@link partNames} [s]. */
  readonly parts: readonly number[];
}

export class Window {
  readonly setup: Setup;
  readonly replication: Replication;
  /** First slice that counts. */
  readonly from: number;
  /** First slice that does not count any more. */
  readonly to: number;
  readonly begin: Snapshot | null;
  readonly end: Snapshot;
  /** Length [s]; null when the cut lies at or after the end. */
  readonly seconds: number | null;
  private readonly sums = new Map<string, Completed>();

  /** @param to all slices from `from` on unless given */
  constructor(setup: Setup, replication: Replication, from: number, to = replication.collector.shape.slices) {
    this.setup = setup;
    this.replication = replication;
    this.from = from;
    this.to = to;
    this.begin = replication.snapshots[from] ?? null;
    this.end = replication.snapshots[to] ?? replication.end;
    const length = this.begin === null ? 0 : this.end.at - this.begin.at;
    this.seconds = length > 0 ? length : null;
  }

  /** Sums over the cells (stream, exit, answering group) that `wanted` accepts. */
  completed(wanted: (stream: number, exit: number, group: number) => boolean): Completed {
    const { collector } = this.replication;
    const { exits, groups, slices } = collector.shape;
    const cells: number[] = [];
    for (let cell = 0; cell < collector.cells.length / collector.width / slices; cell++) {
      if (wanted(Math.floor(cell / groups / exits), Math.floor(cell / groups) % exits, cell % groups)) cells.push(cell);
    }
    return this.completedIn(cells.join(), cells);
  }

  /** The same over cells by number: (stream * exits + exit) * groups + group. @param key that tells them from others */
  completedIn(key: string, cells: readonly number[]): Completed {
    let sums = this.sums.get(key);
    if (sums === undefined) {
      sums = this.sumsOf(cells);
      this.sums.set(key, sums);
    }
    return sums;
  }

  private sumsOf(wanted: readonly number[]): Completed {
    const { collector } = this.replication;
    const { cells, width } = collector;
    const { slices } = collector.shape;
    const total = new Float64Array(width);
    for (const cell of wanted) {
      const end = (cell * slices + this.to) * width;
      for (let at = (cell * slices + this.from) * width; at < end; at += width) {
        for (let i = 0; i < width; i++) total[i]! += cells[at + i]!;
      }
    }
    const n = total[Cell.n]!;
    const d = total[Cell.latency]!;
    const shift = n > 0 ? collector.shift[0]! : 0;
    return {
      n,
      latency: n * shift + d,
      variance: this.withoutDust((total[Cell.square]! - (d * d) / n) / (n - 1)),
      correct: total[Cell.correct]!,
      inTime: total[Cell.inTime]!,
      good: total[Cell.good]!,
      parts: Array.from(total.subarray(Cell.parts)),
    };
  }

  /** A variance of spans between instants. Instants are rounded: a spread of their last places is none. */
  withoutDust(variance: number): number {
    const dust = 4 * Number.EPSILON * this.replication.end.at;
    return variance > dust * dust ? variance : 0;
  }

  latencies(wanted: (stream: number, exit: number, group: number) => boolean): Selection {
    const { exits, groups } = this.replication.collector.shape;
    return this.replication.collector.latency.select(this.from, (cell) =>
      wanted(Math.floor(cell / groups / exits), Math.floor(cell / groups) % exits, cell % groups),
    );
  }

  /** Requests that arrived after the cut, of one stream or of all (null). */
  arrived(stream: number | null): number {
    return this.sum(this.replication.collector.arrived, 0, stream);
  }

  dropped(reason: number, stream: number | null): number {
    const { streams, slices } = this.replication.collector.shape;
    return this.sum(this.replication.collector.dropped, reason * streams * slices, stream);
  }

  allDropped(stream: number | null): number {
    return dropReasons.reduce((sum, _, reason) => sum + this.dropped(reason, stream), 0);
  }

  inFlight(stream: number | null): number {
    return this.sum(this.replication.inFlight, 0, stream);
  }

  inFlightLate(stream: number | null): number {
    return this.sum(this.replication.inFlightLate, 0, stream);
  }

  /** Difference of an integral or count between the cut and the end of the window; null without a window. */
  over(read: (snapshot: Snapshot) => number): number | null {
    return this.begin === null || this.seconds === null ? null : read(this.end) - read(this.begin);
  }

  /** The same per second. */
  rate(read: (snapshot: Snapshot) => number): number | null {
    const difference = this.over(read);
    return difference === null ? null : difference / this.seconds!;
  }

  /** Columns of {@link Visit} of a node group, after the cut. */
  visits(group: number): Float64Array {
    return this.columns(this.replication.collector.visits, group, Visit.width);
  }

  waiting(group: number): Selection {
    const visits = this.visits(group);
    const zeros = visits[Visit.n]! - visits[Visit.waited]!;
    return this.replication.collector.waiting[group]!.select(this.from, () => true).withZeros(zeros);
  }

  /** Columns of {@link Message} of a link direction, after the cut. */
  messages(direction: number): Float64Array {
    const total = this.columns(this.replication.collector.messages, direction, Message.width);
    total[Message.attempts]! += total[Message.n]!;
    return total;
  }

  /** Busy server seconds of the busiest machine of a group; null where they were not kept. */
  busiest(group: number): number | null {
    const [first, last] = [this.begin?.busyEach[group], this.end.busyEach[group]];
    if (!first || !last || this.seconds === null) return null;
    let most = 0;
    for (let i = 0; i < last.length; i++) most = Math.max(most, last[i]! - first[i]!);
    return most;
  }

  /** Server seconds on, where servers come and go; null where all are always on. */
  serversOn(group: number): number | null {
    return this.setup.nodes[group]!.autoscale === null ? null : this.over((at) => at.stations[group]!.on);
  }

  /** Busy share of the busiest machine of its servers that were on, where servers come and go. */
  busiestShare(group: number): number | null {
    const [begin, end] = [this.begin?.stations[group]?.onEach, this.end.stations[group]?.onEach];
    const [first, last] = [this.begin?.busyEach[group], this.end.busyEach[group]];
    if (!begin || !end || !first || !last) return null;
    let most = 0;
    for (let i = 0; i < last.length; i++) {
      const on = end[i]! - begin[i]!;
      if (on > 0) most = Math.max(most, (last[i]! - first[i]!) / on);
    }
    return most;
  }

  /** Answers given and right on each evaluation row, [row * 2] and [row * 2 + 1]; null without a table. */
  rows(wanted: (stream: number, exit: number) => boolean): Float64Array | null {
    const { exits, rows } = this.replication.collector.shape;
    if (rows === 0) return null;
    this.tallies ??= this.cutTallies();
    const kept = this.tallies.filter((_, kind) => wanted(Math.floor(kind / exits), kind % exits));
    if (kept.length === 1) return kept[0]!;
    const total = new Float64Array(rows * 2);
    for (const tally of kept) for (let i = 0; i < total.length; i++) total[i]! += tally[i]!;
    return total;
  }

  private tallies: Float64Array[] | null = null;

  /** Row tallies by [stream, exit], over the slices that count: summed once, asked for often. */
  private cutTallies(): Float64Array[] {
    const { streams, exits, slices, rows } = this.replication.collector.shape;
    return Array.from({ length: streams * exits }, (_, kind) => {
      const total = new Float64Array(rows * 2);
      for (let slice = this.from; slice < this.to; slice++) {
        const tally = this.replication.collector.rowTallies[kind * slices + slice];
        if (tally !== undefined) for (let i = 0; i < total.length; i++) total[i]! += tally[i]!;
      }
      return total;
    });
  }

  private sum(table: Float64Array, first: number, stream: number | null): number {
    const { streams, slices } = this.replication.collector.shape;
    let total = 0;
    for (let s = stream ?? 0; s < (stream === null ? streams : stream + 1); s++) {
      for (let slice = this.from; slice < this.to; slice++) total += table[first + s * slices + slice]!;
    }
    return total;
  }

  private columns(table: Float64Array, entry: number, width: number): Float64Array {
    const { slices } = this.replication.collector.shape;
    const total = new Float64Array(width);
    for (let at = (entry * slices + this.from) * width; at < (entry * slices + this.to) * width; at++) {
      total[at % width]! += table[at]!;
    }
    return total;
  }
}

/** Place of a part after the compute of the node groups. */
export const partIndex = (groups: number, part: (typeof partNames)[number]): number => groups + partNames.indexOf(part);
