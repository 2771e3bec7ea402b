/** A user's placement rule as one of ours: asked, its answers checked. */
import type {
  HonestPlacementRuleType,
  PlacementRule,
  PlacementView,
  RequestView,
  Route,
} from "../../sim/placement-rules/index.ts";
import type { NetworkView } from "../../sim/rules/network.ts";
import type { Observation } from "../../sim/rules/observation.ts";
import type { Place, RuleOptionType, RuleValues } from "../../sim/rules/options.ts";
import type { PlacementPluginRule } from "../../sim/rules/plugin.ts";
import { oneOf } from "../errors.ts";
import { made, within, wrong } from "./exit-plugin.ts";
import type { PluginModule } from "./module.ts";
import { type Names, observedView, optionsView } from "./view.ts";

export const among: RuleOptionType = {
  kind: "nodes",
  describe: "nodes that it may use, beside the one a request comes from",
};

/** Every cut between every two nodes that may be used. */
export function routesAmong(values: RuleValues, segments: number, source: number): number[][] {
  const nodes = [...new Set([source, ...(values.among as readonly Place[]).map((n) => (n === "source" ? source : n))])];
  return nodes.flatMap((first) =>
    nodes.flatMap((then) =>
      (first === then ? [segments] : Array.from({ length: segments - 1 }, (_, k) => k + 1)).map((cut) =>
        Array.from({ length: segments }, (_, k) => (k < cut ? first : then)),
      ),
    ),
  );
}

export function placementPlugin(module: PluginModule, name: string): HonestPlacementRuleType {
  return {
    name,
    describe: module.describe,
    observes: "what it is given",
    decides: "before a segment that it has not placed yet",
    seesReports: true,
    options: { among, ...module.options },
    routes: routesAmong,
    make: (values, view) => {
      const names = namesIn(view.network);
      const begin = (): PlacementRule =>
        placementRule(
          module,
          name,
          made(module, [placementPlan(view), optionsView(values, names.nodes)]),
          values,
          names,
          begin,
        );
      return begin();
    },
  };
}

export const namesIn = ({ nodes, links }: NetworkView): Names => ({
  nodes: nodes.map((node) => node.name),
  links: links.map((link) => link.name),
});

export const placementPlan = ({ segments, network, exitShares }: PlacementView) =>
  Object.freeze({ nodes: namesIn(network).nodes, segments, network, exitShares });

export function placementRule(
  module: PluginModule,
  name: string,
  given: unknown,
  values: RuleValues,
  names: Names,
  begin: (() => PlacementRule) | null,
): PlacementRule {
  const rule = (typeof given === "function" ? { place: given } : (given ?? {})) as Partial<PlacementPluginRule>;
  if (typeof rule.place !== "function")
    wrong(module, null, "a function that places, or a map with place, from the exported function", given);
  const place = rule.place!;
  const { learn } = rule;
  const allowed = values.among as readonly Place[];
  return {
    name,
    plan: () => null,
    next(request, observed, random) {
      const answer: unknown = within(module, observed, "a placement", () =>
        place(request, observedView(observed, names, request), () => random.uniform()),
      );
      return checked(module, answer, request, observed, allowed, names.nodes);
    },
    ...(begin === null ? {} : { begin }),
    ...(typeof learn === "function"
      ? { learn: (outcome) => within(module, null, "learn, without an error", () => learn.call(rule, outcome)) }
      : {}),
  };
}

function checked(
  module: PluginModule,
  answer: unknown,
  request: RequestView,
  observed: Observation,
  allowed: readonly Place[],
  nodes: readonly string[],
): Route {
  const given = (typeof answer === "string" ? { nodes: [answer] } : (answer ?? {})) as Record<string, unknown>;
  const usable = [...new Set([request.source, ...allowed.map((n) => (n === "source" ? request.source : n))])];
  const known = oneOf(usable.map((n) => nodes[n]!));
  if (!Array.isArray(given.nodes) || given.nodes.length === 0)
    wrong(module, observed, `the name of a node, or a map with nodes: ${known}`, answer);
  const groups = (given.nodes as unknown[]).map((node) => {
    const group = node === "source" ? request.source : nodes.indexOf(node as string);
    if (!usable.includes(group))
      wrong(
        module,
        observed,
        `a node that it may use: ${known}`,
        node,
        nodes.includes(node as string) ? "name it under among" : undefined,
      );
    return group;
  });
  const machines = given.machines ?? [];
  if (!Array.isArray(machines) || machines.length > groups.length)
    wrong(module, observed, "machines: a list, one for each node", machines);
  (machines as unknown[]).forEach((machine, i) => {
    if (machine === null || machine === undefined) return;
    const reachable = request.machines(groups[i]!);
    if (!reachable.includes(machine as number))
      wrong(
        module,
        observed,
        `a machine of ${nodes[groups[i]!]} that the request can reach: ${oneOf(reachable.map(String))}`,
        machine,
      );
  });
  if (given.note !== undefined && typeof given.note !== "number")
    wrong(module, observed, "a number as note", given.note);
  return {
    nodes: groups,
    machines: groups.map((_, i) => (machines as (number | null | undefined)[])[i] ?? null),
    ...(given.note === undefined ? {} : { note: given.note as number }),
  };
}
