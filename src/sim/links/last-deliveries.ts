import { Instants } from "./instants.ts";

/** When the last delivery of each resource is. */
export class LastDeliveries {
  private readonly at = new Instants();

  /** A delivery of a resource at `at` or, where that is later, with the one before it. @returns which */
  follow(resource: number, at: number, now: number): number {
    const then = Math.max(at, this.at.get(resource));
    this.at.set(resource, then, now);
    return then;
  }
}
