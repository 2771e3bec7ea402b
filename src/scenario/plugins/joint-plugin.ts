/** A user's rule for both halves as one of ours. */
import type { JointRule, JointRuleType } from "../../sim/joint-rules/index.ts";
import { exitRule, made, planOf, wrong } from "./exit-plugin.ts";
import type { PluginModule } from "./module.ts";
import { among, namesIn, placementRule, routesAmong } from "./placement-plugin.ts";
import { optionsView } from "./view.ts";

export function jointPlugin(module: PluginModule, name: string): JointRuleType {
  return {
    name,
    describe: module.describe,
    observes: "what it is given",
    decides: "when a head ends, and before a segment that it has not placed yet",
    reads: module.reads,
    options: { among, ...module.options },
    routes: routesAmong,
    make: (values, plan, network) => {
      const names = namesIn(network);
      const both = Object.freeze({
        ...planOf(plan),
        nodes: names.nodes,
        segments: network.segments,
        network,
        exitShares: null,
      });
      const begin = (): JointRule => {
        const given = made(module, [both, optionsView(values, names.nodes)]) as Record<string, unknown> | null;
        if (given === null || typeof given !== "object")
          return wrong(module, null, "a map with exit and place from the exported function", given);
        return {
          exit: exitRule(module, name, given.exit, plan, names, null),
          place: placementRule(module, name, given.place, values, names, null),
        };
      };
      return { ...begin(), begin };
    },
  };
}
