/** Servers that fail and are repaired, by chance and at set instants. */
import { Alarm } from "../alarm.ts";
import { Draw } from "../draw.ts";
import { entityBits, MACHINE } from "../events.ts";
import type { Failures, Fault, InService } from "../setup.ts";
import type { StationHost } from "./host.ts";

/** What becomes of servers; `which` are those of the machine, by number. */
export interface Breakable {
  breaks(which: readonly number[], inService: InService): void;
  isRepaired(which: readonly number[]): void;
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
  /** What fails as a whole, of each machine: the numbers of its servers. */
  readonly units: readonly (readonly number[])[];
  private readonly uptimes: Draw;
  private readonly repairs: Draw;

  constructor(host: StationHost, group: number, rules: Failures) {
    const { name, servers } = host.setup.nodes[group]!;
    this.rules = rules;
    this.uptimes = new Draw(rules.uptime, host.root, "failures", name, "uptime");
    this.repairs = new Draw(rules.repair, host.root, "failures", name, "repair");
    const all = Array.from({ length: servers }, (_, i) => i);
    this.units = rules.of === "machine" ? [all] : all.map((i) => [i]);
  }

  /** Until its failure number `n`, from 0. */
  uptime(machine: number, unit: number, n: number): number {
    return this.uptimes.value(n * this.units.length + unit, machine, n);
  }

  repair(machine: number, unit: number, n: number): number {
    return this.repairs.value(n * this.units.length + unit, machine, n);
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

  /** It goes on where it was left, at a machine with nobody there. */
  resumes({ turns, at }: Life): void {
    this.failures = turns >> 1;
    this.isDown = turns % 2 === 1;
    if (this.isDown) this.target.breaks(this.group.units[this.number]!, this.group.rules.inService);
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
    const which = this.group.units[this.number]!;
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
    if (this.group.rules.clock === "time" || this.isDown || isWorking === this.next.isSet) return;
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

/** The units of one machine; their lives begin now. @param index of the machine among all */
export function unitsOf(
  host: StationHost,
  group: FailingGroup,
  place: { readonly index: number; readonly machine: number },
  target: Breakable,
  wakes: { alarm(number: number, ring: () => void): Next },
): Unit[] {
  return group.units.map((_, unit) => {
    const alarm = (ring: () => void): Next =>
      // By the clock of busy time it is called off whenever the unit rests, and would lie in the agenda until a failure that never comes.
      group.rules.clock === "busy"
        ? wakes.alarm(place.machine * group.units.length + unit, ring)
        : new Alarm(host, (MACHINE << entityBits) | place.index, ring);
    const made = new Unit(host, group, { machine: place.machine, unit }, target, alarm);
    made.begins();
    return made;
  });
}

/** Faults at set instants: all servers, `count` each, of all machines of the group. @param index of the first machine */
export function planFaults(
  host: StationHost,
  index: number,
  count: number,
  faults: readonly Fault[],
  targets: readonly Breakable[],
): void {
  const servers = Array.from({ length: count }, (_, i) => i);
  faults.forEach(({ at, until, inService }, order) => {
    const set = (instant: number, ring: (target: Breakable) => void): void => {
      new Alarm(host, (MACHINE << entityBits) | index, () => targets.forEach(ring)).set(instant, order);
    };
    set(at, (target) => target.breaks(servers, inService));
    set(until, (target) => target.isRepaired(servers));
  });
}
