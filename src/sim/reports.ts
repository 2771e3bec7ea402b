/** What machines tell of themselves: how many requests are there, at multiples of a period or at every change, and seen with a delay. */
import { Alarm, type Clock } from "./alarm.ts";
import { entityBits, REPORT } from "./events.ts";
import { takeReals } from "./large-arrays.ts";
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

/** Requests at the machines that have any. */
interface Round {
  readonly at: number;
  readonly present: ReadonlyMap<number, number>;
}

/** Machines of which it is noted what they told, before it is put down shorter. */
const many = 4096;

const nobody: NodeReport = { present: 0, at: Number.NaN };

export class Reports {
  /** The event loop says when somebody comes or goes. */
  readonly wantsChanges: boolean;
  private readonly owner: object;
  private readonly host: ReportsHost;
  private readonly every: number;
  private readonly delay: number;
  private readonly first: number[] = [];
  private readonly machines: number;
  /** What all machines told at once, ascending in time; the first is the last that is seen already. */
  private readonly rounds: Round[] = [];
  /** By machine that has told of a change, the same. */
  private readonly told = new Map<number, Entry[]>();
  /** By machine: when it told last that it is empty, of those that everybody has seen to be; 0 for the others. Made when there are many. */
  private rested: Float64Array | null = null;
  private sweepAt = many;
  private number = 0;
  private readonly alarm: Alarm | null;

  /** @param owner of large arrays */
  constructor(setup: Setup, host: ReportsHost, owner: object) {
    this.owner = owner;
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
    const present = new Map<number, number>();
    this.first.forEach((first, group) => {
      const count = (this.first[group + 1] ?? this.machines) - first;
      for (let machine = 0; machine < count; machine++) {
        const requests = this.host.presentAt(group, machine);
        if (requests > 0) present.set(first + machine, requests);
      }
    });
    this.rounds.push({ at: now, present });
    this.forget(this.rounds, now);
    this.number++;
    this.alarm!.set(this.number * this.every, 0);
  }

  /** Somebody came to a machine (among all) or went. */
  changed(machine: number): void {
    const { now } = this.host.agenda;
    let entries = this.told.get(machine);
    if (entries === undefined) {
      if (this.told.size >= this.sweepAt) this.sweep(now);
      const restedAt = this.rested?.[machine] ?? 0;
      entries = restedAt > 0 ? [{ at: restedAt, present: 0 }] : [];
      this.told.set(machine, entries);
    }
    let group = this.first.length - 1;
    while (machine < this.first[group]!) group--;
    entries.push({ at: now, present: this.host.presentAt(group, machine - this.first[group]!) });
    this.forget(entries, now);
  }

  /** Of machines that are known to be empty nothing is noted but since when. */
  private sweep(now: number): void {
    this.rested ??= takeReals(this.owner, this.machines);
    for (const [machine, entries] of this.told) {
      this.forget(entries, now);
      const { at, present } = entries[0]!;
      if (entries.length > 1 || present > 0 || at === 0 || at + this.delay > now) continue;
      this.rested[machine] = at;
      this.told.delete(machine);
    }
    this.sweepAt = Math.max(many, 2 * this.told.size);
  }

  /** What was told before the last that is seen is never asked for again. */
  private forget(entries: { readonly at: number }[], now: number): void {
    let seen = 0;
    while (seen + 1 < entries.length && entries[seen + 1]!.at + this.delay <= now) seen++;
    if (seen > 0) entries.splice(0, seen);
  }

  of(group: number, machine: number, now: number): NodeReport {
    if (this.every === 0 && this.delay === 0) return { present: this.host.presentAt(group, machine), at: now };
    const index = this.first[group]! + machine;
    if (this.every > 0) {
      this.forget(this.rounds, now);
      const round = this.rounds[0];
      if (round === undefined || round.at + this.delay > now) return nobody;
      return { present: round.present.get(index) ?? 0, at: round.at };
    }
    const entries = this.told.get(index);
    if (entries === undefined) {
      const restedAt = this.rested?.[index] ?? 0;
      return restedAt > 0 ? { present: 0, at: restedAt } : nobody;
    }
    this.forget(entries, now);
    const entry = entries[0];
    return entry === undefined || entry.at + this.delay > now ? nobody : entry;
  }
}
