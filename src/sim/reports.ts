/** What machines tell of themselves: how many requests are there, at multiples of a period or at every change, and seen with a delay. */
import { Alarm, type Clock } from "./alarm.ts";
import { entityBits, REPORT } from "./events.ts";
import type { NodeReport } from "./rules/observation.ts";
import type { Setup } from "./setup.ts";

export interface ReportsHost extends Clock {
  /** Requests at a machine now: in service and waiting; and those that wait. */
  presentAt(group: number, machine: number): number;
  waitingAt(group: number, machine: number): number;
}

interface Entry {
  readonly at: number;
  readonly present: number;
}

const nobody: NodeReport = { present: 0, at: Number.NaN };

export class Reports {
  /** The event loop says when somebody comes or goes. */
  readonly wantsChanges: boolean;
  private readonly host: ReportsHost;
  private readonly every: number;
  private readonly delay: number;
  private readonly first: number[] = [];
  private readonly machines: number;
  /** By machine that has told something, ascending in time; the first is the last that is seen already. */
  private readonly told = new Map<number, Entry[]>();
  private number = 0;
  private readonly alarm: Alarm | null;

  constructor(setup: Setup, host: ReportsHost) {
    this.host = host;
    const { every, delay } = setup.policy.reports ?? { every: 0, delay: 0 };
    this.every = every;
    this.delay = delay;
    const decides = setup.streams.some((stream) => setup.policy.place.plan(stream.source) === null);
    this.wantsChanges = decides && every === 0 && delay > 0;
    let machines = 0;
    for (const { count } of setup.nodes) {
      this.first.push(machines);
      machines += count;
    }
    this.machines = machines;
    this.alarm = decides && every > 0 ? new Alarm(host, REPORT << entityBits, () => this.tell()) : null;
  }

  /** Before the first event. */
  open(): void {
    this.alarm?.set(0, 0);
  }

  /** Every machine tells its state. */
  private tell(): void {
    const { now } = this.host.agenda;
    for (let machine = 0; machine < this.machines; machine++) this.note(machine, now);
    this.number++;
    this.alarm!.set(this.number * this.every, 0);
  }

  /** Somebody came to a machine (among all) or went. */
  changed(machine: number): void {
    this.note(machine, this.host.agenda.now);
  }

  private note(machine: number, now: number): void {
    let entries = this.told.get(machine);
    if (entries === undefined) {
      entries = [];
      this.told.set(machine, entries);
    }
    let group = this.first.length - 1;
    while (machine < this.first[group]!) group--;
    entries.push({ at: now, present: this.host.presentAt(group, machine - this.first[group]!) });
    this.forget(entries, now);
  }

  /** What was told before the last that is seen is never asked for again. */
  private forget(entries: Entry[], now: number): void {
    let seen = 0;
    while (seen + 1 < entries.length && entries[seen + 1]!.at + this.delay <= now) seen++;
    if (seen > 0) entries.splice(0, seen);
  }

  of(group: number, machine: number, now: number): NodeReport {
    if (this.every === 0 && this.delay === 0) return { present: this.host.presentAt(group, machine), at: now };
    const entries = this.told.get(this.first[group]! + machine);
    if (entries === undefined) return nobody;
    this.forget(entries, now);
    const entry = entries[0];
    return entry === undefined || entry.at + this.delay > now ? nobody : entry;
  }
}
