import { ucbOver } from "../rules/arms.ts";
import type { Outcome } from "../rules/outcome.ts";
import type { JointRule, JointRuleType } from "./joint-rule.ts";
import { leavesAtNote } from "./noted.ts";

/**
 * Learns one exit to leave at, all on the source: UCB over exits with the reward confidence of the answer - latency / `worth`, `worth` being the latency that
 * is worth a right answer. Confidence stands for accuracy, which nobody knows.
 * @see Ju, Bao, Yuan, Ge, "Learning early exit for deep neural network inference on mobile devices through multi-armed bandits", CCGrid 2021: abstract (arms are exits, rewards
 * weigh confidence against latency, times between choices are random); the form of the reward is recalled, and UCB1 does not mind those times
 */
export const lee: JointRuleType = {
  name: "lee",
  describe: "learns one exit to leave at on the source, by a bandit on confidence and latency",
  observes: "confidence and latency of completed requests",
  decides: "at arrival",
  reads: "confidence",
  hasArms: true,
  options: {
    worth: { kind: "quantity", of: "time", describe: "latency that a right answer is worth" },
    exploration: { kind: "number", describe: "weight of uncertainty", least: 0, most: 100, default: 1 },
  },
  routes: (_, segments, source) => [new Array<number>(segments).fill(source)],
  make(values, plan, network) {
    const arms = {
      name: "lee",
      arms: plan.exits.map((exit) => `exit ${exit}`),
      route: (_: number, source: number) => new Array<number>(network.segments).fill(source),
      reward: ({ reached, latency }: Outcome) => reached.at(-1)!.confidence - latency / (values.worth as number),
    };
    const exit = leavesAtNote("lee", plan.exits.length);
    const place = ucbOver(arms, values.exploration as number);
    const begin = (): JointRule => ({ exit, place: place() });
    return { ...begin(), begin };
  },
};
