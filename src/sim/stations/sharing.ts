/**
 * Processor sharing: all requests of a machine at once, each of n at min(1, servers / n) of a server. What a request has got is the
 * difference of the machine's work per request, so that a change of n costs O(log n).
 */
import { Alarm } from "../alarm.ts";
import { entityBits, STAGE } from "../events.ts";
import { intWidth, ORDER } from "../requests.ts";
import type { Work } from "./course.ts";
import type { Which } from "./failures.ts";
import { Line, type Waiting } from "./line.ts";
import { Machine } from "./machine.ts";
import { Station } from "./station.ts";

/** A request, ordered by when it is done: the work per request at that instant, then its number among all. */
interface Sharer extends Waiting {
  readonly slot: number;
  readonly work: Work;
  /** Work and waiting per request when its stage began. */
  readonly begun: { readonly work: number; readonly waiting: number };
}

export class SharingMachine extends Machine {
  readonly sharers = new Line<Sharer>();
  readonly done: Alarm;
  /** Since the machine was empty last: seconds of a server that each request got, and did not get. */
  readonly each = { work: 0, waiting: 0 };
  /** By server: how many reasons it has to be down; null of those that are off. */
  readonly servers: (number | null)[];
  /** Until when these reach. */
  reached = 0;

  constructor(index: number, number: number, servers: number, done: Alarm) {
    super(index, number, servers);
    this.servers = Array<number | null>(servers).fill(0);
    this.done = done;
  }

  /** Share of a server that each request has now. */
  get share(): number {
    return this.inside > this.up ? this.up / this.inside : 1;
  }
}

export class SharingStation extends Station<SharingMachine> {
  protected make(index: number, number: number): SharingMachine {
    const done = new Alarm(this.host, (STAGE << entityBits) | index, () => this.ends(machine));
    const machine = new SharingMachine(index, number, this.node.servers, done);
    return machine;
  }

  /** There is room for as many as could be served and wait elsewhere. */
  protected takesAtOnce(machine: SharingMachine): boolean {
    return machine.inside < machine.on + this.node.queue.places;
  }

  protected waiting(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected wait(): void {
    throw new Error("nobody waits where servers are shared");
  }

  protected take(machine: SharingMachine, slot: number): void {
    this.progress(machine);
    this.comesIn(machine);
    this.visits.starts(slot);
    this.share(machine, slot);
    this.goOn(machine);
  }

  private share(machine: SharingMachine, slot: number): void {
    const work = this.course.work(slot);
    machine.sharers.push({
      key: machine.each.work + work.total,
      number: this.host.requests.int[slot * intWidth + ORDER]!,
      slot,
      work,
      begun: { ...machine.each },
    });
  }

  /** Brings what each request got up to now: to be called before a count changes. */
  private progress(machine: SharingMachine): void {
    const { now } = this.host.agenda;
    machine.account(now);
    const span = now - machine.reached;
    machine.reached = now;
    if (machine.inside === 0) {
      machine.each.work = 0;
      machine.each.waiting = 0;
      return;
    }
    const { share } = machine;
    machine.each.work += span * share;
    machine.each.waiting += span * (1 - share);
  }

  /** Counts, and when the next is done, after a change. */
  private goOn(machine: SharingMachine): void {
    const { now } = this.host.agenda;
    machine.busy = Math.min(machine.inside, machine.up);
    machine.serving = machine.busy;
    for (const unit of machine.units) unit.works(machine.busy > 0);
    const { first } = machine.sharers;
    if (first === undefined || machine.up === 0) machine.done.callOff();
    else {
      const left = Math.max(0, first.key - machine.each.work) / machine.share;
      machine.done.set(this.due(now + left), first.number);
    }
  }

  protected override breaks(machine: SharingMachine, which: Which): void {
    this.changes(machine, which, 1);
  }

  protected override isRepaired(machine: SharingMachine, which: Which): void {
    this.changes(machine, which, -1);
  }

  /** Whoever is there shares what is left of the servers. */
  private changes(machine: SharingMachine, which: Which, by: 1 | -1): void {
    const { servers } = machine;
    this.progress(machine);
    if (which === "all") machine.faults += by;
    for (const number of which === "all" ? servers.keys() : which) if (servers[number] !== null) servers[number]! += by;
    this.counts(machine);
  }

  /** Servers that are up, after a change of any. */
  private counts(machine: SharingMachine): void {
    machine.up = machine.servers.filter((faults) => faults === 0).length;
    this.goOn(machine);
  }

  protected override switchesOn(machine: SharingMachine): void {
    const { servers } = machine;
    this.progress(machine);
    machine.started++;
    const free = servers.indexOf(null);
    const number = free < 0 ? servers.length : free;
    servers[number] = machine.faults;
    this.comes(machine, number);
    this.counts(machine);
  }

  /** A broken one first. */
  protected override switchesOff(machine: SharingMachine): void {
    const { servers } = machine;
    this.progress(machine);
    machine.started--;
    machine.on--;
    const broken = servers.findLastIndex((faults) => faults !== null && faults > 0);
    const number = broken < 0 ? servers.lastIndexOf(0) : broken;
    servers[number] = null;
    this.goes(machine, number);
    this.counts(machine);
  }

  private ends(machine: SharingMachine): void {
    this.progress(machine);
    const { slot, key, work, begun } = machine.sharers.shift();
    // What rounding has left of it is done.
    machine.each.work = Math.max(machine.each.work, key);
    this.host.happens((STAGE << entityBits) | machine.index, slot);
    const waited = machine.each.waiting - begun.waiting;
    this.visits.waits(slot, waited);
    this.spent += work.total;
    this.course.credit(slot, work.total, work);
    if (this.course.advance(slot)) {
      this.share(machine, slot);
      this.goOn(machine);
      return;
    }
    this.leaves(machine, slot);
    this.goOn(machine);
    this.course.depart(slot);
  }
}
