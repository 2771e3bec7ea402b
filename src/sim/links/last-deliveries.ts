/** When the last delivery of each resource is: only those that lie ahead are remembered, so that idle resources take no room. */
export class LastDeliveries {
  private readonly at = new Map<number, number>();
  private sweepAt = 1024;

  /** A delivery of a resource at `at` or, where that is later, with the one before it. @returns which */
  follow(resource: number, at: number, now: number): number {
    const before = this.at.get(resource);
    const then = before !== undefined && before > at ? before : at;
    this.at.set(resource, then);
    if (this.at.size >= this.sweepAt) this.sweep(now);
    return then;
  }

  private sweep(now: number): void {
    for (const [resource, at] of this.at) if (at <= now) this.at.delete(resource);
    this.sweepAt = Math.max(1024, 2 * this.at.size);
  }
}
