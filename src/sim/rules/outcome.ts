import type { ExitEvidence, ExitIndex } from "../exit-rules/exit-rule.ts";

/** A request that completed, as its source node knows it. */
export interface Outcome {
  /** What the placement rule noted about it; NaN for nothing. */
  readonly note: number;
  /** Exit that answered. */
  readonly exit: ExitIndex;
  /** What the heads that ran said, in order. */
  readonly reached: readonly ExitEvidence[];
  /** From arrival to the answer [s]. */
  readonly latency: number;
  /** Of that, computing on the node group it came from [s]. */
  readonly computedAtSource: number;
}
