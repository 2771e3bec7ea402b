import type { Calibration } from "../rules/calibration.ts";
import type { ExitRuleType } from "./exit-rule.ts";
import { allHeads, answers, goOn } from "./verdicts.ts";

/**
 * Goes on while a deeper exit is worth its time: where worth x (E[accuracy of j | s_k] - E[accuracy of k | s_k]) > dT for some j > k, with
 * dT the further time until the answer of j would be where it is due, by mean times of an idle system. Both accuracies are those of the
 * calibration rows whose top probability at exit k lies in the same of `bins` equally filled bins. Energy and bytes are not priced.
 * Generic decision rule, no single source known.
 */
export const costAware: ExitRuleType = {
  name: "cost-aware",
  describe: "goes on while the accuracy gained deeper is worth the time",
  reads: "confidence",
  minds: true,
  observes: "confidence, expected times",
  options: {
    worth: { kind: "quantity", of: "time", describe: "latency that one right answer more is worth" },
    bins: { kind: "number", describe: "bins of the top probability", least: 1, most: 1000, whole: true, default: 10 },
  },
  fits: () => true,
  make(values, plan) {
    const leave = answers(plan.exits.length);
    const heads = allHeads(plan.exits.length);
    const last = plan.exits.length - 1;
    const worth = values.worth as number;
    const gains = heads.map((exit) => gainsAt(plan.calibration!, exit, values.bins as number));
    return {
      name: "cost-aware",
      pure: false,
      heads: () => heads,
      decide(reached, observed) {
        const { exit, confidence } = reached[reached.length - 1]!;
        const { upTo, gain } = gains[exit]!;
        let bin = 0;
        while (bin < upTo.length - 1 && confidence > upTo[bin]!) bin++;
        for (let deeper = exit + 1; deeper <= last; deeper++) {
          const further = observed.timeTo(deeper) + observed.timeBack(deeper) - observed.timeBack(exit);
          if (worth * gain[bin]![deeper]! > further) return goOn;
        }
        return leave[exit]!;
      },
    };
  },
};

interface Gains {
  /** Largest confidence of each bin, ascending. */
  readonly upTo: readonly number[];
  /** [bin][exit]: accuracy of that exit less that of this one. */
  readonly gain: readonly (readonly number[])[];
}

export function gainsAt({ rows, labels, scores }: Calibration, exit: number, bins: number): Gains {
  const { confidence } = scores[exit]!;
  const ranked = Array.from({ length: rows }, (_, row) => row).sort((a, b) => confidence[a]! - confidence[b]!);
  const count = Math.min(bins, rows);
  const filled = Array.from({ length: count }, (_, b) =>
    ranked.slice(Math.floor((b * rows) / count), Math.floor(((b + 1) * rows) / count)),
  );
  const accuracy = (of: readonly number[], e: number): number =>
    of.reduce((sum, row) => sum + (scores[e]!.prediction[row] === labels[row] ? 1 : 0), 0) / of.length;
  return {
    upTo: filled.map((of) => confidence[of[of.length - 1]!]!),
    gain: filled.map((of) => scores.map((_, e) => accuracy(of, e) - accuracy(of, exit))),
  };
}
