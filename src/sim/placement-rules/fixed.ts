import type { PlacementRule, PlacementRuleType } from "./index.ts";

/** Each segment on its node, the same for every request of a source. */
export const fixed: PlacementRuleType = {
  name: "fixed",
  describe: "each segment on the node it names",
  options: { segments: { kind: "segments", describe: "the node of every segment, by its name, or source" } },
  make(values): PlacementRule {
    const nodes = values.segments as readonly (number | "source")[];
    const at = (segment: number, source: number): number => {
      const node = nodes[segment]!;
      return node === "source" ? source : node;
    };
    return {
      name: "fixed",
      plan: (source) => nodes.map((_, segment) => at(segment, source)),
      next: (request) => at(request.segment, request.source),
    };
  },
};
