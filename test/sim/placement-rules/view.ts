/** What placement rules are told before a run, for tests. */
import { type PlacementRule, type PlacementView, placementRules } from "../../../src/sim/placement-rules/index.ts";
import { NetworkView } from "../../../src/sim/rules/network.ts";
import type { Setup } from "../../../src/sim/setup.ts";

/** All heads run, and nothing is known of where requests leave, unless told. */
export function viewOf(setup: Setup, told: Partial<PlacementView> = {}): PlacementView {
  const view: PlacementView = {
    segments: setup.model.segments.length,
    network: new NetworkView(setup),
    exitShares: null,
    heads: setup.model.exits.map((_, e) => e),
    make: ({ rule, options }) => placementRules.find(({ name }) => name === rule)!.make(options, view) as PlacementRule,
    ...told,
  };
  return view;
}
