import type { PlannedKind } from "./link-kind.ts";

/** Delay, and size / rate for each message alone: nobody waits for anybody. */
export class FixedLinks implements PlannedKind {
  startsAt(_resource: number, now: number): number {
    return now;
  }

  hold(): void {}
}
