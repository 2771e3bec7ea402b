import type { Place } from "../rules/options.ts";
import type { PlacementRuleType } from "./placement-rule.ts";
import { asPlanned } from "./planned.ts";

/** Each segment on its node, the same for every request of a source. */
export const fixed: PlacementRuleType = {
  name: "fixed",
  describe: "each segment on the node it names",
  observes: "nothing",
  decides: "before the run",
  options: { segments: { kind: "segments", describe: "the node of every segment, by its name, or source" } },
  places: (values, _, source) =>
    (values.segments as readonly Place[]).map((node) => (node === "source" ? source : node)),
  make: (values, { segments }) => asPlanned("fixed", (source) => fixed.places!(values, segments, source, [])),
};
