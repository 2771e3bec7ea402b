/** Who is turned away at the door, before there is no place left: by a rate, or by what it would have to wait. */
import { ARRIVED_AT, intWidth, STREAM } from "../requests.ts";
import type { Admission } from "../setup.ts";
import type { StationHost } from "./host.ts";

export class Door {
  private readonly host: StationHost;
  private readonly rules: Admission;
  /** A token bucket: one token admits one request, `rate` more come each second, `burst` at most are kept. */
  private tokens: number;
  private filledAt = 0;

  constructor(host: StationHost, rules: Admission) {
    this.host = host;
    this.rules = rules;
    this.tokens = rules.burst;
  }

  /**
   * @param wait expected wait of a request that came now [s]
   * @param service expected server time of one [s]
   */
  admits(slot: number, wait: number, service: number): boolean {
    const { rules } = this;
    if (rules.wait !== null && wait > rules.wait) return false;
    if (rules.deadline && wait + service > this.timeLeft(slot)) return false;
    return rules.rate === null || this.takesToken(rules.rate, rules.burst);
  }

  /** Whether it is as it was at the start: whoever made it anew would see no difference. */
  isNew(now: number): boolean {
    const { rate, burst } = this.rules;
    return rate === null || this.tokens + (now - this.filledAt) * rate >= burst;
  }

  private timeLeft(slot: number): number {
    const { requests, tables, agenda } = this.host;
    const deadline = tables.deadlines[requests.int[slot * intWidth + STREAM]!]!;
    return requests.real[slot * requests.realWidth + ARRIVED_AT]! + deadline - agenda.now;
  }

  private takesToken(rate: number, burst: number): boolean {
    const { now } = this.host.agenda;
    this.tokens = Math.min(burst, this.tokens + (now - this.filledAt) * rate);
    this.filledAt = now;
    // A token that rounding has left a hair short of whole is whole.
    if (this.tokens < 1 - 1e-9) return false;
    this.tokens = Math.max(0, this.tokens - 1);
    return true;
  }
}
