import { expect, test } from "vitest";
import { type HindsightPlacementRule, placementRules } from "../../../src/sim/placement-rules/index.ts";
import { reachable } from "../../../src/sim/routes.ts";
import type { RuleValues } from "../../../src/sim/rules/options.ts";
import type { Link, Setup } from "../../../src/sim/setup.ts";
import { seconds } from "../../../src/units.ts";
import { at, build, follow, link, type NodeOptions, node, type Options, periodic, stream } from "../build.ts";
import { viewOf } from "./view.ts";

/** A gateway before groups of one machine each, or as many as told; every segment takes a second. */
function setupOf(
  name: string,
  values: RuleValues,
  edges: readonly NodeOptions[],
  options: Options = {},
  policy: Partial<Setup["policy"]> = {},
): Setup {
  const nodes = [node("gateway"), ...edges.map((edge, i) => node(`edge-${i}`, edge))];
  const links: Link[] = edges.map((_, i) => link(0, i + 1));
  const setup = build({ nodes, links, ...options });
  const type = placementRules.find((rule) => rule.name === name)!;
  const place: HindsightPlacementRule = type.make(values, viewOf(setup));
  const begin = () => ({ exit: setup.policy.exit, place: place.begin?.() ?? place });
  return { ...setup, policy: { ...setup.policy, place, begin, ...policy } };
}

const choice = { segments: null, spill: null, ties: "first" };
const groups = (setup: Setup): number[] => follow(setup).requests.map((r) => r.group);

test("round-robin takes the machines in turn", () => {
  const arrivals = at(0, 1, 2, 3, 4);
  const setup = setupOf("round-robin", { among: [1, 2, 3], ...choice }, [{}, {}, {}], {
    streams: [stream({ arrivals })],
  });
  expect(groups(setup)).toEqual([1, 2, 3, 1, 2]);
});

test("round-robin counts for each source node by itself, or for all where the policy is shared", () => {
  const options = {
    nodes: [node("cameras", { count: 2 }), node("a"), node("b")],
    streams: [stream({ arrivals: at(0, 1, 2, 3) })],
  };
  // Instants are dealt to the two cameras in turn.
  const own = setupOf("round-robin", { among: [1, 2], ...choice }, [{}, {}], options);
  expect(groups(own)).toEqual([1, 1, 2, 2]);
  const shared = setupOf("round-robin", { among: [1, 2], ...choice }, [{}, {}], options, { shared: true });
  expect(groups(shared)).toEqual([1, 2, 1, 2]);
});

test("shortest-queue goes where the fewest are, those in service counted, and to the first of equals", () => {
  const streams = [stream({ arrivals: at(0, 0.1, 0.2, 0.3, 1.05) })];
  // 0 -> a; 0.1 -> b; 0.2: one each -> a; 0.3: two and one -> b; 1.05: a has one left, b two.
  expect(groups(setupOf("shortest-queue", { among: [1, 2], ...choice }, [{}, {}], { streams }))).toEqual([
    1, 2, 1, 2, 1,
  ]);
});

test("least-expected weighs requests with mean service and servers", () => {
  const streams = [stream({ arrivals: at(0, 0.1, 0.2, 0.3) })];
  // On a 1 s with one server, on b 3 s with two: (0+1)1/1 = 1 < 1.5 -> a; 2 > 1.5 -> b; 2 < (1+1)1.5 = 3 -> a; 3 = 3 -> first, a.
  const table = (_: number, n: number) => (n === 2 ? 3 : 1);
  const setup = setupOf("least-expected", { among: [1, 2], ...choice }, [{}, { servers: 2 }], { streams, table });
  expect(groups(setup)).toEqual([1, 2, 1, 1]);
});

test("random sends shares by weight, each machine of a node alike", () => {
  const streams = [stream({ arrivals: periodic(10) })];
  const run = { requests: 4000 };
  const setup = setupOf("random", { among: [1, 2], weights: [3, 1], ...choice }, [{}, {}], { streams, run });
  const share = groups(setup).filter((g) => g === 1).length / 4000;
  // Binomial: sd = sqrt(.75 .25 / 4000) = 0.0068
  expect(Math.abs(share - 0.75)).toBeLessThan(4 * 0.0068);
});

test("random-cut takes every cut and machine alike", () => {
  const streams = [stream({ arrivals: periodic(10) })];
  const setup = setupOf("random-cut", { among: [1, 2] }, [{}, {}], { streams, run: { requests: 4000 }, times: [1, 1] });
  const ways = follow(setup).requests.map((r) => r.visits.map(([group]) => group).join(" "));
  const share = (way: string): number => ways.filter((w) => w === way).length / 4000;
  // All on the gateway 1/3; each cut 1/3, half of it on each edge. Binomial: sd below sqrt(2/9 / 4000) = 0.0075.
  expect(Math.abs(share("0") - 1 / 3)).toBeLessThan(4 * 0.0075);
  for (const way of ["1", "2", "0 1", "0 2"]) expect(Math.abs(share(way) - 1 / 6)).toBeLessThan(4 * 0.0075);
  expect(new Set(ways).size).toBe(5);
});

test("power-of-two compares two different machines: of two it is the shortest queue", () => {
  const streams = [stream({ arrivals: at(0, 0.1, 0.2, 0.3, 1.05) })];
  const two = (name: string) => groups(setupOf(name, { among: [1, 2], ...choice }, [{}, {}], { streams }));
  expect(two("power-of-two")).toEqual(two("shortest-queue"));
});

test("every machine of a larger group is a candidate of the one it is attached to", () => {
  const streams = [stream({ arrivals: at(0, 0.1, 0.2, 0.3) })];
  const setup = setupOf("shortest-queue", { among: [1], ...choice }, [{ count: 3 }], { streams });
  const ends = follow(setup).requests.map((r) => r.endedAt);
  // Three machines take one each, the fourth waits for the first.
  expect(ends).toEqual([1, 1.1, 1.2, 2]);
});

test("attached machines only, unless the link says all", () => {
  const topology = (attach: "all" | null) => ({
    nodes: [{ count: 6 }, { count: 3 }, { count: 1 }],
    links: [
      { from: 0, to: 1, ...(attach === null ? {} : { attach }) },
      { from: 1, to: 2 },
    ],
  });
  expect(reachable(topology(null), 0, 4, 1)).toEqual([1]);
  expect(reachable(topology("all"), 0, 4, 1)).toEqual([0, 1, 2]);
  expect(reachable(topology(null), 0, 4, 2)).toEqual([0]);
  expect(reachable({ nodes: [{ count: 2 }, { count: 5 }], links: [{ from: 0, to: 1 }] }, 0, 1, 1)).toEqual([1, 3]);
});

test("with attach: all each camera may be served by any edge, and its link is that of the edge it chose", () => {
  const nodes = [node("cameras", { count: 2 }), node("edge", { count: 2 })];
  const links = [link(0, 1, { attach: "all", per: 1, rate: 8 })];
  const streams = [stream({ arrivals: at(0, 10, 20, 30) })];
  const setup = setupOf(
    "round-robin",
    { among: [1], ...choice },
    [],
    { nodes, links, streams, sizes: [1] },
    { shared: true },
  );
  const { requests } = follow(setup);
  // A byte takes a second on the link of each edge, and the two edges take turns whatever camera asks.
  expect(requests.map((r) => r.endedAt)).toEqual([2, 12, 22, 32]);
});

test("named segments run on their nodes, the others where the rule chooses when they come", () => {
  const streams = [stream({ arrivals: at(0, 0.5) })];
  const values = { among: [1, 2], segments: ["source", null, null], spill: null, ties: "first" } as const;
  const setup = setupOf("shortest-queue", values, [{}, {}], { streams, times: [1, 1, 1] });
  const { requests } = follow(setup);
  // The gateway serves until 1 and 2; the second finds one request at a, from 1 to 3.
  expect(requests.map((r) => r.visits.map(([group]) => group))).toEqual([
    [0, 1],
    [0, 2],
  ]);
});

test("what finds a full machine is spilt", () => {
  const streams = [stream({ arrivals: at(0, 0.1, 0.2, 0.3) })];
  const values = { among: [1], segments: null, spill: { node: 1, limit: 2, to: 2 }, ties: "first" } as const;
  expect(groups(setupOf("shortest-queue", values, [{}, {}], { streams }))).toEqual([1, 1, 2, 2]);
});

test("reports every 2 s hide what has come since; with a delay they are seen later", () => {
  const streams = [stream({ arrivals: at(0.5, 1, 2.5, 3.5) })];
  const long = { times: [10], streams };
  const told = (every: number, delay: number) =>
    groups(
      setupOf("shortest-queue", { among: [1, 2], ...choice }, [{}, {}], long, {
        reports: { every: seconds(every), delay: seconds(delay) },
      }),
    );
  // Nobody is seen until 2; then two are at a, and still are at 3.5.
  expect(told(2, 0)).toEqual([1, 1, 2, 2]);
  // At 2.5 what was told at 2 is not yet seen; at 3.5 it is.
  expect(told(2, 1)).toEqual([1, 1, 1, 2]);
  // At every change, seen 0.6 s later: at 1 the first is not seen, at 2.5 both are, at 3.5 all three: two and one.
  expect(told(0, 0.6)).toEqual([1, 1, 2, 2]);
  expect(told(0, 0)).toEqual([1, 2, 1, 2]);
});

test("a decision takes its time: where the request goes on, before a message sets out, and it is compute of that node", () => {
  const streams = [stream({ arrivals: at(0) })];
  const choosing = (values: RuleValues, times: number[]) =>
    follow(setupOf("shortest-queue", values, [{}], { streams, times }, { decision: seconds(0.25) })).requests[0]!
      .endedAt;
  // Sent after 0.25, then a second there.
  expect(choosing({ among: [1], ...choice }, [1])).toBe(1.25);
  // First segment here (asked once, 0.25), then asked again before it leaves.
  expect(choosing({ among: [1], ...choice, segments: ["source", null] }, [1, 1])).toBe(2.5);
});
