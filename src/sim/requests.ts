/**
 * The requests in flight: a slot is taken at arrival and given back when the request ends, so memory follows what is in flight and
 * never what was served. A slot is a row of `int` (at `slot * intWidth`) and a row of `real` (at `slot * realWidth`): one cache line
 * or two per request, which is what makes the event loop fast.
 */
import type { Ints, Reals } from "./pack.ts";

/** Columns of `int`. */
export const STREAM = 0;
export const DEVICE = 1;
/** The device's own request number. */
export const NUMBER = 2;
/** Arrival number over all streams. */
export const ORDER = 3;
/** Arrival number within its stream. */
export const STREAM_NUMBER = 4;
/** Evaluation row, -1 without a table. */
export const ROW = 5;
/** Segment that runs or runs next; ~cut while the tensor over that cut is encoded. */
export const SEGMENT = 6;
/** Group that holds the request, or held it last. */
export const GROUP = 7;
/** Exit that answered, -1 before. */
export const EXIT = 8;
/** Cut crossed last with a lossy codec that was measured, -1 for none. */
export const CROSSED = 9;
/** Place in the table of hops of the hop it is on. */
export const ROUTE = 10;
/** What happens to it next, or what it waits for: a code of `events.ts`. */
export const CODE = 11;
/** 1 when it arrived over a link with a tensor to decode. */
export const RECEIVED = 12;
/** Next in a node's queue. */
export const NEXT = 13;
/** Group it is sent to. */
export const TARGET = 14;
export const SLICE = 15;
export const intShift = 4;
export const intWidth = 16;

/** Columns of `real`: instants [s]. A slot in use has `real[ARRIVED_AT]` >= 0. */
export const ARRIVED_AT = 0;
/** Joined the node's queue, or entered the link. */
export const QUEUED_AT = 1;
/** Taken by a server, or by the link. */
export const STARTED_AT = 2;
/** Leaves the link: known at entry, +Infinity while a flow shares. */
export const LEAVES_AT = 3;
export const EXITED_AT = 4;
/** Bytes of the message under way; -1 when it only waits to be given up. */
export const BYTES = 5;
/** First part of the latency: compute of each node group, then the others. */
export const PARTS = 6;

export class Requests {
  private capacity = 0;
  private free = new Int32Array(0);
  private freed = 0;
  /** Slots ever used. */
  used = 0;
  readonly realWidth: number;
  int: Ints = new Int32Array(0);
  real: Reals = new Float64Array(0);

  /** @param parts parts of the latency kept per request */
  constructor(parts: number) {
    this.realWidth = PARTS + parts;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.used - this.freed;
  }

  /** Makes room for `n` more requests; `int` and `real` may be new arrays afterwards, and stay these until the next call. */
  reserve(n: number): void {
    if (this.inFlight + n <= this.capacity) return;
    const capacity = Math.max(2 * this.capacity, this.inFlight + n);
    const int = new Int32Array(capacity * intWidth);
    int.set(this.int);
    this.int = int;
    const real = new Float64Array(capacity * this.realWidth);
    real.set(this.real);
    this.real = real;
    const free = new Int32Array(capacity);
    free.set(this.free);
    this.free = free;
    this.capacity = capacity;
  }

  /** A slot with parts 0 (whoever releases one clears them), no exit, nothing crossed; room must have been reserved. */
  take(): number {
    const slot = this.freed > 0 ? this.free[--this.freed]! : this.used++;
    const { int, real, realWidth } = this;
    const i = slot * intWidth;
    int[i + EXIT] = -1;
    int[i + CROSSED] = -1;
    int[i + RECEIVED] = 0;
    real[slot * realWidth + LEAVES_AT] = 0;
    return slot;
  }

  release(slot: number): void {
    this.real[slot * this.realWidth + ARRIVED_AT] = -1;
    this.free[this.freed++] = slot;
  }
}
