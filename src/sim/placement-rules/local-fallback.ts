import type { NestedRule } from "../rules/options.ts";
import type { NodeIndex, PlacementRule, PlacementRuleType, RequestView, Route } from "./placement-rule.ts";

/**
 * Does what its `base` rule says, but where a link on the way to the next nodes is known to be down, the request is served where it is, to the end; with
 * `when_down: wait` it goes on its way all the same, and waits at the link. A base that decides before the run is asked anew before each hop, others when they
 * decide. Links that end where the request is are seen as they are, others as old as `reports` make them. An outage that begins later is not foreseen.
 * @see Laskaridis et al., "SPINN: synergistic progressive inference of neural networks over device and cloud", MobiCom 2020, which answers on the device when
 * the connection is lost (recalled); as a rule beside any other: ours
 */
export const localFallback: PlacementRuleType = {
  name: "local-fallback",
  describe: "as its base rule, but served where it is while a link on the way is down",
  observes: "whether links have service, aged; what its base observes",
  decides: "before each hop, or when its base decides",
  seesReports: true,
  options: {
    base: { kind: "place-rule", describe: "placement rule that decides while links have service" },
    when_down: {
      kind: "choice",
      describe: "what happens while a link on the way is down: served where it is, or wait for the link",
      words: ["local", "wait"],
      default: "local",
    },
  },
  routes(values, segments, source, ofBase) {
    const routes = ofBase?.(values.base as NestedRule) ?? [];
    const stays = (route: readonly NodeIndex[], from: number): NodeIndex[] =>
      Array.from({ length: segments }, (_, k) => (k < from ? route[k]! : (route[from - 1] ?? source)));
    const all = routes.flatMap((route) => Array.from({ length: segments + 1 }, (_, from) => stays(route, from)));
    return [...new Map(all.map((route) => [String(route), route])).values()];
  },
  make(values, view) {
    const { network } = view;
    const ways = (nodes: readonly NodeIndex[]): readonly number[] =>
      nodes.slice(1).flatMap((node, k) => network.route(nodes[k]!, node) ?? []);
    const wrap = (base: PlacementRule): PlacementRule => ({
      name: "local-fallback",
      plan: () => null,
      next(request, observed, random) {
        const route = nextOf(base, request, () => base.next(request, observed, random));
        if (values.when_down === "wait") return route;
        const isDown = ways([request.at, ...route.nodes]).some((way) => !observed.link(way).up);
        return isDown ? { nodes: new Array<NodeIndex>(view.segments - request.segment).fill(request.at) } : route;
      },
      // What was served here was not the base's choice.
      ...(base.learn === undefined
        ? {}
        : { learn: (outcome) => (Number.isNaN(outcome.note) ? undefined : base.learn!(outcome)) }),
    });
    const base = view.make(values.base as NestedRule);
    return base.begin === undefined ? wrap(base) : { ...wrap(base), begin: () => wrap(base.begin!()) };
  },
};

/** As far as is decided now: of a plan, the segments that run where the next one does. */
function nextOf(base: PlacementRule, { source, segment }: RequestView, ask: () => NodeIndex | Route): Route {
  const plan = base.plan(source)?.slice(segment);
  if (plan !== undefined) {
    const moves = plan.findIndex((node, k) => k > 0 && node !== plan[k - 1]);
    return { nodes: moves < 0 ? plan : plan.slice(0, moves) };
  }
  const choice = ask();
  return typeof choice === "number" ? { nodes: [choice] } : choice;
}
