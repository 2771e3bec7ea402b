import type { Reals } from "../pack.ts";
import type { PlannedKind } from "./link-kind.ts";

/** Store and forward, one message at a time in the order in which they come. */
export class FifoLinks implements PlannedKind {
  /** When each resource is free again; the event loop's shortcut writes it, too. */
  private readonly freeAt: Reals;

  constructor(freeAt: Reals) {
    this.freeAt = freeAt;
  }

  startsAt(resource: number, now: number): number {
    return Math.max(now, this.freeAt[resource]!);
  }

  hold(resource: number, until: number): void {
    this.freeAt[resource] = until;
  }
}
