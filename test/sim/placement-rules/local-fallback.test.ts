import { expect, test } from "vitest";
import type { PlacementRule } from "../../../src/sim/placement-rules/index.ts";
import { localFallback } from "../../../src/sim/placement-rules/local-fallback.ts";
import { quiet } from "../../../src/sim/rules/observation.ts";
import type { NestedRule, RuleValues } from "../../../src/sim/rules/options.ts";
import type { Setup } from "../../../src/sim/setup.ts";
import { seconds } from "../../../src/units.ts";
import { at, build, follow, link, node, type Options, stream } from "../build.ts";
import { viewOf } from "./view.ts";

const edge: NestedRule = { rule: "only", options: { node: 1 } };
const cloud: NestedRule = { rule: "fixed", options: { segments: ["source", 1, 2] } };

function under(setup: Setup, values: RuleValues, policy: Partial<Setup["policy"]> = {}): Setup {
  const place = localFallback.make(values, viewOf(setup)) as PlacementRule;
  const begin = () => ({ exit: setup.policy.exit, place: place.begin?.() ?? place });
  return { ...setup, policy: { ...setup.policy, place, begin, ...policy } };
}
const down = (from: number, until: number) => ({
  outages: { kind: "windows" as const, windows: [{ at: from, for: until - from }] },
});

/** Device 5 s a segment, the others 1 s; a message takes a second on each link. */
const world = (options: Options, first = {}, second = {}): Setup =>
  build({
    nodes: [node("device", { servers: 9 }), node("edge", { servers: 9 }), node("cloud", { servers: 9 })],
    links: [link(0, 1, { kind: "fixed", rate: 8, ...first }), link(1, 2, { kind: "fixed", rate: 8, ...second })],
    times: [1],
    table: (_, n) => (n === 0 ? 5 : 1),
    sizes: [1, 1, 1],
    ...options,
  });
const ends = (setup: Setup) => follow(setup).requests.map((r) => r.endedAt);
const groups = (setup: Setup) => follow(setup).requests.map((r) => r.visits.map(([group]) => group));

test("what arrives during an outage is served where it is, or waits for the link, as said", () => {
  const setup = world({ streams: [stream({ arrivals: at(0, 12, 20) })] }, down(10, 20));
  // Before and after: 1 + 1. At 12 the link is down until 20: 5 here, or 8 + 1 + 1.
  expect(ends(under(setup, { base: edge, when_down: "local" }))).toEqual([2, 17, 22]);
  expect(ends(under(setup, { base: edge, when_down: "wait" }))).toEqual([2, 22, 22]);
});

test("an outage that begins on the way is not foreseen: the message waits it out", () => {
  const setup = world({ streams: [stream({ arrivals: at(9.5) })] }, down(10, 20));
  // Half a byte before 10, half after 20.
  expect(ends(under(setup, { base: edge, when_down: "local" }))).toEqual([21.5]);
});

test("a planned base is asked anew before each hop: what finds the next link down stays on the edge", () => {
  const streams = [stream({ arrivals: at(0, 20) })];
  const setup = world({ streams, times: [1, 1, 1], sizes: [1, 1, 1] }, {}, down(5, 15));
  // Device until 5, way until 6, edge until 7: the link to the cloud is down since 5, so the third segment runs on the edge, until 8.
  expect(groups(under(setup, { base: cloud, when_down: "local" }))).toEqual([
    [0, 1],
    [0, 1, 2],
  ]);
  expect(ends(under(setup, { base: cloud, when_down: "local" }))).toEqual([8, 29]);
});

test("a link elsewhere is seen as old as reports make it, one's own as it is", () => {
  // The way to the cloud is two links, and the second is not the device's own.
  const arrivals = at(6, 9, 16, 19);
  const two = { base: { rule: "only", options: { node: 2 } }, when_down: "local" };
  const far = world({ streams: [stream({ arrivals })] }, {}, down(5, 15));
  const told = { reports: { every: seconds(8), delay: seconds(0) } };
  // As it is: down at 6 and 9.
  expect(groups(under(far, two)).map(([g]) => g)).toEqual([0, 0, 2, 2]);
  // Told at 0 (up), 8 (down) and 16 (up): at 6 it goes and waits; with a second more, at 16 what was told at 8 still counts.
  expect(groups(under(far, two, told)).map(([g]) => g)).toEqual([2, 0, 2, 2]);
  const late = { reports: { every: seconds(8), delay: seconds(1) } };
  expect(groups(under(far, two, late)).map(([g]) => g)).toEqual([2, 0, 0, 2]);
  const near = world({ streams: [stream({ arrivals })] }, down(5, 15));
  expect(groups(under(near, two, late)).map(([g]) => g)).toEqual([0, 0, 2, 2]);
});

test("outages by chance are seen where they are: whoever goes out finds service, and nobody waits", () => {
  const outages = {
    kind: "random" as const,
    up: { kind: "exponential" as const, mean: 20 },
    down: { kind: "exponential" as const, mean: 20 },
  };
  const streams = [stream({ arrivals: at(...Array.from({ length: 100 }, (_, i) => 10 * i)) })];
  const setup = world({ streams, sizes: [0] }, { outages });
  const told = follow(under(setup, { base: edge, when_down: "local" })).requests;
  // Nothing is to be sent but an empty message: 1 s there, 5 s here, and never a wait.
  expect(new Set(told.map((r) => r.endedAt - r.arrivedAt))).toEqual(new Set([1, 5]));
  const waiting = follow(under(setup, { base: edge, when_down: "wait" })).requests;
  const waits = waiting.map((r) => r.endedAt - r.arrivedAt > 1.000001);
  expect(told.map((r) => r.endedAt - r.arrivedAt === 5)).toEqual(waits);
});

test("what the base did not choose bears no note of it", () => {
  const setup = world({ streams: [stream()] });
  const base = { rule: "mu-lin-ucb", options: { to: 1, alpha: 0.05, weight: 0 } };
  const place = localFallback.make({ base, when_down: "local" }, viewOf(setup)) as PlacementRule;
  const begun = place.begin!();
  const request = { source: 0, stream: 0, device: 0, segment: 0, at: 0, machines: () => [0] };
  const isDown = { ...quiet, link: () => ({ up: false, at: 0 }) };
  expect(begun.next(request, isDown, { uniform: () => 0.5 })).toEqual({ nodes: [0] });
  expect(begun.next(request, quiet, { uniform: () => 0.5 })).toMatchObject({ note: expect.any(Number) });
});
