/** How busy machines and links are: a group of bars each, a bar a policy. */
import type { Interval, PolicyResult, Result } from "../../experiment/result.ts";
import { interval, quantity } from "../format.ts";
import { largest } from "./axis.ts";
import type { Axis, Groups, Look } from "./figure.ts";

interface Place {
  readonly name: string;
  readonly mean: (policy: PolicyResult) => Interval | null | undefined;
  readonly most: (policy: PolicyResult) => Interval | null | undefined;
}

const keys = (result: Result, of: (policy: PolicyResult) => object): string[] => [
  ...new Set(result.policies.flatMap((policy) => Object.keys(of(policy)))),
];

/** Busy share of the servers of each node, with the busiest machine of a group marked. */
export function nodeUtilization(result: Result, looks: ReadonlyMap<string, Look>): Groups | null {
  const places = keys(result, (p) => p.nodes).map((name) => ({
    name,
    mean: (p: PolicyResult) => p.nodes[name]?.utilization,
    most: (p: PolicyResult) => p.nodes[name]?.utilization_max,
  }));
  return groups(result, looks, places, {
    id: "node-utilization",
    title: "Utilisation of each node, per policy",
    thing: "node",
    reading:
      "Busy share of a node's servers over the run. Above about 80 % queues grow quickly; at 100 % the node is saturated.",
    mark: "busiest machine of the group",
  });
}

/** Busy share of each direction of each link. */
export function linkUtilization(result: Result, looks: ReadonlyMap<string, Look>): Groups | null {
  const places = keys(result, (p) => p.links).flatMap((name) =>
    (["up", "down"] as const).map((way) => ({
      name: `${name} ${way}`,
      mean: (p: PolicyResult) => p.links[name]?.[way].utilization,
      most: () => null,
    })),
  );
  return groups(result, looks, places, {
    id: "link-utilization",
    title: "Utilisation of each link, per direction and policy",
    thing: "link",
    reading:
      "Share of the run in which a direction of the link was sending. Above about 80 % messages wait for one another.",
    mark: "",
  });
}

interface Words {
  readonly id: string;
  readonly title: string;
  readonly thing: string;
  readonly reading: string;
  readonly mark: string;
}

function groups(result: Result, looks: ReadonlyMap<string, Look>, all: readonly Place[], words: Words): Groups | null {
  const places = all.filter((place) => result.policies.some((policy) => place.mean(policy)));
  if (places.length === 0) return null;
  // A mark on a bar of one machine would only repeat the bar.
  const apart = (mean: number, most: number | undefined): number | null =>
    most !== undefined && most > mean * 1.005 + 1e-9 ? most : null;
  const series = result.policies.flatMap((policy) => {
    const look = looks.get(policy.name);
    if (!look) return [];
    const bars = places.map((place) => {
      const mean = place.mean(policy);
      if (!mean) return { value: null, low: null, high: null, mark: null };
      return {
        value: mean.estimate,
        low: mean.low,
        high: mean.high,
        mark: apart(mean.estimate, place.most(policy)?.estimate),
      };
    });
    return [{ name: policy.name, look, bars }];
  });
  const values = series.flatMap(({ bars }) => bars.flatMap((b) => [b.value ?? 0, b.high ?? 0, b.mark ?? 0]));
  const marked = series.some(({ bars }) => bars.some((b) => b.mark !== null));
  return {
    kind: "groups",
    id: words.id,
    title: words.title,
    finding: finding(result, places, words.thing),
    reading: words.reading,
    names: places.map(({ name }) => name),
    x: shareAxis(largest(values)),
    series,
    mark: marked ? words.mark : "",
    table: {
      columns: [words.thing, "policy", "utilisation", "interval", ...(words.mark ? [words.mark] : [])],
      rows: places.flatMap((place) =>
        result.policies.map((policy) => {
          const mean = interval(place.mean(policy), "share");
          const most = words.mark ? [quantity(place.most(policy)?.estimate, "share")] : [];
          return [place.name, policy.name, mean.estimate, mean.range || "—", ...most];
        }),
      ),
    },
  };
}

/** From 0 to 100 %, or less when all bars would be slivers. */
function shareAxis(most: number): Axis {
  const axis = { title: "Utilisation", unit: "share" as const, factor: 0.01, symbol: "%", log: false, min: 0 };
  if (most > 0.25 || most === 0) return { ...axis, max: Math.max(1, most) };
  return axis;
}

function finding(result: Result, places: readonly Place[], thing: string): string {
  const all = places.flatMap((place) =>
    result.policies.flatMap((policy) => {
      const mean = place.mean(policy)?.estimate;
      return mean === undefined ? [] : [{ place: place.name, policy: policy.name, mean }];
    }),
  );
  const top = all.reduce((a, b) => (b.mean > a.mean ? b : a));
  if (top.mean === 0) return `No ${thing} was ever busy.`;
  const verdict = top.mean >= 0.95 ? ": saturated" : top.mean >= 0.8 ? ": little room left" : "";
  return `The busiest ${thing} is ${top.place} under ${top.policy}, ${quantity(top.mean, "share")} of the time${verdict}.`;
}
