/** Whether links have service, as old as the policy's reports make it. Outages are known by their draws, so that nobody need tell: what was then is looked up. */
import type { KeyRoot } from "./draw.ts";
import { Channels } from "./links/channels.ts";
import type { LinkReport } from "./rules/observation.ts";
import type { Setup } from "./setup.ts";
import type { Tables } from "./tables.ts";

export class LinkReports {
  private readonly channels: Channels;
  private readonly every: number;
  private readonly delay: number;

  constructor(setup: Setup, tables: Tables, root: KeyRoot) {
    // Its own, since the links themselves forget what lies behind.
    this.channels = new Channels(setup, tables.firstResource, root);
    const { every, delay } = setup.policy.reports ?? { every: 0, delay: 0 };
    this.every = every;
    this.delay = delay;
  }

  /** @param isHere the link ends where the request is: its state is known as it is */
  of(resource: number, now: number, isHere: boolean): LinkReport {
    const oldest = this.latest(now);
    const since = Math.max(0, oldest);
    const rate = this.channels.rate(resource, since);
    rate.forget(since);
    const at = isHere ? now : oldest;
    return at < 0 ? { up: true, at: Number.NaN } : { up: rate.at(at) > 0, at };
  }

  /** Instant of the last report that has been seen; below 0 before the first. */
  private latest(now: number): number {
    if (this.every === 0) return now - this.delay;
    const n = Math.floor((now - this.delay) / this.every);
    const next = (n + 1) * this.every;
    return next + this.delay <= now ? next : n * this.every;
  }
}
