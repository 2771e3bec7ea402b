/**
 * What transport and the kinds of links ask of one another. A kind is one of two sorts: of a planned one it is known when a message
 * enters when its last bit leaves; a flowing one finds out, and says so. Loss and retransmission, propagation, energy and what is
 * counted are transport's: a kind sees attempts to send so many bits, one after the other.
 */

/** A rate over time [bit/s]. */
export interface Rate {
  at(t: number): number;
  /** End of the piece at `t`, +Infinity when it is the last. */
  changeAfter(t: number): number;
  /** Bits from one instant to another. */
  integral(from: number, to: number): number;
  /** When so many bits have been sent from `start` on; +Infinity for never. */
  reaches(start: number, bits: number): number;
  /** Nobody asks about times before `now` any more. */
  forget(now: number): void;
}

/** `fixed` and `fifo`. */
export interface PlannedKind {
  /** When a message that enters now begins to be sent. */
  startsAt(resource: number, now: number): number;
  /** A message will be sent until then. */
  hold(resource: number, until: number): void;
}

/** `shared` and `nr-cell`. */
export interface FlowingKind {
  /**
   * A message wants to be sent over these resources at once (several only for `shared`); {@link FlowHost.sent} is called when its last bit is.
   * @param path resources, of every link that it crosses in one flow
   */
  enter(path: readonly number[], slot: number, bits: number, now: number): void;
  /** What was asked for with {@link FlowHost.scheduleFlow} is due. */
  event(entity: number, generation: number, now: number): void;
  /** Seconds in use up to `now`, of one resource. */
  busySeconds(resource: number, now: number): number;
  /** The same of all resources of one link direction, from `first` to before `end`, where that is known without asking each. */
  busyWithin?(first: number, end: number, now: number): number;
}

/** What a flowing kind may ask of transport. */
export interface FlowHost {
  /**
   * The last bit of the message in `slot` has been sent, now. Of the time since it entered, `waited` was spent behind other messages
   * and `access` waiting for permission to send [s]; the rest counts as being sent.
   */
  sent(slot: number, waited: number, access: number): void;
  /** Asks for `event(entity, generation)` at `time`. */
  scheduleFlow(time: number, entity: number, generation: number): void;
  /** Order of requests, to settle simultaneous ends. */
  orderOf(slot: number): number;
  /** Capacity of a resource over time. */
  rateOf(resource: number): Rate;
  /** Weight of a request's flow among others. */
  weightOf(slot: number): number;
  /** Most that one flow gets of a resource [bit/s]; +Infinity where there is no limit. */
  capOf(resource: number): number;
  /** Link direction that a resource belongs to. */
  wayOf(resource: number): number;
}

/** Resources, or paths, that are kept while they are idle, where forgetting them is not free: of large fleets the others are forgotten. */
export const keptIdle = 4096;

/** A flow ends when this share of its size or less is left. */
export const residue = 1e-9;

/** A rate that never changes. */
export class ConstantRate implements Rate {
  private readonly rate: number;

  constructor(rate: number) {
    this.rate = rate;
  }

  at(): number {
    return this.rate;
  }

  changeAfter(): number {
    return Number.POSITIVE_INFINITY;
  }

  integral(from: number, to: number): number {
    return this.rate * (to - from);
  }

  reaches(start: number, bits: number): number {
    return start + bits / this.rate;
  }

  forget(): void {}
}
