/** Instants that wait, least first; equal ones by code and order, those of sources by their number. The heap: `loop/assembly/agenda.ts`. */
import type { EventLoop } from "./loop/event-loop.ts";
import { DUE, IDS, NOW, OPEN, SIZE, TIMES } from "./loop/layout.ts";
import type { Reals } from "./pack.ts";

export class Agenda {
  /** When what is scheduled next is due. */
  readonly due: Reals;
  private readonly loop: EventLoop;
  private readonly at: number;

  /** @param at byte of the loop's memory */
  constructor(loop: EventLoop, at: number) {
    this.loop = loop;
    this.at = at;
    this.due = loop.reals.subarray((at + DUE) >> 3, ((at + DUE) >> 3) + 1);
  }

  /** Instant of what was taken last. */
  get now(): number {
    return this.loop.reals[(this.at + NOW) >> 3]!;
  }

  /** Entries, the place of a root that was taken included. */
  get size(): number {
    return this.loop.ints[(this.at + SIZE) >> 2]!;
  }

  /** The root has been taken, its place is free: {@link schedule} something or {@link settle}. */
  get open(): boolean {
    return this.loop.ints[(this.at + OPEN) >> 2] !== 0;
  }

  /** The least instant, +Infinity when there is none; valid while not {@link open}. */
  get firstAt(): number {
    return this.loop.reals[this.loop.ints[(this.at + TIMES) >> 2]! >> 3]!;
  }

  /**
   * Something is due at `due[0]`.
   * @throws RangeError when that is before what was taken last, or not a number: the clock would run backwards.
   */
  schedule(id: number): void {
    this.loop.call.schedule(this.at, id);
  }

  /** Fills the place of the root that was taken. */
  settle(): void {
    this.loop.call.settle(this.at);
  }

  /** Takes the least; {@link now} is its instant then. -1, and nothing taken, when there is none. */
  take(): number {
    if (this.open) this.settle();
    if (this.size === 0) return -1;
    const { ints, reals } = this.loop;
    reals[(this.at + NOW) >> 3] = this.firstAt;
    ints[(this.at + OPEN) >> 2] = 1;
    return ints[ints[(this.at + IDS) >> 2]! >> 2]!;
  }

  clear(): void {
    const { ints, reals } = this.loop;
    const times = ints[(this.at + TIMES) >> 2]! >> 3;
    reals.fill(Number.POSITIVE_INFINITY, times, times + this.size);
    ints[(this.at + SIZE) >> 2] = 0;
    ints[(this.at + OPEN) >> 2] = 0;
  }
}
