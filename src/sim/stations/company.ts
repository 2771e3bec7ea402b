/** Requests at one machine that may share a batch: they wait for the same segment. */
import type { Batch } from "../setup.ts";
import type { Job } from "./job.ts";
import { Line } from "./line.ts";

export class Company {
  readonly line = new Line<Job>();
  rule: Batch;
  /** In the order in which they began to wait, from `oldest` on; those taken are passed over. */
  private ages: Job[] = [];
  private oldest = 0;

  constructor(rule: Batch) {
    this.rule = rule;
  }

  add(job: Job): void {
    this.line.push(job);
    this.ages.push(job);
  }

  /** The next in line, now taken; there must be one. */
  take(): Job {
    const job = this.line.shift();
    job.hasStarted = true;
    return job;
  }

  /** When the oldest has waited long enough [s], +Infinity while they are too few. */
  get dueAt(): number {
    if (this.line.size < this.rule.min || this.line.size === 0) return Number.POSITIVE_INFINITY;
    while (this.ages[this.oldest]!.hasStarted) this.oldest++;
    if (this.oldest > 64 && 2 * this.oldest > this.ages.length) {
      this.ages = this.ages.slice(this.oldest);
      this.oldest = 0;
    }
    return this.ages[this.oldest]!.since + this.rule.wait;
  }

  get isFull(): boolean {
    return this.line.size >= this.rule.max;
  }
}
