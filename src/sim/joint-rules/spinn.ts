import { allHeads } from "../exit-rules/verdicts.ts";
import { at, to } from "../placement-rules/search.ts";
import { cutsBetween, expectedLatency } from "../rules/cost.ts";
import type { Place } from "../rules/options.ts";
import type { JointRuleType } from "./joint-rule.ts";
import { leavesAboveNote } from "./noted.ts";
import { accurateEnough, configurationOf } from "./thresholds.ts";

/** Thresholds of the top probability that are tried (assumed). */
const grid = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * Cut and threshold together, anew for each request: among thresholds of the top probability that are at least as accurate as `accuracy` on the
 * calibration rows (the most accurate where none is), the pair with the least expected latency by the rates measured last. Of equal ones the lower threshold, then
 * the cut with the least on the device. Hard constraint: accuracy; soft target: latency; the paper knows more. Its packing of tensors is `codec: uint8-deflate`.
 * @see Laskaridis, Venieris, Almeida, Leontiadis, Lane, "SPINN: synergistic progressive inference of neural networks over device and cloud", MobiCom 2020 (details recalled)
 */
export const spinn: JointRuleType = {
  name: "spinn",
  describe: "threshold and cut with the least expected latency at an accuracy, by the measured rate",
  observes: "mean times, last measured rates, exit shares and accuracy of calibration rows",
  decides: "at arrival",
  reads: "confidence",
  options: {
    to,
    accuracy: { kind: "share", describe: "least accuracy on the calibration rows", default: 0 },
  },
  fits: () => true,
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make(values, plan, network) {
    const heads = allHeads(plan.exits.length);
    const { scores } = plan.calibration!;
    const all = grid.map((t) =>
      configurationOf(plan.calibration!, heads, t, (exit, row) => scores[exit]!.confidence[row]! >= t),
    );
    const allowed = accurateEnough(all, values.accuracy as number);
    return {
      exit: leavesAboveNote("spinn", plan.exits.length),
      place: {
        name: "spinn",
        plan: () => null,
        next({ source, stream }, observed) {
          let best = { nodes: [] as readonly number[], note: 0 };
          let least = Number.NaN;
          for (const { threshold, shares } of allowed)
            for (const nodes of cutsBetween(network.segments, source, at(values.to as Place, source))) {
              const work = { network, exitShares: shares, heads };
              const latency = expectedLatency(work, stream, nodes, (way) => observed.rate(way));
              if (latency >= least) continue;
              least = latency;
              best = { nodes, note: threshold };
            }
          return best;
        },
      },
    };
  },
};
