/** One request, or a batch of them, that waits for a server or has one. */
import type { Work } from "./course.ts";
import type { Waiting } from "./line.ts";

const nothing: Work = { total: 0, codec: 0 };

export class Job implements Waiting {
  readonly key: number;
  readonly number: number;
  /** Slots of the requests in it; never empty. */
  members: number[];
  /** Its stage, and seconds at full speed that are left of it. */
  work = nothing;
  left = 0;
  /** Server seconds spent on the stage so far. */
  served = 0;
  /** A server had it before. */
  hasStarted = false;
  /** Instant since which it waits, or is served. */
  since: number;

  constructor(members: number[], key: number, number: number, now: number) {
    this.members = members;
    this.key = key;
    this.number = number;
    this.since = now;
  }

  get slot(): number {
    return this.members[0]!;
  }

  /** What was done of the stage is lost; the time that was spent on it is not forgotten. */
  again(): this {
    this.left = this.work.total;
    return this;
  }

  /** The next stage lies before it, whole. */
  faces(work: Work): void {
    this.work = work;
    this.left = work.total;
    this.served = 0;
  }
}
