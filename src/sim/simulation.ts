/** One replication of one policy, from empty to empty. Start reading at `advance`; what happens at each event is in `kernel.ts`. */
import { partsGap, type Replication } from "./collector.ts";
import { Kernel } from "./kernel.ts";
import type { Recorder } from "./recorder.ts";
import type { Setup } from "./setup.ts";
import { leftBehind, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { giveBack } from "./spare-arrays.ts";
import { drainLimit } from "./unloaded.ts";

/** Events handled before storage may move: room for as many requests is made beforehand. */
const stretch = 512;
/**
 * Stretches at the beginning that are handled event by event. V8 compiles `handle` meanwhile, and would compile it a second time, for the loop
 * under way (on-stack replacement), if it saw it loop: 0.07 s.
 */
const warming = 128;

export type { Recorder };

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
    this.stations.open();
    this.slicing.begin(takeSnapshot(this, 0));
    this.horizon[0] = this.slicing.nextTime;
    this.openSources();
    this.desk.reports.open();
  }

  /** @param stretches of 512 events or less each. @returns whether the run is over */
  advance(stretches: number): boolean {
    if (this.stretches === 0) this.open();
    const until = this.stretches + stretches;
    while (!this.over && this.stretches < until) {
      this.requests.reserve(stretch);
      this.int = this.requests.int;
      this.real = this.requests.real;
      if (this.stretches++ < warming) for (let event = 0; event < stretch; event++) this.handle(1);
      else this.handle(stretch);
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
    this.end ??= takeSnapshot(this, this.asksAgain ? this.agenda.now : this.reals[this.at.lastArrivalAt]!);
    this.countArrivals();
    const left = leftBehind(this);
    this.collector.detach();
    for (const array of [this.ints, this.reals, this.sources.times, this.sources.ids]) giveBack(array);
    return {
      collector: this.collector,
      snapshots: slicing.snapshots,
      end: this.end,
      ...left,
      fingerprint: this.fingerprint.state(),
      events: this.fingerprint.events,
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
      this.closeWindow(this.isAtOnce ? agenda.now : reals[this.at.lastArrivalAt]!);
    }
    const eventAt = agenda.times[0]!;
    const arrivesAt = sources.times[0]!;
    const now = Math.min(eventAt, arrivesAt);
    if (this.end === null && now < Number.POSITIVE_INFINITY) {
      if (now >= slicing.nextTime) this.crossInstants(now);
      const isArrival = arrivesAt < eventAt || this.arrivalIsFirst(now);
      if (isArrival && this.arrived >= slicing.nextArrival) this.beginSlice(now);
      this.ints[this.at.slice] = slicing.current;
      if (this.end === null) this.horizon[0] = slicing.nextTime;
    }
    const drained = this.end !== null && this.requests.inFlight === 0;
    this.over = drained || now === Number.POSITIVE_INFINITY || (this.end !== null && now >= this.horizon[0]!);
  }

  /** What arrives all at once has no window but the time that it takes to answer. */
  private waitsForAll(): boolean {
    return this.isAtOnce && this.requests.inFlight > 0 && this.agenda.times[0]! < Number.POSITIVE_INFINITY;
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
      row[this.slicing.current]! += this.ints[this.at.streamNumbers + s]! - before;
    }
  }

  /** The window ends: the devices ask no more, and what is in flight drains. */
  private closeWindow(at: number): void {
    this.end = takeSnapshot(this, at);
    this.slicing.finish();
    this.sources.clear();
    this.asksAgain = false;
    this.stations.sourcesStop(at);
    this.horizon[0] = drainLimit(this.setup, at);
  }

  private openSources(): void {
    const { firstSource } = this.tables;
    this.processes.forEach((process, s) => {
      for (let source = firstSource[s]!; source < firstSource[s + 1]!; source++) {
        const at = process.next(0, source - firstSource[s]!, 0);
        if (at === Number.POSITIVE_INFINITY) continue;
        this.sources.due[0] = at;
        this.sources.schedule(source);
      }
    });
  }
}
