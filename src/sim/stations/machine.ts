/** One machine's counts and their time integrals. */
import type { Door } from "./admission.ts";
import type { Unit } from "./failures.ts";

export class Machine {
  /** Among all machines. */
  readonly index: number;
  /** Within its group. */
  readonly number: number;
  /** Requests here, and those of them in service; under processor sharing, in service by their shares. */
  inside = 0;
  serving = 0;
  /** Servers that work; that are on (and paid for); of those the ones that have started, and of these the ones that do not stand broken. */
  busy = 0;
  on: number;
  started: number;
  up: number;
  /** Reasons for which it is down as a whole. */
  faults = 0;
  /** What may fail of it; by server where each does by itself. */
  units: Unit[] = [];
  door: Door | null = null;
  /** Listed among those that may be forgotten. */
  isEmptied = false;
  /** Until when the integrals reach. */
  private since = 0;
  private told = 0;
  /** Integrals [s]. */
  readonly seconds = { inside: 0, serving: 0, busy: 0, on: 0, started: 0, up: 0 };

  constructor(index: number, number: number, servers: number) {
    this.index = index;
    this.number = number;
    this.on = servers;
    this.started = servers;
    this.up = servers;
  }

  /** It was there before, with nobody at it. */
  beginAt(now: number): void {
    this.since = now;
  }

  /** Server seconds worked since this was asked last; the integrals must be up to date. */
  newlyBusy(): number {
    const seconds = this.seconds.busy - this.told;
    this.told = this.seconds.busy;
    return seconds;
  }

  /** Brings the integrals up to now: to be called before a count changes. */
  account(now: number): void {
    const span = now - this.since;
    if (span === 0) return;
    this.since = now;
    const { seconds } = this;
    seconds.inside += this.inside * span;
    seconds.serving += this.serving * span;
    seconds.busy += this.busy * span;
    seconds.on += this.on * span;
    seconds.started += this.started * span;
    seconds.up += this.up * span;
  }
}
