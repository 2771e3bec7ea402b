/** Alarms of the machines of one group that are looked after, in a queue of their own: one that is called off leaves nothing behind for long. */
import { entityBits, type Listener, MACHINE } from "../events.ts";
import type { Next } from "./failures.ts";
import type { StationHost } from "./host.ts";
import { Line, type Waiting } from "./line.ts";

/** Entries from which on it is worth a look how many of them still count. */
const many = 1024;

interface Entry extends Waiting {
  readonly wake: Wake;
}

export class Wakes implements Listener {
  private readonly host: StationHost;
  private readonly code: number;
  private line = new Line<Entry>();
  /** Alarms that are set. */
  private set = 0;
  /** When the event loop will call, the next last. */
  private readonly calls: number[] = [];

  /** @param index of the first machine */
  constructor(host: StationHost, index: number) {
    this.host = host;
    this.code = (MACHINE << entityBits) | index;
  }

  /** An alarm. @param number order among simultaneous ones */
  alarm(number: number, ring: () => void): Next {
    return new Wake(this, number, ring);
  }

  changes(wake: Wake, by: 1 | -1): void {
    this.set += by;
    if (by < 0) return;
    if (this.line.size > many && this.line.size > 2 * this.set) this.tidy();
    this.line.push({ key: wake.dueAt, number: wake.number, wake });
    this.call(wake.dueAt);
  }

  goesOff(): void {
    const { now } = this.host.agenda;
    this.calls.pop();
    for (;;) {
      const { first } = this.line;
      if (first === undefined) return;
      if (first.key > now) {
        this.call(first.key);
        return;
      }
      this.line.shift();
      if (first.wake.dueAt === first.key) first.wake.goesOff();
    }
  }

  private call(at: number): void {
    if (this.calls.length > 0 && at >= this.calls.at(-1)!) return;
    const { agenda, timers } = this.host;
    this.calls.push(at);
    agenda.due[0] = at;
    agenda.schedule(timers.set(this.code, 0, this));
  }

  /** Throws away what has been moved or called off, and what is there twice. */
  private tidy(): void {
    const kept = new Map<Wake, Entry>();
    for (const entry of this.line.all) if (entry.key === entry.wake.dueAt) kept.set(entry.wake, entry);
    this.line = new Line();
    for (const entry of kept.values()) this.line.push(entry);
  }
}

class Wake implements Next {
  readonly number: number;
  /** NaN while it is not set. */
  dueAt = Number.NaN;
  private readonly wakes: Wakes;
  private readonly ring: () => void;

  constructor(wakes: Wakes, number: number, ring: () => void) {
    this.wakes = wakes;
    this.number = number;
    this.ring = ring;
  }

  get isSet(): boolean {
    return !Number.isNaN(this.dueAt);
  }

  set(at: number): void {
    this.callOff();
    if (at === Number.POSITIVE_INFINITY) return;
    this.dueAt = at;
    this.wakes.changes(this, 1);
  }

  callOff(): void {
    if (this.isSet) this.wakes.changes(this, -1);
    this.dueAt = Number.NaN;
  }

  goesOff(): void {
    this.callOff();
    this.ring();
  }
}
