import type { Place } from "../rules/options.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { asPlanned } from "./planned.ts";

/** Everything on one node. */
export const only: PlacementRuleType = {
  name: "only",
  describe: "every segment on one node",
  observes: "nothing",
  decides: "before the run",
  options: { node: { kind: "node", describe: "the node that runs every segment, or source" } },
  places(values, segments, source) {
    const node = values.node as Place;
    return Array.from({ length: segments }, () => (node === "source" ? source : node));
  },
  make: (values, { segments }) => asPlanned("only", (source) => only.places!(values, segments, source, [])),
};
