/** Blocks that fail and are sent again (hybrid ARQ): how often, by one uniform draw a block. */
import type { AccessTimes } from "./access.ts";
import { downlinkAgain, uplinkAgain } from "./access.ts";
import type { Frame } from "./frame.ts";

export interface Harq {
  /** Share of blocks that fail when they are sent first; 0 to below 1. */
  readonly error: number;
  /** What the share of failures is multiplied by with every time that a block is sent again and added to what was received (chase combining). */
  readonly falls: number;
  /** Most times that a block is sent again; it is delivered then. */
  readonly retransmissions: number;
}

/** Times that a block is sent again, for a uniform draw: k and more with probability error x (error falls) x (error falls^2) ... */
export function rounds(harq: Harq, draw: number): number {
  let reaches = 1;
  let error = harq.error;
  for (let k = 0; k < harq.retransmissions; k++) {
    reaches *= error;
    if (draw >= reaches) return k;
    error *= harq.falls;
  }
  return harq.retransmissions;
}

/** Probability that a block is sent again k times. */
export function shareOfRounds(harq: Harq, k: number): number {
  const atLeast = (n: number): number => {
    let share = n > harq.retransmissions ? 0 : 1;
    for (let i = 0; i < n; i++) share *= harq.error * harq.falls ** i;
    return share;
  };
  return atLeast(k) - atLeast(k + 1);
}

/** End of the block [slots] that was sent in `slot` and again `k` times. */
export function endOfBlock(frame: Frame, times: AccessTimes, direction: 0 | 1, slot: number, k: number): number {
  const again = direction === 0 ? uplinkAgain : downlinkAgain;
  let last = slot;
  for (let i = 0; i < k; i++) last = again(frame, times, last);
  return last + 1;
}
