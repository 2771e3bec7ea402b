import type { Reals } from "../pack.ts";
import type { PlannedKind } from "./link-kind.ts";

/** Resources of one link direction that are all remembered, whether something waits for them or not. */
export const keptFree = 1 << 16;

/** Store and forward, one message at a time in the order in which they come. */
export class FifoLinks implements PlannedKind {
  /** When each resource is free again; the event loop's shortcut writes it, too. */
  private readonly freeAt: Reals;
  /** The same of those that have no place there, of large fleets: only while that lies ahead, so that idle ones take no room. */
  private readonly ahead = new Map<number, number>();
  private sweepAt = 1024;
  private now = 0;

  constructor(freeAt: Reals) {
    this.freeAt = freeAt;
  }

  startsAt(resource: number, now: number): number {
    if (resource < this.freeAt.length) return Math.max(now, this.freeAt[resource]!);
    this.now = now;
    return Math.max(now, this.ahead.get(resource) ?? now);
  }

  hold(resource: number, until: number): void {
    if (resource < this.freeAt.length) {
      this.freeAt[resource] = until;
      return;
    }
    this.ahead.set(resource, until);
    if (this.ahead.size >= this.sweepAt) this.sweep();
  }

  private sweep(): void {
    for (const [resource, at] of this.ahead) if (at <= this.now) this.ahead.delete(resource);
    this.sweepAt = Math.max(1024, 2 * this.ahead.size);
  }
}
