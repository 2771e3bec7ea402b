/** Ways to train the exits of a network: which parts learn in which epochs, and on what loss. */

/**
 * `joint`: all at once on the weighted sum of the exits' losses (BranchyNet). `layer-wise`: segment by segment with its head, what lies before
 * frozen (cascade learning). `heads`: the trunk with its last exit, then the early heads on the frozen trunk (SDN's IC-only).
 * `distillation`: joint, and early exits imitate the last one (Phuong and Lampert 2019). `branching`: joint, and a gate at every early exit
 * learns to combine the exits under a price on computation (Scardapane et al. 2020, differentiable branching).
 */
export const trainingMethods = ["joint", "layer-wise", "heads", "distillation", "branching"] as const;
export type TrainingMethod = (typeof trainingMethods)[number];

/** Epochs in which the same parts learn. */
export interface Phase {
  /** First epoch, and the one after the last; from 0. */
  readonly from: number;
  readonly to: number;
  /** Blocks whose trunk layers learn. */
  readonly trunk: readonly boolean[];
  /** Exits whose heads learn. */
  readonly heads: readonly boolean[];
  /** Weight of each exit's cross-entropy. */
  readonly lossWeights: readonly number[];
}

/** Share of the epochs that `heads` gives to the trunk (assumed). */
const trunkShare = 0.6;

/**
 * The phases of a training run.
 * @param exitAfter block of each exit
 * @throws RangeError when there are fewer epochs than phases
 */
export function phasesOf(
  method: TrainingMethod,
  epochs: number,
  blocks: number,
  exitAfter: readonly number[],
  lossWeights: readonly number[],
): Phase[] {
  const all = (value: boolean): boolean[] => new Array<boolean>(blocks).fill(value);
  const exits = exitAfter.length;
  const only = (exit: number): number[] => exitAfter.map((_, k) => (k === exit ? 1 : 0));
  if (method === "layer-wise") {
    if (epochs < exits)
      throw new RangeError(`layer-wise training of ${exits} exits: expected ${exits} epochs or more, got ${epochs}`);
    return exitAfter.map((block, k) => ({
      from: Math.round((k * epochs) / exits),
      to: Math.round(((k + 1) * epochs) / exits),
      trunk: all(false).map((_, i) => i <= block && (k === 0 || i > exitAfter[k - 1]!)),
      heads: only(k).map(Boolean),
      lossWeights: only(k),
    }));
  }
  if (method === "heads" && exits > 1) {
    if (epochs < 2)
      throw new RangeError(`training of heads on a frozen trunk: expected 2 epochs or more, got ${epochs}`);
    const early = exitAfter.map((_, k) => (k === exits - 1 ? 0 : 1));
    const cut = Math.min(epochs - 1, Math.max(1, Math.round(trunkShare * epochs)));
    return [
      { from: 0, to: cut, trunk: all(true), heads: only(exits - 1).map(Boolean), lossWeights: only(exits - 1) },
      { from: cut, to: epochs, trunk: all(false), heads: early.map(Boolean), lossWeights: early },
    ];
  }
  return [{ from: 0, to: epochs, trunk: all(true), heads: exitAfter.map(() => true), lossWeights }];
}

/** The phase that an epoch belongs to. */
export function phaseAt(phases: readonly Phase[], epoch: number): Phase {
  return phases.find(({ from, to }) => epoch >= from && epoch < to)!;
}
