import { at, to } from "../placement-rules/search.ts";
import { ucbOver } from "../rules/arms.ts";
import { cutsBetween } from "../rules/cost.ts";
import type { Place } from "../rules/options.ts";
import type { Outcome } from "../rules/outcome.ts";
import type { JointRule, JointRuleType } from "./joint-rule.ts";
import { triesNote } from "./noted.ts";

/**
 * Learns where to split, without labels: the arm is an exit i; the segments up to it run on the source, its head alone is asked, and if it is not sure of at
 * least `threshold` the rest runs on `to`. UCB over arms with the reward conf_i - cost (i + 1) where it left there (or i is the last), else
 * conf_L - offload - cost (i + 1): confidences, a price per exit of depth and a price of offloading.
 * @see Bajpai, Trivedi, Yadav, Hanawal, "SplitEE: early exit in deep neural networks with split computing", AIMLSystems 2023; code Div290/SplitEE, splitee.py (c = 1)
 */
export const splitee: JointRuleType = {
  name: "splitee",
  describe: "learns the exit up to which the source computes, by a bandit on confidences",
  observes: "confidence; learns from completed requests",
  decides: "at arrival, and when the head of that exit ends",
  reads: "confidence",
  hasArms: true,
  options: {
    to,
    threshold: { kind: "share", describe: "probability from 0 to 1 at which a sample leaves", default: 0.9 },
    cost: { kind: "number", describe: "price of an exit of depth, in confidence", least: 0, most: 1, default: 0.05 },
    offload: { kind: "number", describe: "price of offloading, in confidence", least: 0, most: 10, default: 0.1 },
    exploration: { kind: "number", describe: "weight of uncertainty", least: 0, most: 100, default: 1 },
  },
  routes: (values, segments, source) => cutsBetween(segments, source, at(values.to as Place, source)),
  make(values, plan, network) {
    const last = plan.exits.length - 1;
    const arms = {
      name: "splitee",
      arms: plan.exits.map((exit) => `split after ${exit}`),
      route(arm: number, source: number) {
        const cuts = cutsBetween(network.segments, source, at(values.to as Place, source));
        return cuts[network.exitAfter[arm]! + 1]!;
      },
      reward({ note, exit, reached }: Outcome) {
        const depth = (values.cost as number) * (note + 1);
        const wentOn = exit !== note && note !== last;
        return reached.at(-1)!.confidence - depth - (wentOn ? (values.offload as number) : 0);
      },
    };
    const exit = triesNote("splitee", plan.exits.length, values.threshold as number);
    const place = ucbOver(arms, values.exploration as number);
    const begin = (): JointRule => ({ exit, place: place() });
    return { ...begin(), begin };
  },
};
