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

/** What fails as a whole: a server, or a machine with all its servers. */
export class Unit {
  private readonly rules: Failures;
  private readonly host: StationHost;
  private readonly next: Alarm;
  private readonly draws: { readonly uptime: Draw; readonly repair: Draw };
  private readonly machine: number;
  private readonly counter: (n: number) => number;
  private readonly which: readonly number[];
  private readonly target: Breakable;
  private isDown = false;
  private failures = 0;
  /** Of its present life: what is left [s], and since when it is being spent. */
  private life = 0;
  private since = 0;

  constructor(
    host: StationHost,
    rules: Failures,
    draws: { readonly uptime: Draw; readonly repair: Draw },
    place: { readonly index: number; readonly machine: number; readonly unit: number; readonly units: number },
    which: readonly number[],
    target: Breakable,
  ) {
    this.host = host;
    this.rules = rules;
    this.draws = draws;
    this.machine = place.machine;
    this.counter = (n) => n * place.units + place.unit;
    this.which = which;
    this.target = target;
    this.next = new Alarm(host, (MACHINE << entityBits) | place.index, () => this.turns(place.unit));
    this.begins(place.unit);
  }

  private begins(order: number): void {
    this.life = this.draws.uptime.value(this.counter(this.failures), this.machine, this.failures);
    if (this.rules.clock === "time") this.next.set(this.host.agenda.now + this.life, order);
  }

  private turns(order: number): void {
    const { now } = this.host.agenda;
    if (this.isDown) {
      this.isDown = false;
      this.failures++;
      this.begins(order);
      this.target.isRepaired(this.which);
      return;
    }
    this.isDown = true;
    this.next.set(now + this.draws.repair.value(this.counter(this.failures), this.machine, this.failures), order);
    this.target.breaks(this.which, this.rules.inService);
  }

  /** By the clock of busy time: it begins to work, or to rest. */
  works(isWorking: boolean): void {
    if (this.rules.clock === "time" || this.isDown || isWorking === this.next.isSet) return;
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

/** The units of one machine; their lives begin now. */
export function unitsOf(
  host: StationHost,
  group: number,
  rules: Failures,
  place: { readonly index: number; readonly machine: number },
  target: Breakable,
): Unit[] {
  const { name, servers } = host.setup.nodes[group]!;
  const draws = {
    uptime: new Draw(rules.uptime, host.root, "failures", name, "uptime"),
    repair: new Draw(rules.repair, host.root, "failures", name, "repair"),
  };
  const all = Array.from({ length: servers }, (_, i) => i);
  const sets = rules.of === "machine" ? [all] : all.map((i) => [i]);
  return sets.map((which, unit) => new Unit(host, rules, draws, { ...place, unit, units: sets.length }, which, target));
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
