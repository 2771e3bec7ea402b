/** Servers that fail and are repaired, by chance and at set instants. */
import { Alarm } from "../alarm.ts";
import { Draw } from "../draw.ts";
import { entityBits, MACHINE } from "../events.ts";
import type { Failures, Fault, InService } from "../setup.ts";
import type { StationHost } from "./host.ts";

/** Servers of a machine, by number; or the machine as a whole, with those that are started while it is down. */
export type Which = readonly number[] | "all";

/** What becomes of servers. */
export interface Breakable {
  breaks(which: Which, inService: InService): void;
  isRepaired(which: Which): void;
}

/** When something happens next: it can be moved, or called off. */
export interface Next {
  set(at: number, order: number): void;
  callOff(): void;
  readonly isSet: boolean;
}

/** How far the turns of a unit have come: it works and fails by turns, first of all it works. */
export interface Life {
  /** Failures and repairs so far. */
  readonly turns: number;
  /** Instant of the next; by the clock of busy time, while it is not broken, how long it works until then [s]. */
  readonly at: number;
}

/** Servers of the machines of one group, and when they fail. */
export class FailingGroup {
  readonly rules: Failures;
  /** Among all groups. */
  readonly number: number;
  /** Of each machine, how much fails as a whole at first. */
  readonly units: number;
  /** Places in the draws of a machine, by unit. */
  private readonly stride: number;
  private readonly uptimes: Draw;
  private readonly repairs: Draw;

  constructor(host: StationHost, group: number, rules: Failures) {
    const { name, servers, autoscale } = host.setup.nodes[group]!;
    this.rules = rules;
    this.number = group;
    this.uptimes = new Draw(rules.uptime, host.root, "failures", name, "uptime");
    this.repairs = new Draw(rules.repair, host.root, "failures", name, "repair");
    this.units = rules.of === "machine" ? 1 : servers;
    // Servers that are to go and have something to do yet may be there beside the most that are wanted.
    this.stride = rules.of === "server" && autoscale !== null ? 2 * autoscale.max : this.units;
  }

  /** What fails with a unit. */
  which(unit: number): Which {
    return this.rules.of === "machine" ? "all" : [unit];
  }

  /** Until its failure number `n`, from 0. */
  uptime(machine: number, unit: number, n: number): number {
    return this.uptimes.value(this.numberOf(unit, n), machine, n);
  }

  repair(machine: number, unit: number, n: number): number {
    return this.repairs.value(this.numberOf(unit, n), machine, n);
  }

  private numberOf(unit: number, n: number): number {
    return n * this.stride + unit;
  }
}

/** What fails as a whole: a server, or a machine with all its servers. */
export class Unit {
  private readonly group: FailingGroup;
  private readonly host: StationHost;
  private readonly next: Next;
  private readonly machine: number;
  private readonly number: number;
  private readonly target: Breakable;
  private isDown = false;
  /** Its server is switched off. */
  private isGone = false;
  private failures = 0;
  /** Of its present life: what is left [s], and since when it is being spent. */
  private life = 0;
  private since = 0;
  /** Instant of the next failure by the clock of time, or of the repair. */
  private dueAt = 0;

  /** @param alarm where it says when its turns come, and what is to be called then */
  constructor(
    host: StationHost,
    group: FailingGroup,
    place: { readonly machine: number; readonly unit: number },
    target: Breakable,
    alarm: (ring: () => void) => Next,
  ) {
    this.host = host;
    this.group = group;
    this.machine = place.machine;
    this.number = place.unit;
    this.target = target;
    this.next = alarm(() => this.turns());
  }

  /** Its life begins now. */
  begins(): void {
    this.life = this.group.uptime(this.machine, this.number, this.failures);
    if (this.group.rules.clock === "time") this.due(this.host.agenda.now + this.life);
  }

  /** Its server is switched off for good, broken or not. */
  goes(): void {
    this.next.callOff();
    this.isDown = false;
    this.isGone = true;
    this.failures++;
  }

  /** A new server takes its place. */
  comes(): void {
    this.isGone = false;
    this.begins();
  }

  /** It goes on where it was left, at a machine with nobody there. */
  resumes({ turns, at }: Life): void {
    this.failures = turns >> 1;
    this.isDown = turns % 2 === 1;
    if (this.isDown) this.target.breaks(this.group.which(this.number), this.group.rules.inService);
    if (this.isDown || this.group.rules.clock === "time") this.due(at);
    else this.life = at;
  }

  /** Where it is left. */
  stops(): Life {
    const isTimed = this.isDown || this.group.rules.clock === "time";
    this.next.callOff();
    return { turns: 2 * this.failures + +this.isDown, at: isTimed ? this.dueAt : this.life };
  }

  private due(at: number): void {
    this.dueAt = at;
    this.next.set(at, this.number);
  }

  private turns(): void {
    const { now } = this.host.agenda;
    const which = this.group.which(this.number);
    if (this.isDown) {
      this.isDown = false;
      this.failures++;
      this.begins();
      this.target.isRepaired(which);
      return;
    }
    this.isDown = true;
    this.due(now + this.group.repair(this.machine, this.number, this.failures));
    this.target.breaks(which, this.group.rules.inService);
  }

  /** By the clock of busy time: it begins to work, or to rest. */
  works(isWorking: boolean): void {
    if (this.group.rules.clock === "time" || this.isDown || this.isGone || isWorking === this.next.isSet) return;
    const { now } = this.host.agenda;
    if (isWorking) {
      this.since = now;
      this.next.set(now + this.life, 0);
    } else {
      this.life = Math.max(0, this.life - (now - this.since));
      this.next.callOff();
    }
  }
}

/** A unit of a machine that is there all the time; its life begins now. @param index of the machine among all */
export function unitOf(
  host: StationHost,
  group: FailingGroup,
  place: { readonly index: number; readonly machine: number; readonly unit: number },
  target: Breakable,
  wakes: { alarm(number: number, ring: () => void): Next },
): Unit {
  // What is called off would lie in the agenda until a failure that never comes: units that rest, by the clock of busy time; servers that go.
  const isCalledOff = group.rules.clock === "busy" || host.setup.nodes[group.number]!.autoscale !== null;
  const alarm = (ring: () => void): Next =>
    isCalledOff
      ? wakes.alarm(place.machine * group.units + place.unit, ring)
      : new Alarm(host, (MACHINE << entityBits) | place.index, ring);
  const made = new Unit(host, group, place, target, alarm);
  made.begins();
  return made;
}

/** Faults at set instants, of all machines of the group. @param index of the first machine */
export function planFaults(
  host: StationHost,
  index: number,
  faults: readonly Fault[],
  targets: readonly Breakable[],
): void {
  faults.forEach(({ at, until, inService }, order) => {
    const set = (instant: number, ring: (target: Breakable) => void): void => {
      new Alarm(host, (MACHINE << entityBits) | index, () => targets.forEach(ring)).set(instant, order);
    };
    set(at, (target) => target.breaks("all", inService));
    set(until, (target) => target.isRepaired("all"));
  });
}
