/** Servers that are switched on and off with the load. */
import { Alarm } from "../alarm.ts";
import { entityBits, MACHINE } from "../events.ts";
import type { Autoscale } from "../setup.ts";
import type { StationHost } from "./host.ts";
import type { Machine } from "./machine.ts";

export interface Scalable {
  /** One more server has started. */
  switchesOn(): void;
  /** One server goes for good, at once or when it has done what it has begun. */
  switchesOff(): void;
}

/** Looks at one machine every so often, and starts or stops one server at a time. */
export class Autoscaler {
  private readonly host: StationHost;
  private readonly rules: Autoscale;
  private readonly index: number;
  private readonly machine: Machine;
  private readonly target: Scalable;
  private readonly look: Alarm;
  /** Servers that are or will be there, without those that go. */
  private wanted: number;
  private starting = 0;
  private before = { busy: 0, waiting: 0, up: 0 };

  constructor(host: StationHost, rules: Autoscale, servers: number, machine: Machine, target: Scalable) {
    this.host = host;
    this.rules = rules;
    this.index = machine.index;
    this.machine = machine;
    this.target = target;
    this.wanted = servers;
    this.look = new Alarm(host, (MACHINE << entityBits) | this.index, () => this.looks());
    this.look.set(rules.every, 0);
  }

  private looks(): void {
    const { now } = this.host.agenda;
    const { machine, rules, before } = this;
    machine.account(now);
    const { busy, inside, serving, up } = machine.seconds;
    const ready = up - before.up;
    const waiting = inside - serving - before.waiting;
    // Where none was up, all were taken if somebody waited.
    const seen =
      ready > 0
        ? { utilization: (busy - before.busy) / ready, queue: waiting / ready }
        : { utilization: waiting > 0 ? 1 : 0, queue: waiting > 0 ? Number.POSITIVE_INFINITY : 0 };
    this.before = { busy, waiting: inside - serving, up };
    this.look.set(now + rules.every, 0);
    if (seen[rules.up.of] > rules.up.limit && this.wanted < rules.max) this.starts(now);
    else if (seen[rules.down.of] < rules.down.limit && this.wanted > rules.min && this.starting === 0) this.stops();
  }

  /** It draws power and costs from now on, and serves after the start-up. */
  private starts(now: number): void {
    this.wanted++;
    this.starting++;
    this.machine.on++;
    new Alarm(this.host, (MACHINE << entityBits) | this.index, () => {
      this.starting--;
      this.target.switchesOn();
    }).set(now + this.rules.startUp, 1);
  }

  private stops(): void {
    this.wanted--;
    this.target.switchesOff();
  }
}
