/** What a rule that learns has earned, in equal shares of a run. */
import type { RunLength } from "./setup.ts";

/** Shares of a run that rewards are kept of. */
export const mostShares = 50;

export class Rewards {
  /** Sum of the rewards of requests that arrived in each share of the run, and how many have completed. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  private readonly perRequest: number;
  private readonly perSecond: number;

  constructor({ requests, duration }: RunLength) {
    const shares = requests === null ? mostShares : Math.min(mostShares, requests);
    this.sums = new Float64Array(shares);
    this.counts = new Float64Array(shares);
    this.perRequest = requests === null ? 0 : shares / requests;
    this.perSecond = requests === null ? shares / duration! : 0;
  }

  /** @param order number of the request among all @param arrivedAt [s] */
  add(order: number, arrivedAt: number, reward: number): void {
    const share = Math.floor((order + 0.5) * this.perRequest + arrivedAt * this.perSecond);
    if (share >= this.sums.length) return;
    this.sums[share]! += reward;
    this.counts[share]! += 1;
  }
}
