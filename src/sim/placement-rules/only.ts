import type { PlacementRule, PlacementRuleType } from "./index.ts";

/** Everything on one node. */
export const only: PlacementRuleType = {
  name: "only",
  describe: "every segment on one node",
  options: { node: { kind: "node", describe: "the node that runs every segment, or source" } },
  make(values, segments): PlacementRule {
    const node = values.node as number | "source";
    const at = (source: number): number => (node === "source" ? source : node);
    return {
      name: "only",
      plan: (source) => Array.from({ length: segments }, () => at(source)),
      next: (request) => at(request.source),
    };
  },
};
