import type { Place, RuleValues } from "../rules/options.ts";
import type { NodeIndex, PlacementRuleType, Route } from "./placement-rule.ts";
import { cutRoutes } from "./queue-aware.ts";
import { at } from "./search.ts";

/** Figures that fixed placements are compared in, over a whole run. */
export const figuresOfBest = ["mean-latency", "p95-latency", "deadline-miss", "energy", "accuracy", "goodput"] as const;

/**
 * The best fixed placement in hindsight: each cut between the source and each of the nodes `among`, and all on the source, is run by itself with the same random
 * numbers; the policy's figures are those of the one that was best over all replications, of equal ones the first (least on the source, then the order of the
 * list). It costs as many runs as there are placements. A bound for what stays fixed, not for what adapts.
 */
export const bestStatic: PlacementRuleType = {
  name: "best-static",
  describe:
    "the one cut and node that were best over the whole run, found by running each: a bound of fixed placements",
  observes: "the figures of whole runs (hindsight)",
  decides: "after the run, with hindsight",
  oracle: true,
  bound: "no fixed cut between the source and these nodes is better in this figure",
  options: {
    among: { kind: "nodes", describe: "nodes that may take the rest; the source may always keep all" },
    by: { kind: "choice", describe: "figure to be best in", words: figuresOfBest, default: "mean-latency" },
  },
  routes: (values, segments, source) => cutRoutes(values.among as readonly Place[], segments, source),
  make(values, { segments, network }) {
    const arms = placementsOf(values, segments, (node) => network.nodes[node]!.name).map(({ name, nodes }) => ({
      name,
      place: {
        name: "best-static",
        plan: () => null,
        next: ({ source }: { source: NodeIndex }): Route => ({ nodes: nodes(source) }),
      },
    }));
    return { ...arms[0]!.place, arms, best: values.by as string };
  },
};

/** All fixed placements, least on the source first. */
function placementsOf(values: RuleValues, segments: number, nameOf: (node: NodeIndex) => string) {
  const cuts = Array.from({ length: segments }, (_, cut) => cut);
  const over = (values.among as readonly Place[]).filter((place) => place !== "source");
  const option = (place: Place, cut: number) => ({
    name: cut === segments ? "all on the source" : `cut ${cut} to ${nameOf(place as NodeIndex)}`,
    nodes: (source: NodeIndex) => Array.from({ length: segments }, (_, k) => (k < cut ? source : at(place, source))),
  });
  return [...cuts.flatMap((cut) => over.map((place) => option(place, cut))), option("source", segments)];
}
