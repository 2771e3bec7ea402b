/** One replication of one policy, from empty to empty. Start reading at `advance`; what happens at each event is in `kernel.ts`. */
import { partsGap, type Replication } from "./collector.ts";
import { Kernel } from "./kernel.ts";
import { giveBackArrays } from "./large-arrays.ts";
import type { Recorder } from "./recorder.ts";
import type { Setup } from "./setup.ts";
import { leftBehind, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { drainLimit } from "./unloaded.ts";

/** Events handled before storage may move: room for as many requests is made beforehand. */
const stretch = 512;

/** Arrivals are numbered by 32-bit integers. */
const mostArrivals = 2 ** 31 - 1 - stretch;

export type { Recorder };

/** A duration in which more requests arrive than can be numbered. */
export class EndlessError extends Error {
  readonly exitCode = 2;
  constructor(at: number) {
    super(
      `run.duration: 2147483647 requests have arrived by t=${at} s, and no more can be numbered\n  hint      give a shorter duration, or more replications`,
    );
  }
}

/** Runs replication `replication` (0, 1, …) of a setup. @throws SequenceError when an exact list runs out. */
export function simulate(setup: Setup, replication: number, recorder: Recorder | null = null): Replication {
  return begin(setup, replication, recorder).run();
}

/** The same, for whoever has something else to do on the way: `advance` until it says so, then `finish`. */
export function begin(setup: Setup, replication: number, recorder: Recorder | null = null): Simulation {
  return new Simulation(setup, { seed: setup.seed, replication }, recorder);
}

export class Simulation extends Kernel {
  private end: Snapshot | null = null;
  private over = false;
  private stretches = 0;
  private readonly isAtOnce = this.setup.streams.every((stream) => stream.arrivals.kind === "at-once");

  run(): Replication {
    this.advance(Number.POSITIVE_INFINITY);
    return this.finish();
  }

  private open(): void {
    this.requests.reserve(stretch);
    this.stations.open();
    this.slicing.begin(takeSnapshot(this, 0));
    this.horizon = this.slicing.nextTime;
    this.openSources();
    this.desk.reports.open();
  }

  /** @param stretches of 512 events or less each. @returns whether the run is over */
  advance(stretches: number): boolean {
    if (this.stretches === 0) this.open();
    const until = this.stretches + stretches;
    while (!this.over && this.stretches < until) {
      if (this.arrived > mostArrivals) throw new EndlessError(this.agenda.now);
      this.requests.reserve(stretch);
      this.stretches++;
      this.nextArrival = this.slicing.nextArrival;
      this.loop.call.handle(stretch);
      this.file();
      this.interlude();
    }
    return this.over;
  }

  /** Once the run is over. */
  finish(): Replication {
    const { setup, slicing } = this;
    if (setup.run.duration !== null) this.crossInstants(setup.run.duration);
    // Clients that wait for answers that never come have asked last now.
    this.end ??= takeSnapshot(this, this.asksAgain ? this.agenda.now : this.reals.lastArrivalAt[0]!);
    this.countArrivals();
    const left = leftBehind(this);
    this.bins?.handOver();
    this.collector.detach();
    const { fingerprint, events } = this;
    this.loop.giveBack();
    giveBackArrays(this.root);
    return {
      collector: this.collector,
      snapshots: slicing.snapshots,
      end: this.end,
      ...left,
      fingerprint,
      events,
      partsGap: partsGap(this.collector),
      rewards: this.judge.rewards,
    };
  }

  /** Between stretches of events: a slice begins, the window ends, or the run is over. */
  private interlude(): void {
    const { agenda, sources, slicing, reals } = this;
    const { duration } = this.setup.run;
    if (agenda.open) agenda.settle();
    const noMore = this.arrived > this.lastOrder || (sources.size === 0 && duration === null && !this.asksAgain);
    if (noMore && this.end === null && !this.waitsForAll()) {
      this.closeWindow(this.isAtOnce ? agenda.now : reals.lastArrivalAt[0]!);
    }
    const eventAt = agenda.firstAt;
    const arrivesAt = sources.firstAt;
    const now = Math.min(eventAt, arrivesAt);
    if (this.end === null && now < Number.POSITIVE_INFINITY) {
      if (now >= slicing.nextTime) this.crossInstants(now);
      const isArrival = arrivesAt < eventAt || this.loop.call.arrivalIsFirst(now) !== 0;
      if (isArrival && this.arrived >= slicing.nextArrival) this.beginSlice(now);
      this.ints.slice[0] = slicing.current;
      if (this.end === null) this.horizon = slicing.nextTime;
    }
    const drained = this.end !== null && this.requests.inFlight === 0;
    this.over = drained || now === Number.POSITIVE_INFINITY || (this.end !== null && now >= this.horizon);
  }

  /** What arrives all at once has no window but the time that it takes to answer. */
  private waitsForAll(): boolean {
    return this.isAtOnce && this.requests.inFlight > 0 && this.agenda.firstAt < Number.POSITIVE_INFINITY;
  }

  /** Slices and the window that end at instants, not at arrivals. */
  private crossInstants(now: number): void {
    const { slicing } = this;
    while (slicing.nextTime <= now) {
      const at = slicing.nextTime;
      if (at === this.setup.run.duration) this.closeWindow(at);
      else this.beginSlice(at);
    }
  }

  private beginSlice(at: number): void {
    this.countArrivals();
    this.slicing.cross(this.arrived, takeSnapshot(this, at));
  }

  /** Arrivals since this was asked last are of the slice that goes on. */
  private countArrivals(): void {
    const { slices, streams } = this.collector.shape;
    for (let s = 0; s < streams; s++) {
      const row = this.collector.arrived.subarray(s * slices, (s + 1) * slices);
      const before = row.reduce((sum, n) => sum + n, 0);
      row[this.slicing.current]! += this.ints.streamNumbers[s]! - before;
    }
  }

  /** The window ends: the devices ask no more, and what is in flight drains. */
  private closeWindow(at: number): void {
    this.end = takeSnapshot(this, at);
    this.slicing.finish();
    this.sources.clear();
    this.asksAgain = false;
    this.stations.sourcesStop(at);
    this.horizon = drainLimit(this.setup, at);
  }

  private openSources(): void {
    const { firstSource } = this.tables;
    this.processes.forEach((process, s) => {
      for (let source = firstSource[s]!; source < firstSource[s + 1]!; source++) {
        const at = process.next(0, source - firstSource[s]!, 0);
        if (at === Number.POSITIVE_INFINITY) continue;
        this.sources.due[0] = this.ints.snapsArrivals[s] === 1 ? this.sources.snapped(at) : at;
        this.sources.schedule(source);
      }
    });
  }
}
