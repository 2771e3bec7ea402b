/**
 * The requests in flight: a slot is taken at arrival and given back when the request ends, so memory follows what is in flight and
 * never what was served. A slot is a row of `int` (at `slot * intWidth`) and a row of `real` (at `slot * realWidth`): one cache line
 * or two per request, which is what makes the event loop fast.
 */
import type { EventLoop } from "./loop/event-loop.ts";
import { FREE_SLOTS, FREED, INT_ROWS, REAL_ROW_BYTES, REAL_ROWS, USED } from "./loop/layout.ts";
import type { Ints, Reals } from "./pack.ts";
import { intWidth, PARTS } from "./request-columns.ts";

export * from "./request-columns.ts";

export class Requests {
  readonly realWidth: number;
  int: Ints = new Int32Array(0);
  real: Reals = new Float64Array(0);
  private capacity = 0;
  private readonly loop: EventLoop;

  /** @param parts parts of the latency kept per request */
  constructor(parts: number, loop: EventLoop) {
    this.realWidth = PARTS + parts;
    this.loop = loop;
    loop.ints[REAL_ROW_BYTES >> 2] = this.realWidth * 8;
  }

  /** Slots ever used. */
  get used(): number {
    return this.loop.ints[USED >> 2]!;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.used - this.loop.ints[FREED >> 2]!;
  }

  /** Makes room for `n` more requests; `int` and `real` may be new arrays afterwards, and stay these until the next call. */
  reserve(n: number): void {
    if (this.inFlight + n <= this.capacity) return;
    const { loop, realWidth } = this;
    const capacity = Math.max(2 * this.capacity, this.inFlight + n);
    const rows = [capacity * intWidth * 4, capacity * realWidth * 8, capacity * 4];
    const [ints, reals, free] = loop.growRows(rows, capacity) as [number, number, number];
    loop.ints[INT_ROWS >> 2] = ints;
    loop.ints[REAL_ROWS >> 2] = reals;
    loop.ints[FREE_SLOTS >> 2] = free;
    this.int = loop.ints.subarray(ints >> 2, (ints >> 2) + capacity * intWidth);
    this.real = loop.reals.subarray(reals >> 3, (reals >> 3) + capacity * realWidth);
    this.capacity = capacity;
  }

  /** The request has ended; its parts are 0 again. */
  release(slot: number): void {
    this.loop.call.release(slot);
  }
}
