/** An instant at which something happens that is no request's own event: it can be moved, or called off. */
import type { Agenda } from "./agenda.ts";
import type { Timers } from "./events.ts";

/** Where alarms are kept. */
export interface Clock {
  readonly agenda: Agenda;
  readonly timers: Timers;
}

/** @remarks One that was moved or called off stays in the agenda and is passed over when its instant comes. */
export class Alarm {
  private readonly clock: Clock;
  /** Kind and entity, which say where it stands among simultaneous events. */
  private readonly code: number;
  private readonly ring: () => void;
  private pending = 0;

  constructor(clock: Clock, code: number, ring: () => void) {
    this.clock = clock;
    this.code = code;
    this.ring = ring;
  }

  /** @param order among simultaneous events of one code */
  set(at: number, order: number): void {
    const { agenda, timers } = this.clock;
    this.pending = 0;
    if (at === Number.POSITIVE_INFINITY) return;
    this.pending = timers.set(this.code, order, this);
    agenda.due[0] = at;
    agenda.schedule(this.pending);
  }

  callOff(): void {
    this.pending = 0;
  }

  get isSet(): boolean {
    return this.pending !== 0;
  }

  /** Timer `id` has gone off: this alarm's, unless it was moved or called off since. */
  goesOff(id: number): void {
    if (id !== this.pending) return;
    this.pending = 0;
    this.ring();
  }
}
