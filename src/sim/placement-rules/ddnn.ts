import type { Place } from "../rules/options.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { asPlanned } from "./planned.ts";
import { at, tiers } from "./search.ts";

/**
 * One exit a tier: the segments up to the first exit run on the first tier, those up to the second exit on the second, and so on; the last tier runs
 * the rest. Samples that a tier's exit is sure of stay there. Several devices that merge their tensors are not modelled.
 * @see Teerapittayanon, McDanel, Kung, "Distributed deep neural networks over the cloud, the edge and end devices", ICDCS 2017, section III
 */
export const ddnn: PlacementRuleType = {
  name: "ddnn",
  describe: "one exit a tier: up to the first exit on the first node, and so on, the rest on the last",
  observes: "nothing",
  decides: "before the run",
  options: { tiers },
  places: (values, segments, source, exitAfter) => {
    const nodes = values.tiers as readonly Place[];
    return Array.from({ length: segments }, (_, k) => {
      const passed = exitAfter.filter((after) => after < k).length;
      return at(nodes[Math.min(passed, nodes.length - 1)]!, source);
    });
  },
  make: (values, { segments, network }) =>
    asPlanned("ddnn", (source) => ddnn.places!(values, segments, source, network.exitAfter)),
};
