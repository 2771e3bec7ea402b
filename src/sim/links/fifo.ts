import type { Reals } from "../pack.ts";
import { Instants } from "./instants.ts";
import type { PlannedKind } from "./link-kind.ts";

/** Resources of one link direction that are all remembered, whether something waits for them or not. */
export const keptFree = 1 << 16;

/** Store and forward, one message at a time in the order in which they come. */
export class FifoLinks implements PlannedKind {
  /** When each resource is free again; the event loop's shortcut writes it, too. */
  private readonly freeAt: Reals;
  /** The same of those that have no place there, of large fleets. */
  private readonly ahead = new Instants();
  private now = 0;

  constructor(freeAt: Reals) {
    this.freeAt = freeAt;
  }

  startsAt(resource: number, now: number): number {
    if (resource < this.freeAt.length) return Math.max(now, this.freeAt[resource]!);
    this.now = now;
    return Math.max(now, this.ahead.get(resource));
  }

  hold(resource: number, until: number): void {
    if (resource < this.freeAt.length) this.freeAt[resource] = until;
    else this.ahead.set(resource, until, this.now);
  }
}
