/** The machines of one node group that the event loop does not serve itself. */
import { ADMISSION, DEADLINE, NODE, QUEUE } from "../collector.ts";
import type { InService, NodeGroup } from "../setup.ts";
import { Door } from "./admission.ts";
import { Course } from "./course.ts";
import { type Breakable, planFaults, unitsOf } from "./failures.ts";
import type { StationHost } from "./host.ts";
import type { Machine } from "./machine.ts";
import { Autoscaler, type Scalable } from "./scaling.ts";
import { Visits } from "./visits.ts";

/** Integrals over the machines of a group [s], and counts, since the start. */
export interface StationSnapshot {
  /** Request seconds on the machines, and of those in service. */
  readonly inside: number;
  readonly serving: number;
  /** Server seconds on and, of those, not broken. */
  readonly on: number;
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
  protected readonly machines: M[] = [];
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
  }

  /** Before the first event. */
  open(): void {
    const { failures, faults, servers, count, queue, autoscale } = this.node;
    const first = this.host.tables.firstMachine[this.group]!;
    for (let number = 0; number < count; number++) {
      const machine = this.make(first + number, number);
      this.machines.push(machine);
      if (queue.admit !== null) machine.door = new Door(this.host, queue.admit);
      if (autoscale !== null) new Autoscaler(this.host, autoscale, servers, machine, this.scalable(machine));
      if (failures === null) continue;
      const place = { index: first + number, machine: number };
      machine.units = unitsOf(this.host, this.group, failures, place, this.breakable(machine));
    }
    const targets = faults.length === 0 ? [] : this.machines.map((machine) => this.breakable(machine));
    planFaults(this.host, first, servers, faults, targets);
  }

  private breakable(machine: M): Breakable {
    return {
      breaks: (which, inService) => this.breaks(machine, which, inService),
      isRepaired: (which) => this.isRepaired(machine, which),
    };
  }

  private scalable(machine: M): Scalable {
    return { switchesOn: () => this.switchesOn(machine), switchesOff: () => this.switchesOff(machine) };
  }

  /** One more server is ready; it is on already. */
  protected abstract switchesOn(machine: M): void;
  protected abstract switchesOff(machine: M): void;

  /** Servers of a machine fail, for this reason; they may be down for another already. */
  protected abstract breaks(machine: M, which: readonly number[], inService: InService): void;
  protected abstract isRepaired(machine: M, which: readonly number[]): void;

  /** No source asks any more, from `at` on. */
  sourcesStop(_at: number): void {
    // Only batches wait for more.
  }

  /** Requests at machine `index` (among all), and those of them that wait. */
  present(index: number): number {
    return this.machines[index - this.host.tables.firstMachine[this.group]!]!.inside;
  }

  waitingAt(index: number): number {
    const machine = this.machines[index - this.host.tables.firstMachine[this.group]!]!;
    return machine.inside - machine.serving;
  }

  /** A request comes to one of the machines. */
  join(slot: number, index: number): void {
    const machine = this.machines[index - this.host.tables.firstMachine[this.group]!]!;
    const { now } = this.host.agenda;
    this.visits.begins(slot, index);
    if (!this.admits(machine, slot)) this.host.drop(slot, ADMISSION);
    else if (this.takesAtOnce(machine, slot)) {
      if (this.host.givesUp(slot, now)) this.host.drop(slot, DEADLINE);
      else this.take(machine, slot);
    } else if (this.waiting(machine) >= this.node.queue.places) this.host.drop(slot, QUEUE);
    else this.wait(machine, slot);
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

  protected abstract make(index: number, number: number): M;
  /** A server is there for whoever comes now. */
  protected abstract takesAtOnce(machine: M, slot: number): boolean;
  protected abstract take(machine: M, slot: number): void;
  protected abstract wait(machine: M, slot: number): void;
  /** Requests that take a place in the queue. */
  protected abstract waiting(machine: M): number;

  /** The request has got what it came for: it leaves. Counts must be up to date. */
  protected leaves(machine: M, slot: number): void {
    machine.inside--;
    this.left++;
    const { reports } = this.host.desk;
    if (reports.wantsChanges) reports.changed(machine.index);
    this.visits.ends(slot);
  }

  /** What it was here for is lost with the server. */
  protected isLost(machine: M, slot: number): void {
    machine.account(this.host.agenda.now);
    machine.inside--;
    const { reports } = this.host.desk;
    if (reports.wantsChanges) reports.changed(machine.index);
    this.host.drop(slot, NODE);
  }

  snapshot(now: number): StationSnapshot {
    const total = { inside: 0, serving: 0, on: 0, up: 0 };
    for (const machine of this.machines) {
      machine.account(now);
      this.host.busySeconds[machine.index] = machine.seconds.busy;
      total.inside += machine.seconds.inside;
      total.serving += machine.seconds.serving;
      total.on += machine.seconds.on;
      total.up += machine.seconds.up;
    }
    const onEach =
      this.node.autoscale === null ? null : Float64Array.from(this.machines, (machine) => machine.seconds.on);
    return { ...total, onEach, batches: this.batches, batched: this.batched };
  }
}
