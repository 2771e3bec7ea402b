/** The machines of one node group that the event loop does not serve itself. */
import { ADMISSION, DEADLINE, NODE, QUEUE } from "../collector.ts";
import { keepsEach } from "../kept-seconds.ts";
import type { Admission, InService, NodeGroup } from "../setup.ts";
import { Door } from "./admission.ts";
import { Away } from "./away.ts";
import { Course } from "./course.ts";
import { type Breakable, FailingGroup, type Next, planFaults, Unit, unitOf, type Which } from "./failures.ts";
import type { StationHost } from "./host.ts";
import type { Machine } from "./machine.ts";
import { Autoscaler, type Scalable } from "./scaling.ts";
import { Visits } from "./visits.ts";
import { Wakes } from "./wakes.ts";

/** Machines from which on a group is large: some that nobody is at are kept then, the others are forgotten and made anew when somebody comes. */
const large = 4096;
/** Of those, so many: few, so that they are forgotten before the garbage collector takes them for old ones. */
const keptEmpty = 256;

/** Integrals over the machines of a group [s], and counts, since the start. */
export interface StationSnapshot {
  /** Request seconds on the machines, and of those in service. */
  readonly inside: number;
  readonly serving: number;
  /** Server seconds on; of those, since the start-up; and of these, not broken. */
  readonly on: number;
  readonly started: number;
  readonly up: number;
  /** Server seconds on, of each machine; null where all servers always are. */
  readonly onEach: Float64Array | null;
  /** Batches started, and the requests in them. */
  readonly batches: number;
  readonly batched: number;
}

export abstract class Station<M extends Machine = Machine> {
  protected readonly host: StationHost;
  protected readonly group: number;
  protected readonly node: NodeGroup;
  protected readonly course: Course;
  protected readonly visits: Visits;
  /** By number: those that somebody came to, or all where something happens at them by itself. */
  protected readonly machines = new Map<number, M>();
  /** Of those, some that the last request had left; each once. */
  private readonly emptied: M[] = [];
  private readonly isPassive: boolean;
  private readonly snaps: boolean;
  /** Machines that nobody is at are forgotten. */
  private readonly forgets: boolean;
  private readonly failing: FailingGroup | null;
  /** Of large groups where something happens by itself: machines that nobody is at, and alarms of the others. */
  private readonly away: Away | null;
  private readonly wakes: Wakes;
  /** Doors of machines that were forgotten, where they are not as at the start. */
  private readonly doors = new Map<number, Door>();
  private doorsSweptAt = keptEmpty;
  /** Set instants at which all machines failed, less those at which they were repaired. */
  private faults = 0;
  /** Integrals of machines that were forgotten. */
  private readonly past = { inside: 0, serving: 0, up: 0 };
  /** Server seconds spent, and requests that left. */
  protected spent = 0;
  private left = 0;
  protected batches = 0;
  protected batched = 0;

  constructor(host: StationHost, group: number) {
    this.host = host;
    this.group = group;
    this.node = host.setup.nodes[group]!;
    this.course = new Course(host, group);
    this.visits = new Visits(host, group);
    this.snaps = host.snaps(group);
    const { failures, faults, autoscale, queue, count, servers } = this.node;
    this.isPassive = failures === null && faults.length === 0 && autoscale === null && queue.admit === null;
    this.forgets = autoscale === null && count > large;
    this.failing = failures === null ? null : new FailingGroup(host, group, failures);
    this.away = this.isPassive || !this.forgets ? null : new Away(this.failing, count, servers, host.root);
    this.wakes = new Wakes(host, host.tables.firstMachine[group]!);
  }

  /** Before the first event. */
  open(): void {
    if (this.isPassive) return;
    const { faults, servers, count, queue, autoscale } = this.node;
    const first = this.host.tables.firstMachine[this.group]!;
    for (let number = 0; number < count && !this.forgets; number++) {
      const machine = this.make(first + number, number);
      this.machines.set(number, machine);
      if (queue.admit !== null) machine.door = new Door(this.host, queue.admit);
      if (autoscale !== null) new Autoscaler(this.host, autoscale, servers, machine, this.scalable(machine));
      for (let unit = 0; unit < (this.failing?.units ?? 0); unit++) this.begins(machine, unit);
    }
    if (this.forgets) planFaults(this.host, first, faults, [this.allBreakable()]);
    else {
      const targets = faults.length === 0 ? [] : [...this.machines.values()].map((machine) => this.breakable(machine));
      planFaults(this.host, first, faults, targets);
    }
  }

  private begins(machine: M, unit: number): void {
    const place = { index: machine.index, machine: machine.number, unit };
    machine.units.push(unitOf(this.host, this.failing!, place, this.breakable(machine), this.wakes));
  }

  /** A new server may fail from now on. */
  protected comes(machine: M, server: number): void {
    if (this.failing?.rules.of !== "server") return;
    const unit = machine.units[server];
    if (unit === undefined) this.begins(machine, server);
    else unit.comes();
  }

  /** A server is there no longer. */
  protected goes(machine: M, server: number): void {
    if (this.failing?.rules.of === "server") machine.units[server]!.goes();
  }

  /** The machine that a request comes to. */
  private machineAt(index: number): M {
    const number = index - this.host.tables.firstMachine[this.group]!;
    const known = this.machines.get(number);
    if (known !== undefined) return known;
    if (this.machines.size >= keptEmpty) this.forgetOne();
    const machine = this.make(index, number);
    machine.beginAt(this.host.agenda.now);
    this.machines.set(number, machine);
    if (this.away !== null) this.remember(machine, this.away);
    return machine;
  }

  /** A machine of a large group is made anew: it is as it would be if it had been looked after all the time. */
  private remember(machine: M, away: Away): void {
    const { number } = machine;
    if (this.node.queue.admit !== null) machine.door = this.doorOf(number, this.node.queue.admit);
    const lives = away.leaves(number, this.host.agenda.now);
    machine.units = lives.map((life, unit) => {
      const alarm = (ring: () => void): Next => this.wakes.alarm(number * lives.length + unit, ring);
      const made = new Unit(this.host, this.failing!, { machine: number, unit }, this.breakable(machine), alarm);
      made.resumes(life);
      return made;
    });
    for (let fault = 0; fault < this.faults; fault++) this.breaks(machine, "all", "resume");
  }

  private doorOf(number: number, admit: Admission): Door {
    const known = this.doors.get(number);
    this.doors.delete(number);
    return known ?? new Door(this.host, admit);
  }

  /** The door of a machine that is forgotten, unless it is as a new one would be. */
  private keepDoor(number: number, door: Door): void {
    const { now } = this.host.agenda;
    if (door.isNew(now)) return;
    this.doors.set(number, door);
    if (this.doors.size < this.doorsSweptAt) return;
    for (const [of, other] of this.doors) if (other.isNew(now)) this.doors.delete(of);
    this.doorsSweptAt = Math.max(keptEmpty, 2 * this.doors.size);
  }

  /** One machine that is empty, if there is one, leaves its sums behind. */
  private forgetOne(): void {
    for (let machine = this.emptied.pop(); machine !== undefined; machine = this.emptied.pop()) {
      machine.isEmptied = false;
      if (machine.inside > 0) continue;
      machine.account(this.host.agenda.now);
      this.tellBusy(machine);
      this.past.inside += machine.seconds.inside;
      this.past.serving += machine.seconds.serving;
      this.past.up += machine.seconds.up;
      if (machine.door !== null) this.keepDoor(machine.number, machine.door);
      const lives = machine.units.map((unit) => unit.stops());
      this.away?.comesBack(machine.number, lives, this.host.agenda.now);
      this.machines.delete(machine.number);
      return;
    }
  }

  /** Where nobody asks for each machine's own busy seconds, those of many add up in one place, and the others take no room. */
  private tellBusy(machine: M): void {
    const { busySeconds, collector, tables } = this.host;
    if (!this.forgets) busySeconds[machine.index] = machine.seconds.busy;
    else if (keepsEach(this.node.count, collector.shape.slices)) busySeconds[machine.index]! += machine.newlyBusy();
    else busySeconds[tables.firstMachine[this.group]! + (machine.number % large)]! += machine.newlyBusy();
  }

  /** A request is here no longer. */
  protected oneLess(machine: M): void {
    machine.inside--;
    this.mayBeForgotten(machine);
  }

  private mayBeForgotten(machine: M): void {
    if (machine.inside > 0 || machine.isEmptied || !this.forgets || this.machines.size < keptEmpty) return;
    machine.isEmptied = true;
    this.emptied.push(machine);
  }

  private breakable(machine: M): Breakable {
    return {
      breaks: (which, inService) => this.breaks(machine, which, inService),
      isRepaired: (which) => this.isRepaired(machine, which),
    };
  }

  /** All machines of a large group, at set instants. */
  private allBreakable(): Breakable {
    return {
      breaks: (which, inService) => {
        this.away!.faulted(1, this.host.agenda.now);
        this.faults++;
        for (const machine of [...this.machines.values()]) this.breaks(machine, which, inService);
      },
      isRepaired: (which) => {
        this.away!.faulted(-1, this.host.agenda.now);
        this.faults--;
        for (const machine of [...this.machines.values()]) this.isRepaired(machine, which);
      },
    };
  }

  private scalable(machine: M): Scalable {
    return { switchesOn: () => this.switchesOn(machine), switchesOff: () => this.switchesOff(machine) };
  }

  /** One more server has started, a new one; it is on already. */
  protected abstract switchesOn(machine: M): void;
  protected abstract switchesOff(machine: M): void;

  /** Servers of a machine fail, for this reason; they may be down for another already. */
  protected abstract breaks(machine: M, which: Which, inService: InService): void;
  protected abstract isRepaired(machine: M, which: Which): void;

  /** No source asks any more, from `at` on. */
  sourcesStop(_at: number): void {
    // Only batches wait for more.
  }

  /** Requests at machine `index` (among all), and those of them that wait. */
  present(index: number): number {
    return this.machines.get(index - this.host.tables.firstMachine[this.group]!)?.inside ?? 0;
  }

  waitingAt(index: number): number {
    const machine = this.machines.get(index - this.host.tables.firstMachine[this.group]!);
    return machine === undefined ? 0 : machine.inside - machine.serving;
  }

  /** A request comes to one of the machines. */
  join(slot: number, index: number): void {
    const machine = this.machineAt(index);
    const { now } = this.host.agenda;
    this.visits.begins(slot, index);
    if (!this.admits(machine, slot)) this.host.drop(slot, ADMISSION);
    else if (this.takesAtOnce(machine, slot)) {
      if (this.host.givesUp(slot, now)) this.host.drop(slot, DEADLINE);
      else this.take(machine, slot);
    } else if (this.waiting(machine) >= this.node.queue.places) this.host.drop(slot, QUEUE);
    else this.wait(machine, slot);
    this.mayBeForgotten(machine);
  }

  private admits(machine: M, slot: number): boolean {
    if (machine.door === null) return true;
    const service = this.left === 0 ? 0 : this.spent / this.left;
    const beyond = Math.max(0, machine.inside + 1 - machine.up);
    return machine.door.admits(slot, machine.up === 0 ? 0 : (beyond * service) / machine.up, service);
  }

  protected comesIn(machine: M): void {
    machine.account(this.host.agenda.now);
    machine.inside++;
    const { reports } = this.host.desk;
    if (reports.wantsChanges) reports.changed(machine.index);
  }

  /** The instant of a completion. */
  protected due(at: number): number {
    return this.snaps ? this.host.agenda.snapped(at) : at;
  }

  protected abstract make(index: number, number: number): M;
  /** A server is there for whoever comes now. */
  protected abstract takesAtOnce(machine: M, slot: number): boolean;
  protected abstract take(machine: M, slot: number): void;
  protected abstract wait(machine: M, slot: number): void;
  /** Requests that take a place in the queue. */
  protected abstract waiting(machine: M): number;

  /** The request has got what it came for: it leaves. Counts must be up to date. */
  protected leaves(machine: M, slot: number): void {
    this.oneLess(machine);
    this.left++;
    const { reports } = this.host.desk;
    if (reports.wantsChanges) reports.changed(machine.index);
    this.visits.ends(slot);
  }

  /** What it was here for is lost with the server. */
  protected isLost(machine: M, slot: number): void {
    machine.account(this.host.agenda.now);
    this.oneLess(machine);
    const { reports } = this.host.desk;
    if (reports.wantsChanges) reports.changed(machine.index);
    this.host.drop(slot, NODE);
  }

  snapshot(now: number): StationSnapshot {
    const { count, servers, autoscale } = this.node;
    const total = { ...this.past, on: 0, started: 0 };
    for (const machine of this.machines.values()) {
      machine.account(now);
      this.tellBusy(machine);
      total.inside += machine.seconds.inside;
      total.serving += machine.seconds.serving;
      total.on += machine.seconds.on;
      total.started += machine.seconds.started;
      total.up += machine.seconds.up;
    }
    // Where all servers are always on, nobody has to have come.
    if (this.isPassive || this.forgets) total.on = total.started = count * servers * now;
    if (this.isPassive) total.up = total.on;
    else if (this.away !== null) total.up += this.away.upSeconds(now);
    const onEach =
      autoscale === null ? null : Float64Array.from(this.machines.values(), (machine) => machine.seconds.on);
    return { ...total, onEach, batches: this.batches, batched: this.batched };
  }
}
